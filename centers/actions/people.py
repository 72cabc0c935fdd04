"""Who works at a center: taking on, changing, and closing an account."""

from typing import Any

from django.db import transaction

from backend.api.clock import now
from backend.api.errors import Refused
from backend.api.recorder import Actor, acting_as
from centers.actions.roles import end_role
from centers.models import AccountMail, Center, Invitation, Position, RoleAssignment, SignIn, Staff
from centers.roles import Title


@transaction.atomic
def hire(
    *,
    center: Center,
    email: str,
    first_name: str,
    last_name: str,
    title: Title,
    by: Actor,
    credentials: str = "",
    supervisor: Position | None = None,
) -> Position:
    """Give somebody a position at a center; it opens nothing until a role is assigned.

    The name given is what the person is called here. An account of that e-mail address is used again, else one is made,
    without a password; nothing the center is told differs: see `invite`. Somebody who had left comes back to the old
    position. Raises Refused when they work here already.
    """
    with acting_as(by):
        staff = _account(email, first_name, last_name)
        position = Position.objects.filter(center=center, staff=staff).first()
        if position is None:
            position = Position(center=center, staff=staff)
        elif not position.is_over:
            raise Refused("works_here_already")
        else:
            position.ended_at, position.shortened = None, []
            position.bump()
        position.first_name, position.last_name = first_name.strip(), last_name.strip()
        position.title, position.credentials, position.supervisor = title, credentials, supervisor
        position.save()
    return position


@transaction.atomic
def revise_position(position: Position, *, by: Actor, **fields: Any) -> Position:
    """Change title, credentials or supervisor; the caller holds the row lock."""
    for name, value in fields.items():
        setattr(position, name, value)
    position.bump()
    with acting_as(by):
        position.save(update_fields=[*fields, "version"])
    return position


@transaction.atomic
def deactivate(*, staff: Staff, by: Actor) -> None:
    """Close an account at all centers: sign its devices out, end its positions and roles. Nothing of it is deleted."""
    account = Staff.objects.select_for_update(no_key=True).get(pk=staff.pk)
    with acting_as(by):
        account.is_active = staff.is_active = False
        account.bump()
        account.save(update_fields=["is_active", "version"])
        SignIn.objects.revoke(staff_id=account.pk)
        Invitation.objects.close(staff_id=account.pk)
        AccountMail.objects.close_resets(staff_id=account.pk)
        _end_positions(account.positions.not_ended())
        _end_roles(account, by)


def _account(email: str, first_name: str, last_name: str) -> Staff:
    """The account of an e-mail address, active again if leaving its last center had closed it."""
    email = email.strip().lower()
    staff = Staff.objects.filter(email=email).select_for_update(no_key=True).first()
    if staff is None:
        return Staff.objects.create_user(email, None, first_name=first_name, last_name=last_name)
    if not staff.is_active:
        staff.is_active = True
        staff.bump()
        staff.save(update_fields=["is_active", "version"])
    return staff


def _end_positions(positions: Any) -> None:
    for position in positions:
        position.ended_at = now()
        position.bump()
        position.save(update_fields=["ended_at", "version"])


def _end_roles(staff: Staff, by: Actor, **which: Any) -> None:
    for assignment in RoleAssignment.objects.not_over(now()).filter(staff=staff, **which):
        end_role(assignment=assignment, by=by)
