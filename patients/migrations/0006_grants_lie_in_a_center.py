"""A grant on a patient names the patient's center, so that the wall and the gate need no join to know it."""

import django.db.models.deletion
from django.db import migrations, models

from backend.api.sql import same_center

# Pending checks of foreign keys would stand in the way of the next change of the tables.
FILL = """
UPDATE patients_{grants} given SET center_id = held.center_id
FROM patients_patient held WHERE held.id = given.content_object_id;
SET CONSTRAINTS ALL IMMEDIATE;
SET CONSTRAINTS ALL DEFERRED;
"""
GRANTS = ("patientusergrant", "patientgroupgrant")


def center(*, null: bool) -> models.ForeignKey:
    return models.ForeignKey(
        "centers.center", on_delete=django.db.models.deletion.PROTECT, related_name="+", null=null
    )


class Migration(migrations.Migration):
    dependencies = [("patients", "0005_emergency_accesses_stand"), ("centers", "0007_emergency_listings")]

    operations = [
        *(migrations.AddField(model_name=name, name="center", field=center(null=True)) for name in GRANTS),
        *(migrations.RunSQL(FILL.format(grants=name), migrations.RunSQL.noop) for name in GRANTS),
        *(migrations.AlterField(model_name=name, name="center", field=center(null=False)) for name in GRANTS),
        *(same_center(f"patients_{name}", "content_object_id", "patients_patient") for name in GRANTS),
    ]
