"""The calendar is seen within its center only."""

from django.db import migrations, models

from backend.api.sql import behind_the_wall, same_center


TABLES = (
    "series", "pattern", "seriesstaff", "participation", "session", "sessionstaff", "attendance", "attendancemove",
)


class Migration(migrations.Migration):
    dependencies = [("scheduling", "0006_access_outlasts_the_session"), ("api", "0002_the_wall")]

    operations = [
        # What points at one lies in its center, too.
        migrations.AddConstraint(
            model_name="pattern",
            constraint=models.UniqueConstraint(fields=("id", "center"), name="pattern_id_center"),
        ),
        same_center("scheduling_session", "pattern_id", "scheduling_pattern"),
        *(behind_the_wall(f"scheduling_{name}") for name in TABLES),
    ]
