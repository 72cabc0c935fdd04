"""Emergency accesses, and the notices of them."""

import backend.api.clock
import backend.api.ids
import backend.api.ranges
import datetime
import django.contrib.postgres.constraints
import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.text
import django.db.models.lookups
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('centers', '0007_emergency_listings'),
        ('patients', '0003_what_a_discharge_ended'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='EmergencyAccess',
            fields=[
                ('id', models.UUIDField(default=backend.api.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('nature', models.CharField(choices=[('medical', 'a medical emergency'), ('risk_to_self', 'somebody may harm themselves'), ('risk_to_others', 'somebody may harm others'), ('disaster', 'a disaster keeps those who care away'), ('other', 'Other')], max_length=20)),
                ('reason', models.CharField(max_length=1000)),
                ('starts_at', models.DateTimeField(default=backend.api.clock.now)),
                ('ends_at', models.DateTimeField()),
                ('ended_by', models.CharField(blank=True, max_length=64)),
                ('reviewed_at', models.DateTimeField(blank=True, null=True)),
                ('verdict', models.CharField(blank=True, choices=[('justified', 'Justified'), ('not_justified', 'Not Justified'), ('needs_follow_up', 'Needs Follow Up')], max_length=20)),
                ('note', models.CharField(blank=True, max_length=1000)),
                ('center', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='centers.center')),
                ('patient', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='emergency_accesses', to='patients.patient')),
                ('reviewed_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('staff', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='emergency_accesses', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-starts_at', 'id'],
            },
        ),
        migrations.CreateModel(
            name='EmergencyNotice',
            fields=[
                ('id', models.UUIDField(default=backend.api.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('due_at', models.DateTimeField(default=backend.api.clock.now)),
                ('sent_at', models.DateTimeField(blank=True, null=True)),
                ('access', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='notices', to='patients.emergencyaccess')),
                ('center', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='centers.center')),
                ('officer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('patient', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='patients.patient')),
            ],
        ),
        migrations.AddIndex(
            model_name='emergencyaccess',
            index=models.Index(fields=['center', '-starts_at', 'id'], name='emergencyaccess_list'),
        ),
        migrations.AddIndex(
            model_name='emergencyaccess',
            index=models.Index(fields=['patient', '-starts_at', 'id'], name='emergencyaccess_of_patient'),
        ),
        migrations.AddIndex(
            model_name='emergencyaccess',
            index=models.Index(fields=['staff', '-starts_at', 'id'], name='emergencyaccess_of_staff'),
        ),
        migrations.AddConstraint(
            model_name='emergencyaccess',
            constraint=models.CheckConstraint(condition=models.Q(('ends_at__gt', models.F('starts_at')), ('ends_at__lte', django.db.models.expressions.CombinedExpression(models.F('starts_at'), '+', models.Value(datetime.timedelta(days=1))))), name='emergencyaccess_a_few_hours'),
        ),
        migrations.AddConstraint(
            model_name='emergencyaccess',
            constraint=models.CheckConstraint(condition=django.db.models.lookups.GreaterThanOrEqual(django.db.models.functions.text.Length('reason'), 20), name='emergencyaccess_has_a_reason'),
        ),
        migrations.AddConstraint(
            model_name='emergencyaccess',
            constraint=models.CheckConstraint(condition=models.Q(('reviewed_by__isnull', True), models.Q(('reviewed_by', models.F('staff')), _negated=True), _connector='OR'), name='emergencyaccess_judged_by_another'),
        ),
        migrations.AddConstraint(
            model_name='emergencyaccess',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('note', ''), ('reviewed_at__isnull', True), ('reviewed_by__isnull', True), ('verdict', '')), models.Q(('reviewed_at__gte', models.F('starts_at')), ('reviewed_by__isnull', False), ('verdict__in', ['justified', 'not_justified', 'needs_follow_up'])), _connector='OR'), name='emergencyaccess_judged_whole'),
        ),
        migrations.AddConstraint(
            model_name='emergencyaccess',
            constraint=models.UniqueConstraint(condition=models.Q(('reviewed_at__isnull', True)), fields=('staff', 'patient'), name='emergencyaccess_one_unjudged'),
        ),
        migrations.AddConstraint(
            model_name='emergencyaccess',
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(expressions=[('staff', '='), ('patient', '='), (backend.api.ranges.DateTimeRange('starts_at', 'ends_at'), '&&')], name='emergencyaccess_no_overlap'),
        ),
        migrations.AddConstraint(
            model_name='emergencyaccess',
            constraint=models.UniqueConstraint(fields=('id', 'center'), name='emergencyaccess_id_center'),
        ),
        migrations.AddConstraint(
            model_name='emergencyaccess',
            constraint=models.UniqueConstraint(fields=('id', 'patient'), name='emergencyaccess_id_patient'),
        ),
        migrations.AddIndex(
            model_name='emergencynotice',
            index=models.Index(condition=models.Q(('sent_at__isnull', True)), fields=['center', 'due_at', 'id'], name='emergencynotice_due'),
        ),
        migrations.AddConstraint(
            model_name='emergencynotice',
            constraint=models.UniqueConstraint(fields=('access', 'officer'), name='emergencynotice_once_per_officer'),
        ),
    ]
