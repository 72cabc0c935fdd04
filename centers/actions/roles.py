"""Who holds which role at a center, from when until when; memberships follow in the same transaction."""

import datetime as dt

from django.db import transaction

from backend.api.clock import now
from backend.api.errors import Refused
from backend.api.grants import project, revoke
from backend.api.recorder import Actor, acting_as
from centers.models import Center, Position, Role, RoleAssignment, SignIn, Staff
from centers.projection import ground_of, keys_of_assignment
from centers.roles import RoleName
from centers.signals import roles_changed


@transaction.atomic
def assign_role(
    *,
    staff: Staff,
    center: Center,
    role: RoleName,
    by: Actor,
    signs: bool = False,
    starts_at: dt.datetime | None = None,
    ends_at: dt.datetime | None = None,
) -> RoleAssignment:
    """Let somebody hold a role at a center; the dates are instants, half-open, the start is now unless given.

    It ends with the person's leaving of the center, where one is to come. Their devices are signed out. Raises
    Refused for an inactive account and for a role one would give oneself; IntegrityError for dates out of order or
    overlapping an assignment of the same role.
    """
    if by.id == str(staff.pk):
        raise Refused("role_of_oneself")
    if not Staff.objects.select_for_update(no_key=True).get(pk=staff.pk).is_active:
        raise Refused("staff_inactive")
    held = Role.objects.get(center=center, name=role)
    with acting_as(by):
        assignment = RoleAssignment.objects.create(
            center=center,
            role=held,
            staff=staff,
            signs=signs,
            starts_at=starts_at or now(),
            ends_at=Position.objects.last_moment(staff, center, ends_at),
            assigned_by=by.id,
        )
        project(ground=ground_of(assignment), wanted=keys_of_assignment(assignment, held.group_id), center_id=center.id)
        _announce(assignment, by)
    return assignment


@transaction.atomic
def end_role(*, assignment: RoleAssignment, by: Actor, at: dt.datetime | None = None) -> RoleAssignment | None:
    """End an assignment at a moment, now unless given; it never lasts longer than it did.

    One that has not begun, and would end before it does, is taken back whole: None is returned. The holder's devices
    are signed out. Raises Refused when it is over already, and when it would never have been though it has begun.
    """
    at = at or now()
    locked = RoleAssignment.objects.select_for_update(no_key=True, of=("self",)).select_related("role", "staff")
    assignment = locked.get(pk=assignment.pk)
    if assignment.ends_at is not None and assignment.ends_at <= at:
        raise Refused("role_has_ended")
    if at <= assignment.starts_at < now():
        raise Refused("validation_failed", 400, {"at": "window_order"})
    with acting_as(by):
        kept = _shorten(assignment, at)
        _announce(assignment, by)
    return kept


@transaction.atomic
def lengthen_role(*, assignment: RoleAssignment, until: dt.datetime | None, by: Actor) -> None:
    """Let an assignment that a leaving to come had shortened last until a later moment, or without an end."""
    assignment.ends_at = until
    assignment.bump()
    with acting_as(by):
        assignment.save(update_fields=["ends_at", "version"])
        wanted = keys_of_assignment(assignment, assignment.role.group_id)
        project(ground=ground_of(assignment), wanted=wanted, center_id=assignment.center_id)
        _announce(assignment, by)


def _shorten(assignment: RoleAssignment, at: dt.datetime) -> RoleAssignment | None:
    ground = ground_of(assignment)
    if at <= assignment.starts_at:
        revoke(ground=ground, center_id=assignment.center_id)
        assignment.delete()
        return None
    assignment.ends_at = at
    assignment.bump()
    assignment.save(update_fields=["ends_at", "version"])
    wanted = keys_of_assignment(assignment, assignment.role.group_id)
    project(ground=ground, wanted=wanted, center_id=assignment.center_id)
    return assignment


def _announce(assignment: RoleAssignment, by: Actor) -> None:
    """Sign the holder's devices out, and tell the rooms above."""
    SignIn.objects.revoke(staff_id=assignment.staff_id)
    roles_changed.send(RoleAssignment, staff=assignment.staff, center=assignment.center, by=by)
