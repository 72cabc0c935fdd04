"""Groups and their rosters are seen within their center only."""

from django.db import migrations

from backend.api.sql import behind_the_wall


class Migration(migrations.Migration):
    dependencies = [("groups", "0004_what_a_discharge_ended"), ("api", "0002_the_wall")]

    operations = [behind_the_wall(f"groups_{name}") for name in ("therapygroup", "enrollment", "facilitator")]
