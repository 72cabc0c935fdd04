"""A substitute's access ends after the session, by the database's rule, and moves along with it."""

from django.db import migrations, models

from backend.api.sql import trigger

# The session's own move reaches this table by cascade; what was stated in hours after it keeps that distance.
BODY = """
    NEW.access_until := NEW.access_until + (lower(NEW.during) - lower(OLD.during));
    RETURN NEW;
"""


class Migration(migrations.Migration):
    dependencies = [("scheduling", "0005_when_a_substitutes_access_ends")]

    operations = [
        trigger(
            "sessionstaff_access_moves_along",
            "scheduling_sessionstaff",
            "BEFORE UPDATE OF during ON {table} FOR EACH ROW"
            " WHEN (NEW.access_until IS NOT DISTINCT FROM OLD.access_until)",
            BODY,
        ),
        migrations.AddConstraint(
            model_name="sessionstaff",
            constraint=models.CheckConstraint(
                condition=models.Q(access_until__isnull=True)
                | models.Q(
                    access_until__gt=models.Func("during", function="upper", output_field=models.DateTimeField())
                ),
                name="sessionstaff_access_outlasts_session",
            ),
        ),
    ]
