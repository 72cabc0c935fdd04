"""What groups do when the rooms below bring news."""

from typing import Any

from backend.api.recorder import Actor
from centers.models import Center, Staff
from centers.signals import roles_changed
from groups.actions import follow_care, follow_roles
from patients.models import Patient
from patients.signals import care_changed


def on_care_changed(*, patient: Patient, by: Actor, **_: Any) -> None:
    """A discharge ends the patient's enrollments."""
    follow_care(patient=patient, by=by)


def on_roles_changed(*, staff: Staff, center: Center, by: Actor, **_: Any) -> None:
    """Facilitators follow their roles."""
    follow_roles(staff=staff, center=center, by=by)


def connect() -> None:
    """Listen; called once, when apps are ready."""
    care_changed.connect(on_care_changed, dispatch_uid="groups.care_changed")
    roles_changed.connect(on_roles_changed, dispatch_uid="groups.roles_changed")
