"""Sessions follow from pattern, exceptions and closures, as rules 1 to 4 say."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from backend.imports.export import (
    AttendanceRow,
    BlockRow,
    CenterRow,
    ClosureRow,
    EnrollmentRow,
    ExceptionRow,
    Export,
    GroupRow,
    LeaveRow,
    MakeupRow,
    Moment,
    PatientRow,
    SessionKey,
)
from backend.imports.schedule import Attendant, PlannedSession, Schedule, Status
from backend.imports.schedule_checks import schedule_faults

MONDAY = date(2026, 11, 2)
NINE = Moment(MONDAY, time(9))
KEY = SessionKey("G", NINE)


def center(zone: str = "America/New_York") -> CenterRow:
    return CenterRow(2, "C", "c", zone, 0, None, None, None, None, None, "US", date(2026, 10, 26), date(2026, 11, 16))


def block(group: str = "G", weekday: int = 0, start: time = time(9), room: str = "R", line: int = 2) -> BlockRow:
    return BlockRow(line, group, weekday, start, 180, time(10, 30), 15, "skills_group", room, None, None, None)


def group(code: str = "G", lead: str = "lead", capacity: int = 2) -> GroupRow:
    return GroupRow(2, code, code, "P", "open", capacity, 1, lead, None)


def patient(mrn: str) -> PatientRow:
    return PatientRow(2, mrn, "A", "B", None, date(2000, 1, 1), None, None, None, "en", None, None, None, None, "P",
                      date(2026, 10, 1), date(2026, 11, 12), "1", ())  # fmt: skip


def change(
    action: str,
    line: int = 2,
    *,
    new_start: Moment | None = None,
    new_minutes: int | None = None,
    new_room: str | None = None,
    substitute: str | None = None,
    replaces: str | None = None,
) -> ExceptionRow:
    return ExceptionRow(line, "G", NINE, action, new_start, new_minutes, new_room, substitute, replaces, None)


def export(*exceptions: ExceptionRow, **tables: object) -> Export:
    found = Export(
        centers=[center()],
        groups=[group()],
        blocks=[block()],
        patients=[patient(mrn) for mrn in "123"],
        enrollments=[EnrollmentRow(2, "G", "1", date(2026, 10, 1), date(2026, 11, 9))],
        exceptions=exceptions,
    )
    for name, rows in tables.items():
        setattr(found, name, rows)
    found.index()
    return found


def session(*exceptions: ExceptionRow, **tables: object) -> PlannedSession:
    found = Schedule(export(*exceptions, **tables)).timetable.session(KEY)
    assert found is not None
    return found


def test_the_pattern_gives_a_session_each_covered_week() -> None:
    sessions = Schedule(export()).sessions
    assert [str(one.key) for one in sessions] == [f"G@2026-{day}T09:00" for day in ("10-26", "11-02", "11-09")]
    assert sessions[1].start == datetime(2026, 11, 2, 14, tzinfo=UTC)
    assert sessions[1].minutes == 180


def test_wall_time_stays_when_the_clocks_change() -> None:
    first, second, _ = Schedule(export()).sessions
    assert second.start - first.start == timedelta(days=7, hours=1)


def test_a_night_session_keeps_its_minutes_when_the_clocks_change() -> None:
    night = block(weekday=5, start=time(23, 30))
    found = Schedule(export(blocks=[night])).sessions[0]
    assert (found.day, found.minutes) == (date(2026, 10, 31), 180)
    assert found.end == datetime(2026, 11, 1, 6, 30, tzinfo=UTC)


def test_a_move_takes_room_break_and_roster_along() -> None:
    moved = change("moved", new_start=Moment(date(2026, 11, 9), time(14)), new_room="R2")
    found = session(moved)
    assert (found.day, found.room) == (date(2026, 11, 9), "R2")
    assert found.break_ == tuple(datetime(2026, 11, 9, 20, minute, tzinfo=UTC) for minute in (30, 45))
    assert Schedule(export(moved)).roster(found) == ()
    assert Schedule(export()).roster(session()) == ("1",)


@pytest.mark.parametrize(("minutes", "pause"), [(60, None), (90, None), (100, 10), (120, 15)])
def test_what_lies_beyond_a_shortened_end_is_no_break(minutes: int, pause: int | None) -> None:
    found = session(change("shortened", new_minutes=minutes))
    assert found.minutes == minutes
    assert (found.break_ and (found.break_[1] - found.break_[0]) // timedelta(minutes=1)) == pause


def test_a_cancelled_session_stays_known() -> None:
    assert session(change("cancelled")).status is Status.WITHDRAWN


@pytest.mark.parametrize(
    ("begin", "end", "status"),
    [
        (None, None, Status.CLOSED),
        (time(12), None, Status.SCHEDULED),
        (time(11, 59), None, Status.CLOSED),
        (None, time(9), Status.SCHEDULED),
        (None, time(9, 1), Status.CLOSED),
        (time(10), time(11), Status.CLOSED),
    ],
)
def test_a_session_that_overlaps_a_closure_is_off(begin: time | None, end: time | None, status: Status) -> None:
    assert session(closures=[ClosureRow(2, MONDAY, begin, end, "")]).status is status


def test_a_session_moved_out_of_a_closure_stays_on_and_one_moved_into_it_is_off() -> None:
    moved = change("moved", new_start=Moment(date(2026, 11, 3), time(9)))
    assert session(moved, closures=[ClosureRow(2, MONDAY, None, None, "")]).status is Status.SCHEDULED
    assert session(moved, closures=[ClosureRow(2, date(2026, 11, 3), None, None, "")]).status is Status.CLOSED


def test_a_substitute_stands_in_for_somebody_or_comes_in_addition() -> None:
    assert session().staff == (Attendant("lead"),)
    assert session(change("substitute", substitute="sub", replaces="lead")).staff == (Attendant("sub", "lead"),)
    assert session(change("substitute", substitute="sub", replaces="x")).staff == (
        Attendant("lead"),
        Attendant("sub", "x"),
    )


def test_rosters_heed_discharge_and_leave() -> None:
    rosters = Schedule(
        export(
            enrollments=[EnrollmentRow(2, "G", mrn, date(2026, 10, 1), None) for mrn in "12"],
            leaves=[LeaveRow(2, "2", date(2026, 11, 2), date(2026, 11, 4), "")],
        )
    ).rosters
    assert rosters.members("G", date(2026, 11, 1)) == ("1", "2")
    assert rosters.members("G", date(2026, 11, 3)) == ("1",)
    assert rosters.members("G", date(2026, 11, 4)) == ("1", "2")
    assert rosters.members("G", date(2026, 11, 12)) == ()


def two_groups(*exceptions: ExceptionRow, **tables: object) -> Export:
    """Two groups an hour apart, each with a room, a leader and a member."""
    enrolled = [
        EnrollmentRow(2, "G", "1", date(2026, 10, 1), None),
        EnrollmentRow(3, "H", "2", date(2026, 10, 1), None),
    ]
    given: dict[str, object] = {
        "groups": [group(), group("H", "other")],
        "blocks": [block(), block("H", start=time(13), room="R2", line=3)],
        "enrollments": enrolled,
    }
    return export(*exceptions, **(given | tables))


def places(found: Export) -> list[tuple[str, int, str, str]]:
    return [(fault.file, fault.line, fault.column, str(fault.kind)) for fault in schedule_faults(found)]


def test_a_schedule_without_clashes_has_no_fault() -> None:
    at_once = Moment(MONDAY, time(13))
    assert places(two_groups(change("moved", new_start=at_once))) == []


def test_a_move_into_a_room_that_is_taken_is_at_fault() -> None:
    moved = change("moved", new_start=Moment(MONDAY, time(13, 30)), new_room="R2")
    assert places(two_groups(moved)) == [("exceptions.csv", 2, "new_start", "double_booked")]


def test_a_substitute_who_is_taken_is_at_fault() -> None:
    moved = change("moved", new_start=Moment(MONDAY, time(13, 30)))
    stands_in = change("substitute", 3, substitute="other", replaces="lead")
    assert places(two_groups(moved, stands_in)) == [("exceptions.csv", 3, "substitute", "double_booked")]


def test_a_guest_who_is_expected_elsewhere_is_at_fault_unless_they_missed_that() -> None:
    late = [block(), block("H", start=time(11), room="R2", line=3)]
    makeup = MakeupRow(7, "1", "G", NINE, "H", Moment(MONDAY, time(11)), "lead")
    assert places(two_groups(blocks=late, makeups=[makeup])) == [("makeups.csv", 7, "attended_start", "double_booked")]
    missed = AttendanceRow(2, "G", NINE, "1", "no_show", None, None, None, "lead", None)
    assert places(two_groups(blocks=late, makeups=[makeup], attendance=[missed])) == []


def test_guests_need_seats() -> None:
    guests = [
        MakeupRow(line, mrn, "G", NINE, "H", Moment(MONDAY, time(13)), "lead") for line, mrn in ((7, "1"), (8, "3"))
    ]
    assert places(two_groups(makeups=guests)) == [("makeups.csv", 8, "attended_start", "over_capacity")]


def test_sessions_that_only_the_clocks_bring_together_are_told_by_the_later_row() -> None:
    spring = CenterRow(2, "C", "c", "America/New_York", 0, None, None, None, None, None, "US", date(2026, 3, 2),
                       date(2026, 3, 16))  # fmt: skip
    nights = [block(weekday=6, start=time(1)), block("H", 6, time(4), line=3)]
    found = places(two_groups(centers=[spring], blocks=nights))
    assert found == [("blocks.csv", 3, "room", "double_booked")]
