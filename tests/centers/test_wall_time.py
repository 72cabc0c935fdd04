"""Wall times become instants by rule 1, in every zone and on every change day."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from centers.wall_time import day_bounds, instant, is_shown, is_zone, local, local_date, zone_names

ZONES = st.sampled_from(sorted(zone_names()))
DAYS = st.dates(date(1990, 1, 1), date(2037, 12, 30))
MINUTES = st.integers(0, 1439).map(lambda minutes: time(minutes // 60, minutes % 60))


@pytest.mark.parametrize(
    ("zone", "wall", "expected"),
    [
        ("America/New_York", "2026-11-01T01:30", "2026-11-01T05:30"),  # shown twice: the first showing
        ("America/New_York", "2026-03-08T02:30", "2026-03-08T07:30"),  # skipped: the offset before the change
        ("America/New_York", "2026-11-01T02:00", "2026-11-01T07:00"),
        ("America/Havana", "2026-11-01T00:30", "2026-11-01T04:30"),  # midnight itself is shown twice
        ("America/Havana", "2026-03-08T00:00", "2026-03-08T05:00"),  # there is no midnight
        ("Australia/Lord_Howe", "2026-04-05T01:45", "2026-04-04T14:45"),  # half an hour is shown twice
        ("Australia/Lord_Howe", "2026-10-04T02:15", "2026-10-03T15:45"),  # half an hour is skipped
        ("Pacific/Apia", "2011-12-30T09:00", "2011-12-30T19:00"),  # the whole day is skipped
        ("Pacific/Kiritimati", "2026-06-01T09:00", "2026-05-31T19:00"),  # fourteen hours ahead
        ("Asia/Kathmandu", "2026-06-01T09:00", "2026-06-01T03:15"),
        ("Europe/Dublin", "2026-10-25T01:30", "2026-10-25T00:30"),  # its winter time is the negative one
    ],
)
def test_wall_time_becomes_its_instant(zone: str, wall: str, expected: str) -> None:
    naive = datetime.fromisoformat(wall)
    assert instant(zone, naive.date(), naive.time()) == datetime.fromisoformat(expected).replace(tzinfo=UTC)


@given(ZONES, DAYS, MINUTES)
@settings(max_examples=400, deadline=None)
def test_a_time_that_is_shown_reads_back_and_is_its_first_showing(zone: str, day: date, at: time) -> None:
    moment = instant(zone, day, at)
    if is_shown(zone, day, at):
        assert local(zone, moment) == (day, at)
        earlier = (moment - timedelta(minutes=step) for step in (20, 30, 60, 120, 180))
        assert all(local(zone, other) != (day, at) for other in earlier)
    else:
        assert local(zone, moment) > (day, at)


@given(ZONES, st.integers(631152000, 2145916800))
@settings(max_examples=200, deadline=None)
def test_an_instant_never_reads_back_later_than_it_was(zone: str, seconds: int) -> None:
    moment = datetime.fromtimestamp(seconds, UTC)
    assert instant(zone, *local(zone, moment)) <= moment


@given(ZONES, DAYS)
@settings(max_examples=200, deadline=None)
def test_days_follow_each_other_without_a_gap(zone: str, day: date) -> None:
    start, end = day_bounds(zone, day)
    assert start <= end
    assert end == day_bounds(zone, day + timedelta(days=1))[0]


def test_a_fold_that_comes_with_the_time_is_not_heeded() -> None:
    first = instant("America/New_York", date(2026, 11, 1), time(1, 30, fold=1))
    assert first == datetime(2026, 11, 1, 5, 30, tzinfo=UTC)


def test_local_date_is_the_calendar_of_the_zone() -> None:
    assert local_date("Pacific/Kiritimati", datetime(2026, 5, 31, 19, tzinfo=UTC)) == date(2026, 6, 1)


@pytest.mark.parametrize("name", ["America/New_York", "Pacific/Kiritimati", "UTC", "Etc/GMT+5"])
def test_names_of_the_zone_database_are_zones(name: str) -> None:
    assert is_zone(name)


@pytest.mark.parametrize(
    "name", ["localtime", "posixrules", "../etc/passwd", "america/new_york", "EST5", "", "Factory"]
)
def test_other_names_are_no_zones(name: str) -> None:
    assert not is_zone(name)
