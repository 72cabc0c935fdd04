"""What patients do when the rooms below bring news."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from backend.api.recorder import Actor
from centers.departures import Item, Kept
from centers.models import Center, Position, Staff
from centers.signals import roles_changed, staff_leaving, staff_left, staff_staying
from patients.actions import (
    follow_roles,
    follow_roles_in_emergencies,
    leave_every_emergency,
    leave_every_team,
    patients_without_team,
    stay_in_teams,
    unassign_tasks,
)


def on_roles_changed(*, staff: Staff, center: Center, by: Actor, **_: Any) -> None:
    """Care teams and emergency accesses follow the roles of those who hold them."""
    follow_roles(staff=staff, center=center, by=by)
    follow_roles_in_emergencies(staff=staff, center=center, by=by)


def on_staff_leaving(*, position: Position, by: Actor, at: dt.datetime | None, **_: Any) -> list[Item]:
    """Whoever leaves the center leaves its care teams, what they opened in emergencies, and their open tasks.

    Until a day to come they do their tasks.
    """
    taken = leave_every_team(position=position, by=by, at=at) + leave_every_emergency(position=position, by=by, at=at)
    return taken if at else taken + unassign_tasks(position=position, by=by)


def on_staff_staying(*, position: Position, by: Actor, kept: Sequence[Kept], **_: Any) -> None:
    """Whoever stays after all stays on the care teams."""
    stay_in_teams(position=position, kept=kept, by=by)


def on_staff_left(*, position: Position, taken: Sequence[Item], **_: Any) -> list[Item]:
    """Patients in care whose care team has nobody any more."""
    return patients_without_team(position=position, taken=taken)


def connect() -> None:
    """Listen; called once, when apps are ready."""
    roles_changed.connect(on_roles_changed, dispatch_uid="patients.roles_changed")
    staff_leaving.connect(on_staff_leaving, dispatch_uid="patients.staff_leaving")
    staff_staying.connect(on_staff_staying, dispatch_uid="patients.staff_staying")
    staff_left.connect(on_staff_left, dispatch_uid="patients.staff_left")
