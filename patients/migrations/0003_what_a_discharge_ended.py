"""A care-team membership that a discharge ended remembers that, and when it was to end."""

from django.db import migrations, models

# What ended with a discharge so far was told by its moment alone; undoing one still compares the moment.
FORWARD = """
UPDATE patients_careteammember SET ends_with_care = true
WHERE ends_at IS NOT NULL AND EXISTS (
    SELECT 1 FROM patients_episode
    WHERE patients_episode.patient_id = patients_careteammember.patient_id AND discharged_on IS NOT NULL);
"""


class Migration(migrations.Migration):
    dependencies = [("patients", "0002_same_center")]

    operations = [
        migrations.AddField(
            model_name="careteammember",
            name="ends_with_care",
            field=models.BooleanField(
                default=False, help_text="A discharge ended it; undoing that takes it back."
            ),
        ),
        migrations.AddField(
            model_name="careteammember",
            name="would_end_at",
            field=models.DateTimeField(blank=True, null=True, help_text="When it was to end, had care gone on."),
        ),
        migrations.RunSQL(FORWARD, migrations.RunSQL.noop),
    ]
