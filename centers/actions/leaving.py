"""Leaving a center: one call that takes everything away there, and says what it took."""

from django.db import transaction

from backend.api.clock import now
from backend.api.errors import Refused
from backend.api.grants import take_from
from backend.api.recorder import Actor, Event, acting_as, record
from centers.actions.emergencies import end_listing
from centers.actions.people import deactivate
from centers.actions.roles import end_role
from centers.departures import Departure, Item, told
from centers.models import (
    EmergencyListing,
    Invitation,
    Position,
    RoleAssignment,
    ServiceToken,
    SignIn,
    SubjectMembership,
)
from centers.signals import staff_leaving, staff_left


@transaction.atomic
def leave_center(*, position: Position, by: Actor, dry_run: bool = False) -> Departure:
    """End a position now, and with it all that its holder has at the center; what they did stays.

    Roles (those to come as well), care teams, groups, courses, sessions to come, substitutions, open tasks,
    emergency accesses and listings, invitations, devices, and grants of any ground. Who has no position left anywhere
    loses the account as well. One entry of the log names every patient this concerned. A dry run tells the same and
    leaves all as it was. Raises Refused for oneself, and when the position has ended already.
    """
    if by.id == str(position.staff_id):
        raise Refused("deactivation_of_oneself")
    position = Position.objects.locked(position.pk)
    if position.ended_at is not None:
        raise Refused("position_has_ended")
    with transaction.atomic(), acting_as(by):
        departure = _leave(position, by)
        transaction.set_rollback(dry_run)
    return departure


def _leave(position: Position, by: Actor) -> Departure:
    """The rooms above are told first: once the roles have ended, their records have followed and tell nothing."""
    departure = Departure(position, now())
    departure.taken.extend(told(staff_leaving, position=position, by=by))
    departure.taken.extend(_own(position, by))
    if not position.staff.positions.not_ended().exists():
        deactivate(staff=position.staff, by=by)
    departure.unattended.extend(told(staff_left, position=position, by=by, taken=departure.taken))
    departure.unattended.extend(_tokens(position))
    _note(departure)
    return departure


def _own(position: Position, by: Actor) -> list[Item]:
    """What this room holds of the person: position, roles, invitations, devices, and whatever grant is left."""
    taken = [Item("position", position.staff_id, code=position.title), *_devices(position)]
    position.ended_at = now()
    position.bump()
    position.save(update_fields=["ended_at", "version"])
    held = RoleAssignment.objects.not_over(now()).filter(staff=position.staff_id, center=position.center_id)
    for one in held.select_related("role", "staff", "center"):
        taken.append(Item("role", one.pk, one.starts_at, one.ends_at, one.role.name))
        end_role(assignment=one, by=by)
    return taken + _listings(position, by) + _links(position) + _rest(position)


def _listings(position: Position, by: Actor) -> list[Item]:
    """The person's places on the list of those who may break the glass, those to come as well."""
    held = EmergencyListing.objects.not_over(now()).filter(staff=position.staff_id, center=position.center_id)
    taken = []
    for one in held.order_by("starts_at", "id"):
        taken.append(Item("emergency_listing", one.pk, one.starts_at, one.ends_at))
        end_listing(listing=one, by=by)
    return taken


def _tokens(position: Position) -> list[Item]:
    """Tokens of the center's programs that the person asked for, and may have kept a copy of.

    They go on working: a program must not stop because somebody left. Whoever keeps it issues another and revokes this.
    """
    made = ServiceToken.objects.not_over(now()).filter(center=position.center_id, created_by=str(position.staff_id))
    return [
        Item("service_token_of_departed", one.pk, one.created_at, one.expires_at, one.account.name)
        for one in made.select_related("account").order_by("created_at", "id")
    ]


def _links(position: Position) -> list[Item]:
    links = Invitation.objects.filter(center=position.center_id, staff=position.staff_id, used_at__isnull=True)
    taken = [Item("invitation", one.pk, one.created_at, one.expires_at) for one in links]
    links.close(staff_id=position.staff_id)
    return taken


def _devices(position: Position) -> list[Item]:
    """Every device is signed out, elsewhere too: it held what this center had opened."""
    live = SignIn.objects.filter(staff=position.staff_id, revoked_at__isnull=True)
    taken = [Item("device", one.pk, one.created_at) for one in live.order_by("created_at")]
    live.revoke()
    return taken


def _rest(position: Position) -> list[Item]:
    """Grants and memberships that no record has taken along."""
    who, center = position.staff_id, position.center_id
    taken = [Item("grant", ground.id, code=ground.type) for ground in take_from(user_id=who, center_id=center)]
    memberships = SubjectMembership.objects.filter(staff=who, group__role__center=center).not_over(now())
    taken += [Item("membership", one.pk, one.starts_at, one.expires_at) for one in memberships]
    memberships.delete()
    return taken


def _note(departure: Departure) -> None:
    position, kinds = departure.position, [item.kind for item in departure.taken]
    record(
        Event(
            action="bulk",
            kind=position._meta.label_lower,
            object_id=str(position.pk),
            center_id=position.center_id,
            patient_ids=departure.patient_ids,
            details={
                "verb": "leave_center",
                "staff": str(position.staff_id),
                "taken": {kind: kinds.count(kind) for kind in sorted(set(kinds))},
                "unattended": len(departure.unattended),
            },
        )
    )
