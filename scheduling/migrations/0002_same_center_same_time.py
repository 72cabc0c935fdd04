"""Copied centers and times are the parent's own, kept so by the database."""

from django.db import migrations

from backend.api.sql import composite_key, immutable, same_center


class Migration(migrations.Migration):
    dependencies = [("scheduling", "0001_calendar_and_attendance")]

    operations = [
        same_center("scheduling_series", "program_id", "centers_program"),
        same_center("scheduling_pattern", "series_id", "scheduling_series"),
        same_center("scheduling_pattern", "room_id", "centers_room"),
        same_center("scheduling_seriesstaff", "series_id", "scheduling_series"),
        same_center("scheduling_participation", "series_id", "scheduling_series"),
        same_center("scheduling_participation", "patient_id", "patients_patient"),
        same_center("scheduling_session", "series_id", "scheduling_series"),
        same_center("scheduling_session", "room_id", "centers_room"),
        same_center("scheduling_sessionstaff", "session_id", "scheduling_session"),
        same_center("scheduling_attendance", "session_id", "scheduling_session"),
        same_center("scheduling_attendance", "patient_id", "patients_patient"),
        same_center("scheduling_attendancemove", "patient_id", "patients_patient"),
        migrations.RunSQL(
            "ALTER TABLE scheduling_session ADD CONSTRAINT session_id_time UNIQUE (id, during, on_schedule)",
            "ALTER TABLE scheduling_session DROP CONSTRAINT session_id_time",
        ),
        *(
            composite_key(
                table,
                "session_id, during, on_schedule",
                "scheduling_session",
                "id, during, on_schedule",
                on_update="CASCADE",
            )
            for table in ("scheduling_attendance", "scheduling_sessionstaff")
        ),
        immutable("scheduling_attendancemove"),
    ]
