"""What the database refuses by itself, whatever wrote; and what each refusal is called outside."""

from functools import partial
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import F

from backend.api.problems import CONSTRAINTS, TEXTS
from centers.models import Program
from scheduling import refusals
from scheduling.models import Attendance, AttendanceMove, Pattern, Series, Session, SessionStaff
from tests.cast import TESTER, Cast
from tests.scheduling.conftest import TUESDAY, at, row_of

WRONG: list[tuple[type[Any], dict[str, Any], str]] = [
    (Session, {"ends_at": F("starts_at"), "break_starts_at": None, "break_ends_at": None}, "session_in_order"),
    (Session, {"status": "off"}, "session_status_known"),
    (Session, {"kind": "yoga"}, "session_kind_known"),
    (Session, {"break_ends_at": at(TUESDAY, 22)}, "session_break_within"),
    (Session, {"original_date": TUESDAY}, "session_original_start_once"),
    (Attendance, {"status": "asleep"}, "attendance_status_known"),
    (Attendance, {"origin": "heaven"}, "attendance_origin_known"),
    (Attendance, {"arrived_at": at(TUESDAY, 18)}, "attendance_times_only_for_those_who_came"),
    (
        Attendance,
        {"status": "present", "arrived_at": at(TUESDAY, 19), "left_at": at(TUESDAY, 18)},
        "attendance_times_in_order",
    ),
    (Attendance, {"on_schedule": False}, "scheduling_attendance_session_id_on_schedule_same"),
    (SessionStaff, {"on_schedule": False}, "scheduling_sessionstaff_session_id_on_schedule_same"),
    (Series, {"seats": 0}, "series_has_a_seat"),
    (Pattern, {"weekday": 7}, "pattern_on_a_weekday"),
    (Pattern, {"minutes": 0, "break_offset": None, "break_minutes": 0}, "pattern_has_a_length"),
    (Pattern, {"break_offset": 175}, "pattern_break_within"),
    (Pattern, {"valid_to": TUESDAY}, "pattern_validity_in_order"),
]


@pytest.mark.parametrize(("model", "change", "name"), WRONG, ids=[name for *_, name in WRONG])
def test_the_database_refuses(session: Session, model: type[Any], change: dict[str, Any], name: str) -> None:
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        model.objects.update(**change)


def test_rows_of_another_center_are_refused(cast: Cast, session: Session) -> None:
    other = Program.objects.create(center=cast.elsewhere, code="X", name="X")
    with pytest.raises(IntegrityError, match="_same"), transaction.atomic():
        Series.objects.filter(pk=session.series_id).update(program=other)


def test_history_is_written_once(cast: Cast, session: Session) -> None:
    move = row_of(session, cast.pat).history("", by=TESTER, at=at(TUESDAY, 18))
    move.save()
    rows = AttendanceMove.objects.all()
    for change in (partial(rows.update, reason="x"), rows.delete):
        with pytest.raises(IntegrityError, match="is_written_once"), transaction.atomic():
            change()


def test_no_session_makes_up_for_itself(cast: Cast, series: Series, session: Session) -> None:
    with pytest.raises(IntegrityError, match="attendance_makeup_is_another"), transaction.atomic():
        Attendance.objects.update(made_up_by=F("id"))


def test_every_refusal_named_outside_exists_in_the_database(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT conname FROM pg_constraint UNION SELECT tgname FROM pg_trigger")
        known = {name for (name,) in cursor.fetchall()}
    raised_by_triggers = {"attendance_within_seats"}
    assert refusals.CONSTRAINTS.keys() - raised_by_triggers <= known
    assert {CONSTRAINTS[name] for name in refusals.CONSTRAINTS} <= TEXTS.keys()
