"""What groups do when the rooms below bring news."""

from collections.abc import Sequence
from typing import Any

from backend.api.recorder import Actor
from centers.departures import Item
from centers.models import Center, Position, Staff
from centers.signals import roles_changed, staff_leaving, staff_left
from groups.actions import follow_care, follow_roles, groups_without_lead, leave_every_group
from patients.models import Patient
from patients.signals import care_changed


def on_care_changed(*, patient: Patient, by: Actor, **_: Any) -> None:
    """A discharge ends the patient's enrollments."""
    follow_care(patient=patient, by=by)


def on_roles_changed(*, staff: Staff, center: Center, by: Actor, **_: Any) -> None:
    """Facilitators follow their roles."""
    follow_roles(staff=staff, center=center, by=by)


def on_staff_leaving(*, position: Position, by: Actor, **_: Any) -> list[Item]:
    """Whoever leaves the center leads none of its groups."""
    return leave_every_group(position=position, by=by)


def on_staff_left(*, position: Position, taken: Sequence[Item], **_: Any) -> list[Item]:
    """Groups that nobody leads any more."""
    return groups_without_lead(position=position, taken=taken)


def connect() -> None:
    """Listen; called once, when apps are ready."""
    care_changed.connect(on_care_changed, dispatch_uid="groups.care_changed")
    roles_changed.connect(on_roles_changed, dispatch_uid="groups.roles_changed")
    staff_leaving.connect(on_staff_leaving, dispatch_uid="groups.staff_leaving")
    staff_left.connect(on_staff_left, dispatch_uid="groups.staff_left")
