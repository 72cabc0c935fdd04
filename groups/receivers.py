"""What groups do when the rooms below bring news."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from backend.api.recorder import Actor
from centers.departures import Item, Kept
from centers.models import Center, Position, Staff
from centers.signals import roles_changed, staff_leaving, staff_left, staff_staying
from centers.wall_time import local_date
from groups.actions import follow_care, follow_roles, groups_without_lead, leave_every_group, stay_in_groups
from patients.models import Patient
from patients.signals import care_changed


def on_care_changed(*, patient: Patient, by: Actor, **_: Any) -> None:
    """A discharge ends the patient's enrollments."""
    follow_care(patient=patient, by=by)


def on_roles_changed(*, staff: Staff, center: Center, by: Actor, **_: Any) -> None:
    """Facilitators follow their roles."""
    follow_roles(staff=staff, center=center, by=by)


def on_staff_leaving(*, position: Position, by: Actor, at: dt.datetime | None, **_: Any) -> list[Item]:
    """Whoever leaves the center leads none of its groups."""
    return leave_every_group(position=position, by=by, at=at)


def on_staff_staying(*, position: Position, by: Actor, kept: Sequence[Kept], at: dt.datetime, **_: Any) -> None:
    """Whoever stays after all goes on leading groups."""
    stay_in_groups(position=position, kept=kept, day=local_date(position.center.timezone, at), by=by)


def on_staff_left(*, position: Position, taken: Sequence[Item], **_: Any) -> list[Item]:
    """Groups that nobody leads any more."""
    return groups_without_lead(position=position, taken=taken)


def connect() -> None:
    """Listen; called once, when apps are ready."""
    care_changed.connect(on_care_changed, dispatch_uid="groups.care_changed")
    roles_changed.connect(on_roles_changed, dispatch_uid="groups.roles_changed")
    staff_leaving.connect(on_staff_leaving, dispatch_uid="groups.staff_leaving")
    staff_staying.connect(on_staff_staying, dispatch_uid="groups.staff_staying")
    staff_left.connect(on_staff_left, dispatch_uid="groups.staff_left")
