"""A session never holds more patients than it has seats, members and guests together."""

from django.db import migrations

from backend.api.sql import trigger

# Sessions are locked in id order before counting, so that two guests cannot both take the last seat.
BODY = """
    PERFORM 1 FROM scheduling_session
     WHERE id IN (SELECT session_id FROM written WHERE occupies) ORDER BY id FOR NO KEY UPDATE;
    IF EXISTS (
        SELECT 1 FROM scheduling_session held JOIN scheduling_attendance taken ON taken.session_id = held.id
        WHERE held.id IN (SELECT session_id FROM written WHERE occupies) AND taken.occupies
        GROUP BY held.id, held.seats HAVING count(*) > held.seats
    ) THEN
        RAISE EXCEPTION 'session is full' USING ERRCODE = 'check_violation', CONSTRAINT = 'attendance_within_seats';
    END IF;
    RETURN NULL;
"""


class Migration(migrations.Migration):
    dependencies = [("scheduling", "0002_same_center_same_time")]

    operations = [
        trigger(
            "attendance_inserted_within_seats",
            "scheduling_attendance",
            "AFTER INSERT ON {table} REFERENCING NEW TABLE AS written FOR EACH STATEMENT",
            BODY,
        ),
        trigger(
            "attendance_updated_within_seats",
            "scheduling_attendance",
            "AFTER UPDATE ON {table} REFERENCING NEW TABLE AS written FOR EACH STATEMENT",
            BODY,
        ),
    ]
