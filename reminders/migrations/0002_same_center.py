"""A copied center is the parent's own."""

from django.db import migrations

from backend.api.sql import same_center


class Migration(migrations.Migration):
    dependencies = [("reminders", "0001_outbox")]

    operations = [
        same_center("reminders_reminder", "patient_id", "patients_patient"),
        same_center("reminders_reminder", "session_id", "scheduling_session"),
    ]
