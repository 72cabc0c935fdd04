"""Reminders are seen within their center only, and an attempt lies in the center of its reminder.

Suppressions have no center and stay outside: a number that said stop is written to by nobody, whoever's it is, and the
row names no patient.
"""

from django.db import migrations, models

from backend.api.sql import behind_the_wall, lifted, same_center


class Migration(migrations.Migration):
    dependencies = [("reminders", "0002_same_center"), ("patients", "0007_behind_the_wall"), ("api", "0002_the_wall")]

    operations = [
        migrations.AddConstraint(
            model_name="reminder",
            constraint=models.UniqueConstraint(fields=("id", "center"), name="reminder_id_center"),
        ),
        same_center("reminders_attempt", "reminder_id", "reminders_reminder"),
        # The key is checked against rows that stand behind the wall already.
        *lifted(
            "patients_contactpoint",
            operations=[same_center("reminders_attempt", "contact_point_id", "patients_contactpoint")],
        ),
        *(behind_the_wall(f"reminders_{name}") for name in ("reminderrule", "reminder", "attempt")),
    ]
