"""What patients do when the rooms below bring news."""

from typing import Any

from backend.api.recorder import Actor
from centers.models import Center, Staff
from centers.signals import roles_changed
from patients.actions import follow_roles, follow_roles_in_emergencies


def on_roles_changed(*, staff: Staff, center: Center, by: Actor, **_: Any) -> None:
    """Care teams and emergency accesses follow the roles of those who hold them."""
    follow_roles(staff=staff, center=center, by=by)
    follow_roles_in_emergencies(staff=staff, center=center, by=by)


def connect() -> None:
    """Listen; called once, when apps are ready."""
    roles_changed.connect(on_roles_changed, dispatch_uid="patients.roles_changed")
