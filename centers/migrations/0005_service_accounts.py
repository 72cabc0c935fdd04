"""Programs have accounts and tokens of their own."""

import backend.api.clock
import backend.api.ids
import datetime
import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.expressions
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('auth', '0012_alter_user_first_name_max_length'),
        ('centers', '0004_attempts_and_account_mail'),
    ]

    operations = [
        migrations.CreateModel(
            name='ServiceAccount',
            fields=[
                ('id', models.UUIDField(default=backend.api.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('name', models.CharField(max_length=100)),
                ('purpose', models.TextField(max_length=1000)),
                ('codenames', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=50), size=None)),
                ('starts_at', models.DateTimeField(default=backend.api.clock.now)),
                ('ends_at', models.DateTimeField(blank=True, null=True)),
                ('requested_by', models.CharField(max_length=64)),
                ('confirmed_by', models.CharField(blank=True, max_length=64)),
                ('confirmed_at', models.DateTimeField(blank=True, null=True)),
                ('deactivated_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'ordering': ['name', 'id'],
            },
        ),
        migrations.CreateModel(
            name='ServiceToken',
            fields=[
                ('id', models.UUIDField(default=backend.api.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('token_hash', models.BinaryField(max_length=32, unique=True)),
                ('scopes', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=50), size=None)),
                ('networks', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=43), size=None)),
                ('created_at', models.DateTimeField(default=backend.api.clock.now)),
                ('created_by', models.CharField(max_length=64)),
                ('expires_at', models.DateTimeField()),
                ('confirmed_by', models.CharField(blank=True, max_length=64)),
                ('confirmed_at', models.DateTimeField(blank=True, null=True)),
                ('last_used_at', models.DateTimeField(blank=True, null=True)),
                ('revoked_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'ordering': ['created_at', 'id'],
            },
        ),
        migrations.AddField(
            model_name='staff',
            name='is_service',
            field=models.BooleanField(default=False, editable=False, help_text="A program's account; see ServiceAccount."),
        ),
        migrations.AddConstraint(
            model_name='staff',
            constraint=models.CheckConstraint(condition=models.Q(('is_service', False), models.Q(('is_staff', False), ('is_superuser', False), ('password__startswith', '!')), _connector='OR'), name='staff_service_uses_tokens_only'),
        ),
        migrations.AddField(
            model_name='serviceaccount',
            name='center',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='service_accounts', to='centers.center'),
        ),
        migrations.AddField(
            model_name='serviceaccount',
            name='staff',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='service_account', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='servicetoken',
            name='account',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='tokens', to='centers.serviceaccount'),
        ),
        migrations.AddField(
            model_name='servicetoken',
            name='center',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='centers.center'),
        ),
        migrations.AddIndex(
            model_name='serviceaccount',
            index=models.Index(fields=['center', 'name', 'id'], name='serviceaccount_list'),
        ),
        migrations.AddConstraint(
            model_name='serviceaccount',
            constraint=models.UniqueConstraint(fields=('center', 'name'), name='serviceaccount_name_once_per_center'),
        ),
        migrations.AddConstraint(
            model_name='serviceaccount',
            constraint=models.UniqueConstraint(fields=('id', 'center'), name='serviceaccount_id_center'),
        ),
        migrations.AddConstraint(
            model_name='serviceaccount',
            constraint=models.CheckConstraint(condition=models.Q(('ends_at__isnull', True), ('ends_at__gt', models.F('starts_at')), _connector='OR'), name='serviceaccount_in_order'),
        ),
        migrations.AddConstraint(
            model_name='serviceaccount',
            constraint=models.CheckConstraint(condition=models.Q(('codenames__len__gt', 0)), name='serviceaccount_holds_something'),
        ),
        migrations.AddConstraint(
            model_name='serviceaccount',
            constraint=models.CheckConstraint(condition=models.Q(('confirmed_at__isnull', True), models.Q(('confirmed_by', models.F('requested_by')), _negated=True), _connector='OR'), name='serviceaccount_confirmed_by_another'),
        ),
        migrations.AddIndex(
            model_name='servicetoken',
            index=models.Index(fields=['center', 'created_at', 'id'], name='servicetoken_list'),
        ),
        migrations.AddConstraint(
            model_name='servicetoken',
            constraint=models.CheckConstraint(condition=models.Q(('expires_at__gt', models.F('created_at')), ('expires_at__lte', django.db.models.expressions.CombinedExpression(models.F('created_at'), '+', models.Value(datetime.timedelta(days=366))))), name='servicetoken_lives_a_year_at_most'),
        ),
        migrations.AddConstraint(
            model_name='servicetoken',
            constraint=models.CheckConstraint(condition=models.Q(('scopes__len__gt', 0)), name='servicetoken_opens_something'),
        ),
        migrations.AddConstraint(
            model_name='servicetoken',
            constraint=models.CheckConstraint(condition=models.Q(('networks__len__gt', 0)), name='servicetoken_has_addresses'),
        ),
        migrations.AddConstraint(
            model_name='servicetoken',
            constraint=models.CheckConstraint(condition=models.Q(('confirmed_at__isnull', True), models.Q(('confirmed_by', models.F('created_by')), _negated=True), _connector='OR'), name='servicetoken_confirmed_by_another'),
        ),
    ]
