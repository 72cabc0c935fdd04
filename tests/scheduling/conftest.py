"""A Tuesday-evening group of the cast: Clara leads it, Pat belongs to it, and its sessions are made for weeks ahead."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest

from backend.api.clock import frozen
from centers.models import Staff
from centers.wall_time import instant
from patients.models import Patient
from scheduling.actions import materialize
from scheduling.models import Attendance, Participation, Pattern, Series, SeriesStaff, Session
from tests.cast import TESTER, Cast

TUESDAY = dt.date(2026, 3, 3)
ZONE = "America/New_York"


def at(day: dt.date, hour: int, minute: int = 0) -> dt.datetime:
    """The instant of a wall time in New York."""
    return instant(ZONE, day, dt.time(hour, minute))


def a_series(cast: Cast, code: str = "TUE", **fields: Any) -> Series:
    """A group series of twelve seats."""
    values = {"form": "group", "seats": 12, "program": cast.program} | fields
    return Series.objects.create(center=cast.center, code=code, **values)


def a_pattern(series: Series, **fields: Any) -> Pattern:
    """Tuesdays at 18:00 for three hours, with a break of ten minutes after 80."""
    values = {
        "weekday": 1,
        "start_time": dt.time(18),
        "minutes": 180,
        "break_offset": 80,
        "break_minutes": 10,
        "kind": "psychotherapy_group",
    } | fields
    return Pattern.objects.create(series=series, center_id=series.center_id, **values)


def belongs(series: Series, patient: Patient, **dates: Any) -> Participation:
    """The patient belongs to the series, for good unless dates say otherwise."""
    return Participation.objects.create(series=series, center_id=series.center_id, patient=patient, **dates)


def leads(series: Series, staff: Staff, role: str = "lead") -> SeriesStaff:
    """The staff member leads the series."""
    return SeriesStaff.objects.create(series=series, center_id=series.center_id, staff=staff, role=role)


def row_of(session: Session, patient: Patient) -> Attendance:
    """The patient's attendance as it is stored."""
    return Attendance.objects.get(session=session, patient=patient)


@pytest.fixture
def new_year(db: None) -> Iterator[dt.datetime]:
    """The clock stands at the beginning of 2026: the cast is in place before anything happens."""
    with frozen(at(dt.date(2026, 1, 2), 12)) as moment:
        yield moment


@pytest.fixture
def cast(new_year: dt.datetime, cast: Cast) -> Cast:
    """The cast, assembled at new year."""
    return cast


@pytest.fixture
def before(cast: Cast) -> Iterator[dt.datetime]:
    """The clock stands at noon on the Monday before."""
    with frozen(at(TUESDAY - dt.timedelta(days=1), 12)) as moment:
        yield moment


@pytest.fixture
def series(cast: Cast, before: dt.datetime) -> Series:
    """The Tuesday group, made for four weeks, with Pat in it."""
    series = a_series(cast)
    a_pattern(series, room=cast.room, valid_from=TUESDAY)
    leads(series, cast.clara)
    belongs(series, cast.pat)
    materialize(series=series, until=TUESDAY + dt.timedelta(weeks=4), by=TESTER)
    return series


@pytest.fixture
def session(series: Series) -> Session:
    """Its first session."""
    return Session.objects.filter(series=series).earliest("starts_at")
