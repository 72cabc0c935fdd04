"""Patients, and all that is kept of them, are seen within their center only."""

from django.db import migrations, models

from backend.api.sql import behind_the_wall


TABLES = (
    "patient", "availabilitywindow", "patientusergrant", "patientgroupgrant", "careteammember", "episode",
    "levelofcarestay", "leaveofabsence", "contactpoint", "messagingconsent", "stafftask", "emergencyaccess",
    "emergencynotice",
)


class Migration(migrations.Migration):
    dependencies = [("patients", "0006_grants_lie_in_a_center"), ("api", "0002_the_wall")]

    operations = [
        # What points at one lies in its center, too.
        migrations.AddConstraint(
            model_name="contactpoint",
            constraint=models.UniqueConstraint(fields=("id", "center"), name="contactpoint_id_center"),
        ),
        *(behind_the_wall(f"patients_{name}") for name in TABLES),
    ]
