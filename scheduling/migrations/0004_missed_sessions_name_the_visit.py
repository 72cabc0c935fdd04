"""A missed session names the visit that makes up for it, so that one visit may make up for several."""

import django.db.models.deletion
from django.db import migrations, models

# What was linked stays linked; the checks of foreign keys must be done before the table can be altered again.
FORWARD = """
UPDATE scheduling_attendance missed SET made_up_by_id = visit.id
FROM scheduling_attendance visit WHERE visit.makes_up_for_id = missed.id;
SET CONSTRAINTS ALL IMMEDIATE;
SET CONSTRAINTS ALL DEFERRED;
"""


class Migration(migrations.Migration):
    dependencies = [("scheduling", "0003_attendance_within_seats")]

    operations = [
        migrations.RemoveConstraint(model_name="attendance", name="attendance_makeup_is_a_guest"),
        migrations.AlterField(
            model_name="attendance",
            name="makes_up_for",
            field=models.OneToOneField(
                "scheduling.attendance",
                on_delete=django.db.models.deletion.PROTECT,
                null=True,
                blank=True,
                related_name="+",
            ),
        ),
        migrations.AddField(
            model_name="attendance",
            name="made_up_by",
            field=models.ForeignKey(
                "scheduling.attendance",
                on_delete=django.db.models.deletion.PROTECT,
                null=True,
                blank=True,
                related_name="+",
                help_text="The visit as a guest that makes up for this missed session;"
                " one visit may make up for several.",
            ),
        ),
        migrations.RunSQL(FORWARD, migrations.RunSQL.noop),
        migrations.RemoveField(model_name="attendance", name="makes_up_for"),
        migrations.AddConstraint(
            model_name="attendance",
            constraint=models.CheckConstraint(
                condition=models.Q(made_up_by__isnull=True) | ~models.Q(made_up_by=models.F("id")),
                name="attendance_makeup_is_another",
            ),
        ),
    ]
