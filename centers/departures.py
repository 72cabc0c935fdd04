"""What somebody who leaves a center loses there, told by each room in the same words."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.dispatch import Signal

from backend.api.recorder import Actor
from centers.models import Position


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that was taken from somebody, or is now without anybody.

    `starts` and `ends` are what stood before, days or moments; `code` is a code or a name that anybody who sees the
    center may read; `patients` are those whom it opened, by id and name.
    """

    kind: str
    id: UUID
    starts: dt.date | None = None
    ends: dt.date | None = None
    code: str = ""
    patients: tuple[tuple[UUID, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Departure:
    """Somebody's leaving of a center: the position, what was taken, and what is left without anybody."""

    position: Position
    at: dt.datetime
    taken: list[Item] = field(default_factory=list)
    unattended: list[Item] = field(default_factory=list)

    @property
    def patient_ids(self) -> tuple[UUID, ...]:
        """Everybody whom anything that was taken opened."""
        return tuple(sorted({pk for item in (*self.taken, *self.unattended) for pk, _ in item.patients}))


def told(signal: Signal, *, position: Position, by: Actor, taken: Sequence[Item] = ()) -> list[Item]:
    """What the rooms above answer to news of somebody's leaving."""
    answers: Any = signal.send(Position, position=position, by=by, taken=taken)
    return [item for _, items in answers for item in items]
