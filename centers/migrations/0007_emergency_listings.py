"""Who may break the glass at a center."""

import backend.api.clock
import backend.api.ids
import backend.api.ranges
import django.contrib.postgres.constraints
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('centers', '0006_service_accounts_are_no_people'),
    ]

    operations = [
        migrations.CreateModel(
            name='EmergencyListing',
            fields=[
                ('id', models.UUIDField(default=backend.api.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('starts_at', models.DateTimeField(default=backend.api.clock.now)),
                ('ends_at', models.DateTimeField(blank=True, null=True)),
                ('listed_by', models.CharField(max_length=64)),
                ('center', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='emergency_listings', to='centers.center')),
                ('staff', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='emergency_listings', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['starts_at', 'id'],
                'indexes': [models.Index(fields=['center', 'starts_at', 'id'], name='emergencylisting_list')],
                'constraints': [models.CheckConstraint(condition=models.Q(('ends_at__isnull', True), ('ends_at__gt', models.F('starts_at')), _connector='OR'), name='emergencylisting_in_order'), django.contrib.postgres.constraints.ExclusionConstraint(expressions=[('center', '='), ('staff', '='), (backend.api.ranges.DateTimeRange('starts_at', 'ends_at'), '&&')], name='emergencylisting_no_overlap')],
            },
        ),
    ]
