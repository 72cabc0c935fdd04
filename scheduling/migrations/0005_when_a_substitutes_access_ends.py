"""A substitute's access to a session ends at a stated moment; those of before keep theirs until attendance closed."""

from django.db import migrations, models

# The default of a program's rule; what has been recorded under another is closed sooner by that rule itself.
FORWARD = """
UPDATE scheduling_sessionstaff SET access_until = upper(during) + interval '14 days' WHERE replaces_id IS NOT NULL;
"""


class Migration(migrations.Migration):
    dependencies = [("scheduling", "0004_missed_sessions_name_the_visit")]

    operations = [
        migrations.AddField(
            model_name="sessionstaff",
            name="access_until",
            field=models.DateTimeField(blank=True, null=True, help_text="When a substitute's access ends."),
        ),
        migrations.RunSQL(FORWARD, migrations.RunSQL.noop),
    ]
