"""Positions keep the name given where somebody was taken on, and since when the person has been in.

Whoever has a password counts as having come in at every center so far: the centers knew it anyhow.
"""

import uuid

from django.db import migrations, models

NAMES = """
UPDATE centers_position AS position
SET first_name = staff.first_name, last_name = staff.last_name,
    joined_at = CASE WHEN staff.password LIKE '!%' THEN NULL ELSE staff.created_at END
FROM centers_staff AS staff WHERE staff.id = position.staff_id
"""


class Migration(migrations.Migration):

    dependencies = [
        ('centers', '0007_emergency_listings'),
    ]

    operations = [
        migrations.AddField('position', 'first_name', models.CharField(default='', max_length=100), preserve_default=False),
        migrations.AddField('position', 'last_name', models.CharField(default='', max_length=100), preserve_default=False),
        migrations.AddField('position', 'joined_at', models.DateTimeField(blank=True, editable=False, null=True)),
        migrations.RunSQL(NAMES, migrations.RunSQL.noop),
        migrations.AlterField('staff', 'id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
    ]
