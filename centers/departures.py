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
    center may read; `patients` are those whom it opened, by id and name. `record` is what a leaving on a day to come
    has shortened: taken back, it lasts until `ends` again.
    """

    kind: str
    id: UUID
    starts: dt.date | None = None
    ends: dt.date | None = None
    code: str = ""
    patients: tuple[tuple[UUID, str], ...] = ()
    record: UUID | None = None


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


@dataclass(frozen=True, slots=True)
class Kept:
    """A record that a leaving to come has shortened: its kind and id, and when it was to end; None if never."""

    kind: str
    id: UUID
    ends: str | None

    @property
    def moment(self) -> dt.datetime | None:
        """The end of a record that ends at a moment."""
        return dt.datetime.fromisoformat(self.ends) if self.ends else None

    @property
    def day(self) -> dt.date | None:
        """The end of a record that ends with a day."""
        return dt.date.fromisoformat(self.ends) if self.ends else None


def told(signal: Signal, *, position: Position, by: Actor, **news: Any) -> list[Item]:
    """What the rooms above answer to news of somebody's leaving."""
    answers: Any = signal.send(Position, position=position, by=by, **news)
    return [item for _, items in answers for item in items]


def shortened(items: Sequence[Item]) -> list[list[Any]]:
    """What taking a leaving back has to know, as a position keeps it."""
    return [[one.kind, str(one.record), one.ends and one.ends.isoformat()] for one in items if one.record is not None]


def kept(position: Position) -> list[Kept]:
    """The records that a position's leaving to come has shortened."""
    return [Kept(kind, UUID(pk), ends) for kind, pk, ends in position.shortened]
