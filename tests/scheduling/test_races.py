"""Several real connections at once: one slot, one seat, one roster; neither the lock nor the constraint alone."""

import datetime as dt
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier

import psycopg
import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from backend.api.errors import Refused
from backend.api.recorder import acting_as
from patients.models import Patient
from scheduling.actions import Mark, add_guest, materialize, move_session, record_one, record_roster
from scheduling.models import Attendance, AttendanceMove, Series, Session
from scheduling.models.attendance import Status
from tests.cast import TESTER, Cast, a_patient
from tests.scheduling.conftest import TUESDAY, a_pattern, a_series, at, belongs, row_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.xdist_group("races")]
DAY = dt.timedelta(days=1)


def constraint_of(error: IntegrityError) -> str:
    """Which constraint refused."""
    cause = error.__cause__
    return str(cause.diag.constraint_name) if isinstance(cause, psycopg.Error) else ""


def together(*works: Callable[[], object]) -> list[str]:
    """Run each work on a connection of its own, all starting at once; what came of each, in no order."""
    barrier = Barrier(len(works))

    def run(work: Callable[[], object]) -> str:
        try:
            with acting_as(TESTER), transaction.atomic():
                barrier.wait(timeout=20)
                work()
        except Refused as refused:
            return refused.code
        except IntegrityError as error:
            return constraint_of(error)
        except DatabaseError as error:
            return type(error).__name__
        finally:
            connection.close()
        return "done"

    with ThreadPoolExecutor(len(works)) as pool:
        return sorted(pool.map(run, works))


def nobody_expects(version: str) -> None:
    """Any version will do."""


def test_of_64_bookings_of_one_room_exactly_one_stands(cast: Cast, before: dt.datetime) -> None:
    series = [a_series(cast, f"S{n}") for n in range(64)]
    for one in series:
        a_pattern(one, room=cast.room, valid_from=TUESDAY)
    book = [partial(materialize, series=one, until=TUESDAY + DAY, by=TESTER) for one in series]
    assert together(*book).count("done") == 1
    assert Session.objects.count() == 1


def test_two_sessions_moved_into_one_room_slot(cast: Cast, session: Session) -> None:
    other = a_series(cast, "OTHER")
    a_pattern(other, valid_from=TUESDAY, room=cast.room, start_time=dt.time(8))
    (morning,) = materialize(series=other, until=TUESDAY + DAY, by=TESTER)
    noon = at(TUESDAY, 12)
    ends = together(
        lambda: move_session(session=session, starts_at=noon, by=TESTER),
        lambda: move_session(session=morning, starts_at=noon, by=TESTER),
    )
    assert ends.count("done") == 1
    assert Session.objects.filter(starts_at=noon).count() == 1


def test_guests_race_for_the_last_seat(cast: Cast, session: Session) -> None:
    Session.objects.filter(pk=session.pk).update(seats=2)
    guests = [a_patient(cast.center, cast.program, f"G{n}", "Gus", f"Guest{n}") for n in range(6)]
    ends = together(
        *(partial(add_guest, session=session, record_number=one.mrn, reason="x", by=TESTER) for one in guests)
    )
    assert ends == ["done", *["session_full"] * 5]
    assert Attendance.objects.filter(session=session, occupies=True).count() == 2


def test_without_the_lock_the_constraint_keeps_the_seats(cast: Cast, session: Session) -> None:
    Session.objects.filter(pk=session.pk).update(seats=2)
    guests = [a_patient(cast.center, cast.program, f"G{n}", "Gus", f"Guest{n}") for n in range(2)]

    def take(patient: Patient) -> None:
        Attendance.objects.create(
            session=session, patient=patient, center=cast.center, during=session.span, origin="walk_in"
        )

    ends = together(*(partial(take, guest) for guest in guests))
    assert ends == ["attendance_within_seats", "done"]


def test_two_facilitators_mark_two_rows_at_once(cast: Cast, series: Series, session: Session) -> None:
    belongs(series, cast.quinn)
    row = Attendance.objects.create(session=session, patient=cast.quinn, center=cast.center, during=session.span)
    rows = [row_of(session, cast.pat), row]
    ends = together(
        *(
            partial(
                record_one,
                attendance=one,
                mark=Mark(one.patient_id, Status.EXCUSED_ABSENCE, reason="x"),
                by=TESTER,
                expect=nobody_expects,
            )
            for one in rows
        )
    )
    assert ends == ["done", "done"]
    session.refresh_from_db()
    assert (session.roster_version, AttendanceMove.objects.count()) == (3, 2)


def test_two_rosters_recorded_at_once_leave_one_story(cast: Cast, session: Session) -> None:
    ends = together(
        *(
            partial(record_roster, session=session, marks=[Mark(cast.pat.id, status)], by=TESTER, expect=nobody_expects)
            for status in (Status.EXCUSED_ABSENCE, Status.CANCELLED_BY_PATIENT)
        )
    )
    assert ends == ["done", "done"]
    first, second = AttendanceMove.objects.all()
    assert (first.from_status, first.to_status) == ("expected", second.from_status)
    assert row_of(session, cast.pat).status == second.to_status


def test_planning_at_once_makes_every_session_once(cast: Cast, before: dt.datetime) -> None:
    series = a_series(cast)
    a_pattern(series, valid_from=TUESDAY)
    until = TUESDAY + 28 * DAY
    ends = together(*(lambda: materialize(series=series, until=until, by=TESTER) for _ in range(4)))
    assert ends == ["done"] * 4
    assert Session.objects.filter(series=series).count() == 4
