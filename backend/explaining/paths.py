"""The ways by which a codename reaches somebody: a grant of their own, or of a group they belong to; each dated."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple
from uuid import UUID

from django.db import models

from backend.api.clock import now
from backend.api.gate import reach_of
from backend.api.grant_tables import containers, grant_tables, membership
from backend.api.grants import Ground
from backend.api.sources import records_of, sources
from centers.models import Staff
from centers.wall_time import local
from patients.models import Patient
from scheduling.models import SessionStaff

MOST = 50


class State(StrEnum):
    """Whether a way is open now, was, or will be."""

    LIVE = "live"
    BEGINS = "begins"
    ENDED = "ended"


class Row(NamedTuple):
    """One stored grant or membership: of whom or of which group, by which ground, from when until when."""

    subject: Any
    ground: Ground
    starts_at: dt.datetime
    expires_at: dt.datetime | None


@dataclass(frozen=True, slots=True)
class Path:
    """One way: the grounds of its rows, on which container it lies, and from when until when all of them live."""

    grounds: tuple[Ground, ...]
    container: str
    starts_at: dt.datetime
    expires_at: dt.datetime | None

    @property
    def state(self) -> State:
        """The start counts, the end does not."""
        at = now()
        if self.starts_at > at:
            return State.BEGINS
        return State.LIVE if self.expires_at is None or self.expires_at > at else State.ENDED


@dataclass(frozen=True, slots=True)
class Explanation:
    """Whether somebody may do something with a patient now, by which ways, and by which not yet or no more."""

    staff: Staff
    patient: Patient
    codename: str
    paths: list[Path]
    staffed: list[SessionStaff]

    @property
    def allowed(self) -> bool:
        """Whether any way is open to an account that is."""
        return self.staff.is_active and any(path.state is State.LIVE for path in self.paths)

    @property
    def held(self) -> list[str]:
        """Every codename the person holds on the patient now."""
        return sorted(reach_of(self.staff).codenames_on(self.patient.center_id, self.patient.pk))

    @property
    def missing(self) -> list[str]:
        """What stands in the way, in words; nothing where nothing does."""
        found = []
        if self.staff.positions.filter(center=self.patient.center_id).over(now()).exists():
            found.append("The person has left this center.")
        elif not self.staff.is_active:
            found.append("The account is closed.")
        if not any(path.state is State.LIVE for path in self.paths):
            found.append(f"No grant of {self.codename} on the patient or on the center is in force.")
        return found

    @property
    def grounds(self) -> list[dict[str, Any]]:
        """The ways in words: those in force first, then what begins and what ended, latest first."""
        records = records_of({ground for path in self.paths for ground in path.grounds})
        zone = self.patient.center.timezone
        return [
            {
                "state": path.state,
                "container": path.container,
                "words": _words(path, records, zone),
                "grounds": [f"{ground.type}:{ground.id}" for ground in path.grounds],
                "starts_at": path.starts_at,
                "expires_at": path.expires_at,
            }
            for path in self.paths[:MOST]
        ]


def explain(staff: Staff, patient: Patient, codename: str) -> Explanation:
    """Everything the stored rows say about one person, one patient and one codename."""
    order = list(State)
    found = sorted(_paths(staff.pk, patient, codename), key=lambda path: path.starts_at, reverse=True)
    found.sort(key=lambda path: order.index(path.state))
    staffed = SessionStaff.objects.seating(staff.pk, patient.pk)
    return Explanation(staff, patient, codename, found, list(staffed[:MOST]))


def _paths(staff_id: UUID, patient: Patient, codename: str) -> Iterator[Path]:
    memberships = _memberships(staff_id)
    for container, pk in zip(containers(), (patient.center_id, patient.pk), strict=True):
        tables, label = grant_tables(container), str(container._meta.model_name)
        on = {"content_object": pk, "permission__codename": codename}
        for one in _rows(tables.user, "user_id", on | {"user": staff_id}):
            yield Path((one.ground,), label, one.starts_at, one.expires_at)
        for given in _rows(tables.group, "group_id", on | {"group__in": list(memberships)}):
            yield from _through(memberships[given.subject], given, label)


def _through(belongs: list[Row], given: Row, label: str) -> Iterator[Path]:
    """The ways through memberships of one group to one grant of it; two that never live together are none."""
    for member in belongs:
        starts_at = max(given.starts_at, member.starts_at)
        ends = [end for end in (given.expires_at, member.expires_at) if end is not None]
        expires_at = min(ends, default=None)
        if expires_at is None or expires_at > starts_at:
            yield Path((member.ground, given.ground), label, starts_at, expires_at)


def _memberships(staff_id: UUID) -> dict[Any, list[Row]]:
    """Every membership somebody has, had or will have, by its group."""
    dated = membership()
    found: dict[Any, list[Row]] = {}
    for row in _rows(dated.model, f"{dated.group}_id", {dated.user: staff_id}):
        found.setdefault(row.subject, []).append(row)
    return found


def _rows(model: type[models.Model], subject: str, which: dict[str, Any]) -> Iterator[Row]:
    columns = (subject, "ground_type", "ground_id", "starts_at", "expires_at")
    for who, kind, ground_id, starts_at, expires_at in model._default_manager.filter(**which).values_list(*columns):
        yield Row(who, Ground(kind, ground_id), starts_at, expires_at)


def _words(path: Path, records: dict[Ground, Any], zone: str) -> str:
    told = [
        sources()[ground.type].tell(records[ground]) if ground in records else f"{ground.type}: no record stands for it"
        for ground in path.grounds
    ]
    until = f" until {_shown(path.expires_at, zone)}" if path.expires_at else ""
    return f"{'; '.join(told)}; from {_shown(path.starts_at, zone)}{until}"


def _shown(moment: dt.datetime, zone: str) -> str:
    """What the clocks of the center show, to the minute."""
    day, at = local(zone, moment)
    return f"{day} {at:%H:%M}"
