"""A copied center is the parent's own; an enrollment's episode is its patient's."""

from django.db import migrations

from backend.api.sql import composite_key, same_center


class Migration(migrations.Migration):
    dependencies = [("groups", "0001_groups_and_rosters")]

    operations = [
        same_center("groups_therapygroup", "series_id", "scheduling_series"),
        same_center("groups_therapygroup", "program_id", "centers_program"),
        same_center("groups_enrollment", "group_id", "groups_therapygroup"),
        same_center("groups_enrollment", "patient_id", "patients_patient"),
        composite_key("groups_enrollment", "episode_id, patient_id", "patients_episode", "id, patient_id"),
        same_center("groups_facilitator", "group_id", "groups_therapygroup"),
    ]
