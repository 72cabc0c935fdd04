"""Groups and their rosters are seen within their center only."""

from django.db import migrations

from backend.api.sql import behind_the_wall


class Migration(migrations.Migration):
    dependencies = [("groups", "0003_enrollment_within_capacity"), ("api", "0002_the_wall")]

    operations = [behind_the_wall(f"groups_{name}") for name in ("therapygroup", "enrollment", "facilitator")]
