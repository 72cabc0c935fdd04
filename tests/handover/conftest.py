"""Clara at work: she cares for Pat, leads the Tuesday group of Pat and Quinn, and gives Pat's course on Thursdays."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from backend.api.clock import frozen
from centers.actions import hire
from centers.models import Position, Staff
from centers.roles import Title
from groups.actions import appoint_facilitator, enroll, open_group
from groups.models import TherapyGroup
from patients.actions import raise_task
from patients.models import StaffTask
from scheduling.actions import add_pattern, open_course
from scheduling.models import Series, Session
from tests.cast import TESTER, Cast
from tests.scheduling.conftest import TUESDAY, at

MONDAY = TUESDAY - dt.timedelta(days=1)
FEBRUARY = dt.date(2026, 2, 2)
DAY, SECOND = dt.timedelta(days=1), dt.timedelta(seconds=1)


@dataclass
class Work:
    """What Clara has at the center."""

    cast: Cast
    position: Position
    group: TherapyGroup
    course: Series
    task: StaffTask

    def sessions(self) -> list[Session]:
        """The group's sessions, in order."""
        return list(Session.objects.filter(series=self.group.series).order_by("starts_at"))


def works_here(cast: Cast, staff: Staff) -> Position:
    """A position for one of the cast."""
    names: dict[str, Any] = {"email": staff.email, "first_name": staff.first_name, "last_name": staff.last_name}
    position = hire(center=cast.center, title=Title.COUNSELOR, by=TESTER, **names)
    Position.objects.filter(pk=position.pk).note_joined()
    position.refresh_from_db()
    return position


@pytest.fixture
def new_year(db: None) -> Iterator[dt.datetime]:
    """The clock stands at the beginning of 2026 while the cast is put together."""
    with frozen(at(dt.date(2026, 1, 2), 12)) as moment:
        yield moment


@pytest.fixture
def cast(new_year: dt.datetime, cast: Cast) -> Cast:
    """The cast, assembled at new year."""
    return cast


@pytest.fixture
def monday(cast: Cast) -> Iterator[dt.datetime]:
    """Noon on the Monday before the first session."""
    with frozen(at(MONDAY, 12)) as moment:
        yield moment


@pytest.fixture
def work(cast: Cast, monday: dt.datetime) -> Work:
    """Clara's work, as it stands on Monday at noon."""
    position = works_here(cast, cast.clara)
    names: dict[str, Any] = {"code": "TUE", "name": "Tuesday evening", "capacity": 12, "min_size": 1}
    group = open_group(center=cast.center, program=cast.program, by=TESTER, **names)
    evening = {"weekday": 1, "start_time": dt.time(18), "minutes": 180, "kind": "psychotherapy_group"}
    add_pattern(series=group.series, by=TESTER, valid_from=TUESDAY, valid_to=TUESDAY + 29 * DAY, **evening)
    appoint_facilitator(group=group, staff=cast.clara, starts_on=FEBRUARY, by=TESTER)
    for patient in (cast.pat, cast.quinn):
        enroll(group=group, patient=patient, starts_on=FEBRUARY, by=TESTER)
    hour = {"weekday": 3, "start_time": dt.time(9), "minutes": 50, "kind": "individual", "valid_from": MONDAY}
    hour["valid_to"] = MONDAY + 28 * DAY
    course = open_course(center=cast.center, code="IND", patient=cast.pat, staff=cast.clara, pattern=hour, by=TESTER)
    task = raise_task(center=cast.center, kind="other", subject="a thing", patient=cast.pat, by=TESTER)
    StaffTask.objects.filter(pk=task.pk).update(assigned_to=cast.clara)
    task.refresh_from_db()
    return Work(cast, position, group, course, task)
