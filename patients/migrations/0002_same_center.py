"""A copied center or patient is the parent's own; consents are written once."""

from django.db import migrations

from backend.api.sql import composite_key, immutable, same_center


class Migration(migrations.Migration):
    dependencies = [("patients", "0001_patients_episodes_and_care")]

    operations = [
        same_center("patients_episode", "patient_id", "patients_patient"),
        same_center("patients_levelofcarestay", "patient_id", "patients_patient"),
        same_center("patients_leaveofabsence", "patient_id", "patients_patient"),
        same_center("patients_contactpoint", "patient_id", "patients_patient"),
        same_center("patients_messagingconsent", "patient_id", "patients_patient"),
        same_center("patients_availabilitywindow", "patient_id", "patients_patient"),
        same_center("patients_careteammember", "patient_id", "patients_patient"),
        same_center("patients_stafftask", "patient_id", "patients_patient"),
        same_center("patients_episode", "program_id", "centers_program"),
        composite_key("patients_levelofcarestay", "episode_id, patient_id", "patients_episode", "id, patient_id"),
        immutable("patients_messagingconsent"),
    ]
