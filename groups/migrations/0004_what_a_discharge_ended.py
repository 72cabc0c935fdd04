"""An enrollment that a discharge ended remembers that, and when it was to end."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("groups", "0003_enrollment_within_capacity")]

    operations = [
        migrations.AddField(
            model_name="enrollment",
            name="ends_with_care",
            field=models.BooleanField(
                default=False, help_text="A discharge ended it; undoing that takes it back."
            ),
        ),
        migrations.AddField(
            model_name="enrollment",
            name="would_end_on",
            field=models.DateField(blank=True, null=True, help_text="When it was to end, had care gone on."),
        ),
    ]
