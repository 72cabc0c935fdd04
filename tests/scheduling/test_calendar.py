"""Sessions made ahead keep the wall clock, come once, and know closures, staff and rosters."""

import datetime as dt

import pytest
from django.db import IntegrityError
from hypothesis import given
from hypothesis import strategies as st

from centers.actions import add_closure
from centers.models import Closure
from centers.wall_time import local, zone_names
from patients.actions import discharge, take_leave
from patients.models import Episode
from scheduling.actions import materialize
from scheduling.models import Attendance, Pattern, Series, Session, SessionStaff
from scheduling.planner import days_of, slot, slots
from tests.cast import TESTER, Cast
from tests.scheduling.conftest import TUESDAY, ZONE, a_pattern, a_series, at, belongs, leads

DAYS = st.dates(dt.date(2025, 1, 1), dt.date(2028, 1, 1))
PATTERNS = st.builds(
    Pattern,
    weekday=st.integers(0, 6),
    start_time=st.times().map(lambda time: time.replace(second=0, microsecond=0)),
    minutes=st.integers(1, 1440),
    break_offset=st.none(),
    valid_from=st.none() | DAYS,
    valid_to=st.none(),
)


@given(PATTERNS, DAYS, st.integers(0, 120))
def test_a_pattern_gives_its_weekday_within_its_validity(pattern: Pattern, first: dt.date, length: int) -> None:
    last = first + dt.timedelta(days=length)
    wanted = [first + dt.timedelta(days=n) for n in range(length)]
    wanted = [day for day in wanted if day.weekday() == pattern.weekday and day >= (pattern.valid_from or day)]
    assert list(days_of(pattern, first, last)) == wanted


@given(PATTERNS, DAYS)
def test_a_week_across_a_change_of_clocks_keeps_the_wall_time(pattern: Pattern, first: dt.date) -> None:
    for _, found in slots([pattern], ZONE, first, first + dt.timedelta(weeks=3)):
        shown = local(ZONE, found.starts_at)
        skipped = shown.at != pattern.start_time
        assert not skipped or (found.day.month == 3 and found.at.hour == 2)
        assert found.ends_at - found.starts_at == dt.timedelta(minutes=pattern.minutes)


@given(PATTERNS, DAYS, st.sampled_from(sorted(zone_names())))
def test_the_local_date_is_the_day_of_the_actual_start_in_any_zone(pattern: Pattern, day: dt.date, zone: str) -> None:
    found = slot(pattern, zone, day)
    assert found.local_date == local(zone, found.starts_at).day


@given(st.lists(st.tuples(st.integers(0, 99), st.integers(1, 99)), min_size=2, max_size=2))
def test_overlap_is_symmetric(spans: list[tuple[int, int]]) -> None:
    midnight = at(TUESDAY, 0)
    one, other = (
        (midnight + dt.timedelta(minutes=start), midnight + dt.timedelta(minutes=start + length))
        for start, length in spans
    )
    closures = [Closure(starts_at=starts_at, ends_at=ends_at) for starts_at, ends_at in (one, other)]
    assert closures[0].covers(*other) == closures[1].covers(*one)


def test_planning_twice_adds_nothing(series: Series) -> None:
    until = TUESDAY + dt.timedelta(weeks=4)
    counted = Session.objects.count(), SessionStaff.objects.count(), Attendance.objects.count()
    assert counted == (4, 4, 4)
    assert materialize(series=series, until=until, since=TUESDAY, by=TESTER) == []
    assert (Session.objects.count(), SessionStaff.objects.count(), Attendance.objects.count()) == counted


def test_a_group_stays_at_its_wall_time_when_the_clocks_go_forward(series: Series) -> None:
    starts = Session.objects.filter(series=series).values_list("starts_at", flat=True)
    assert [start.hour for start in starts] == [23, 22, 22, 22]


def test_the_break_lies_as_far_from_the_start_as_the_pattern_says(session: Session) -> None:
    assert session.break_starts_at == at(TUESDAY, 19, 20)
    assert session.break_ends_at == at(TUESDAY, 19, 30)


def test_a_closure_closes_what_it_overlaps_and_leaves_nobody_expected(cast: Cast, before: dt.datetime) -> None:
    add_closure(center=cast.center, date=TUESDAY, by=TESTER, reason="snow")
    series = a_series(cast)
    a_pattern(series, valid_from=TUESDAY)
    belongs(series, cast.pat)
    first, second = materialize(series=series, until=TUESDAY + dt.timedelta(days=8), by=TESTER)
    assert (first.status, first.status_reason, second.status) == ("closed", "snow", "scheduled")
    assert list(Attendance.objects.values_list("session", flat=True)) == [second.id]


def test_only_those_in_care_and_not_on_leave_are_expected(cast: Cast, before: dt.datetime) -> None:
    series = a_series(cast)
    a_pattern(series, valid_from=TUESDAY)
    belongs(series, cast.pat)
    belongs(series, cast.quinn)
    week = dt.timedelta(weeks=1)
    take_leave(patient=cast.pat, starts_on=TUESDAY, ends_on=TUESDAY + week, reason="travel", by=TESTER)
    discharge(episode=Episode.objects.get(patient=cast.quinn), on=TUESDAY + week, reason="1", by=TESTER)
    first, second = materialize(series=series, until=TUESDAY + 2 * week, by=TESTER)
    assert [(row.session_id, row.patient_id) for row in Attendance.objects.all()] == [
        (first.id, cast.quinn.id),
        (second.id, cast.pat.id),
    ]


def test_staff_are_those_who_lead_on_the_day(cast: Cast, before: dt.datetime) -> None:
    series = a_series(cast)
    a_pattern(series, valid_from=TUESDAY)
    leads(series, cast.clara)
    ended = leads(series, cast.carl, role="co_lead")
    ended.ends_on = TUESDAY + dt.timedelta(days=7)
    ended.save()
    first, second = materialize(series=series, until=TUESDAY + dt.timedelta(days=8), by=TESTER)
    assert set(first.staff.values_list("staff", flat=True)) == {cast.clara.id, cast.carl.id}
    assert list(second.staff.values_list("staff", flat=True)) == [cast.clara.id]


@pytest.mark.parametrize("shared", ["room", "staff", "patient"])
def test_a_clash_is_refused_by_the_database(cast: Cast, session: Session, shared: str) -> None:
    other = a_series(cast, "OTHER")
    a_pattern(other, valid_from=TUESDAY, start_time=dt.time(20, 59), room=cast.room if shared == "room" else None)
    leads(other, cast.clara if shared == "staff" else cast.carl)
    belongs(other, cast.pat if shared == "patient" else cast.quinn)
    names = {"room": "session_room_taken", "staff": "sessionstaff_taken", "patient": "attendance_patient_taken"}
    with pytest.raises(IntegrityError, match=names[shared]):
        materialize(series=other, until=TUESDAY + dt.timedelta(days=1), by=TESTER)


def test_touching_ends_are_no_clash(cast: Cast, session: Session) -> None:
    other = a_series(cast, "OTHER")
    a_pattern(other, valid_from=TUESDAY, start_time=dt.time(21), room=cast.room)
    leads(other, cast.clara)
    belongs(other, cast.pat)
    assert len(materialize(series=other, until=TUESDAY + dt.timedelta(days=1), by=TESTER)) == 1
