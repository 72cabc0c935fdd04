"""No day of a group holds more enrollments than its capacity, whatever writes them."""

from django.db import migrations

from backend.api.sql import trigger

# The group's row is locked before counting, so that two writers cannot both see the last seat. NO KEY UPDATE, since the
# inserts before it hold KEY SHARE on the same row. The fullest day of a set of ranges is the first day of one of them.
FULLEST = """
    SELECT 1 FROM groups_enrollment day JOIN groups_enrollment held
      ON held.group_id = day.group_id AND held.starts_on <= day.starts_on
     AND (held.ends_on IS NULL OR held.ends_on > day.starts_on)
    WHERE day.group_id = {group} {within}
    GROUP BY day.id, day.starts_on HAVING count(*) > {capacity}
"""
# A new or changed enrollment can only overfill days of its own.
WITHIN = "AND day.starts_on >= NEW.starts_on AND (NEW.ends_on IS NULL OR day.starts_on < NEW.ends_on)"
REFUSE = """
    RAISE EXCEPTION 'group is full' USING ERRCODE = 'check_violation', CONSTRAINT = 'enrollment_within_capacity';
"""


class Migration(migrations.Migration):
    dependencies = [("groups", "0002_same_center")]

    operations = [
        trigger(
            "enrollment_within_capacity",
            "groups_enrollment",
            "AFTER INSERT OR UPDATE OF group_id, starts_on, ends_on ON {table} FOR EACH ROW",
            "SELECT capacity INTO seats FROM groups_therapygroup WHERE id = NEW.group_id FOR NO KEY UPDATE;"
            f"IF EXISTS ({FULLEST.format(group='NEW.group_id', capacity='seats', within=WITHIN)}) THEN {REFUSE} END IF; RETURN NULL;",
            declare="seats integer;",
        ),
        trigger(
            "capacity_holds_enrollments",
            "groups_therapygroup",
            "AFTER UPDATE OF capacity ON {table} FOR EACH ROW WHEN (NEW.capacity < OLD.capacity)",
            f"IF EXISTS ({FULLEST.format(group='NEW.id', capacity='NEW.capacity', within='')}) THEN {REFUSE} END IF; RETURN NULL;",
        ),
    ]
