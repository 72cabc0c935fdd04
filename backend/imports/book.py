"""What the writers of an import share: the export, who acts, and the rows written so far, by their keys."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

from django.db import models

from backend.api.recorder import Actor
from backend.imports.export import Export, Moment, SessionKey
from backend.imports.schedule import PlannedSession, Schedule
from centers.models import Center, Program, Room, Staff
from centers.wall_time import instant
from groups.models import Enrollment, TherapyGroup
from patients.models import Episode, Patient
from scheduling.models import Attendance, Pattern, Series, Session

M = TypeVar("M", bound=models.Model)
BATCH = 2000


class Progress(Protocol):
    """Told how many rows have been written, out of how many."""

    def __call__(self, done: int, /) -> object:
        """Count `done` rows more."""


@dataclass
class Book:
    """An import under way. The maps go from an export's keys to stored rows."""

    export: Export
    schedule: Schedule
    by: Actor
    center: Center
    progress: Progress
    programs: dict[str, Program] = field(default_factory=dict)
    rooms: dict[str, Room] = field(default_factory=dict)
    staff: dict[str, Staff] = field(default_factory=dict)
    patients: dict[str, Patient] = field(default_factory=dict)
    episodes: dict[str, Episode] = field(default_factory=dict)
    groups: dict[str, TherapyGroup] = field(default_factory=dict)
    enrollments: list[Enrollment] = field(default_factory=list)
    series: dict[str, Series] = field(default_factory=dict)
    patterns: dict[tuple[str, int], Pattern] = field(default_factory=dict)
    sessions: dict[SessionKey, Session] = field(default_factory=dict)
    attendances: dict[tuple[SessionKey, str], Attendance] = field(default_factory=dict)

    def write(self, model: type[M], rows: Sequence[M]) -> Sequence[M]:
        """Store rows in batches, in the order given; one event of the whole import stands in the log for them."""
        manager: Any = model._default_manager
        for start in range(0, len(rows), BATCH):
            batch = rows[start : start + BATCH]
            manager.bulk_create(batch)
            self.progress(len(batch))
        return rows

    def at(self, moment: Moment | None) -> Any:
        """The instant of a wall-clock moment of the center, or None."""
        return instant(self.center.timezone, moment.day, moment.at) if moment else None

    def planned(self) -> Sequence[PlannedSession]:
        """All sessions of the export, on or off the schedule."""
        return self.schedule.sessions
