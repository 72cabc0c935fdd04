"""A copied center is the parent's own."""

from django.db import migrations

from backend.api.sql import same_center


class Migration(migrations.Migration):
    dependencies = [("centers", "0001_people_places_and_grants")]

    operations = [
        same_center("centers_programrule", "program_id", "centers_program"),
        same_center("centers_position", "supervisor_id", "centers_position"),
        same_center("centers_roleassignment", "role_id", "centers_role"),
    ]
