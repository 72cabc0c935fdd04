"""Leaving a center: one call that takes everything away there, now or at a moment to come, and says what it took."""

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from http import HTTPStatus
from typing import Any

from django.db import transaction

from backend.api.clock import now
from backend.api.errors import Refused
from backend.api.grants import take_from
from backend.api.recorder import Actor, Event, acting_as, record
from centers.actions.emergencies import end_listing
from centers.actions.people import deactivate
from centers.actions.roles import end_role, lengthen_role
from centers.departures import Departure, Item, Kept, kept, shortened, told
from centers.models import (
    EmergencyListing,
    Invitation,
    Position,
    RoleAssignment,
    ServiceToken,
    SignIn,
    SubjectMembership,
)
from centers.signals import staff_leaving, staff_left, staff_staying

ROLE, LISTING, LINK = "role", "emergency_listing", "invitation"


@transaction.atomic
def leave_center(*, position: Position, by: Actor, at: dt.datetime | None = None, dry_run: bool = False) -> Departure:
    """End a position now, and with it all that its holder has at the center; what they did stays.

    Roles (those to come as well), care teams, groups, courses, sessions to come, substitutions, open tasks,
    emergency accesses and listings, invitations, devices, and grants of any ground. Who has no position left anywhere
    loses the account as well. One entry of the log names every patient this concerned. A dry run tells the same and
    leaves all as it was. Raises Refused for oneself, and when the position has ended already.

    With a moment to come, all of it ends then, by dates alone: nothing has to run, and until then `stay_at_center`
    takes it back. Groups and courses end with the beginning of that day. Raises Refused when a moment is set already,
    and for what begins only then.
    """
    if by.id == str(position.staff_id):
        raise Refused("deactivation_of_oneself")
    position = Position.objects.locked(position.pk)
    if position.is_over:
        raise Refused("position_has_ended")
    if at is not None:
        _require_to_come(position, at)
    with transaction.atomic(), acting_as(by):
        departure = _leave(position, by) if at is None else _leave_at(position, at, by)
        transaction.set_rollback(dry_run)
    return departure


@transaction.atomic
def stay_at_center(*, position: Position, by: Actor) -> Position:
    """Take a leaving to come back: all that it had shortened lasts as long as it would have.

    Emergency accesses excepted, which nothing lengthens, and what somebody has ended otherwise since. Raises Refused
    for oneself and for who has left, IntegrityError where the person has another session by now. Of whom no leaving is
    known, nothing changes.
    """
    if by.id == str(position.staff_id):
        raise Refused("deactivation_of_oneself")
    position = Position.objects.locked(position.pk)
    ends_at = position.ended_at
    if position.is_over:
        raise Refused("position_has_ended")
    if ends_at is None:
        return position
    records = kept(position)
    with acting_as(by):
        _let_last(records, ends_at, by)
        staff_staying.send(Position, position=position, by=by, kept=records, at=ends_at)
        position.ended_at, position.shortened = None, []
        position.bump()
        position.save(update_fields=["ended_at", "shortened", "version"])
    return position


def _require_to_come(position: Position, at: dt.datetime) -> None:
    if at <= now():
        raise Refused("validation_failed", HTTPStatus.BAD_REQUEST, {"at": "moment_not_to_come"})
    if position.ended_at is not None:
        raise Refused("leaves_already")


def _leave_at(position: Position, at: dt.datetime, by: Actor) -> Departure:
    """Let everything end at a moment to come. The rooms above are told first, as always."""
    departure = Departure(position, at)
    departure.taken.extend(told(staff_leaving, position=position, by=by, at=at))
    departure.taken.append(Item("position", position.staff_id, code=position.title))
    for kind, rows, end in _dated(position, at):
        for one in rows:
            if one.starts_at >= at:
                raise Refused("begins_after_leaving")
            code = one.role.name if isinstance(one, RoleAssignment) else ""
            departure.taken.append(Item(kind, one.pk, one.starts_at, one.ends_at, code, record=one.pk))
            end(one, by=by, at=at)
    departure.taken.extend(_links_until(position, at))
    position.ended_at, position.shortened = at, shortened(departure.taken)
    position.bump()
    position.save(update_fields=["ended_at", "shortened", "version"])
    departure.unattended.extend(told(staff_left, position=position, by=by, taken=departure.taken))
    departure.unattended.extend(_tokens(position))
    _note(departure)
    return departure


def _dated(position: Position, at: dt.datetime) -> list[tuple[str, Iterable[Any], Callable[..., Any]]]:
    """This room's records that last beyond a moment, and the verb that ends each."""
    which = {"staff": position.staff_id, "center": position.center_id}
    roles = RoleAssignment.objects.not_over(at).filter(**which).select_related("role", "staff", "center")
    listings = EmergencyListing.objects.not_over(at).filter(**which)
    return [
        (ROLE, list(roles), lambda one, **how: end_role(assignment=one, **how)),
        (LISTING, list(listings), lambda one, **how: end_listing(listing=one, **how)),
    ]


def _links_until(position: Position, at: dt.datetime) -> list[Item]:
    """Links that would work longer work until then."""
    links = Invitation.objects.filter(center=position.center_id, staff=position.staff_id, used_at__isnull=True)
    taken = []
    for one in links.filter(expires_at__gt=at, created_at__lt=at):
        taken.append(Item(LINK, one.pk, one.created_at, one.expires_at, record=one.pk))
        one.expires_at = at
        one.save(update_fields=["expires_at"])
    return taken


def _let_last(records: Sequence[Kept], at: dt.datetime, by: Actor) -> None:
    """Let this room's records that end at `at` last as they would have; roles come first, which the rest follow."""
    ends = {one.id: one.moment for one in records}
    for role in RoleAssignment.objects.filter(pk__in=ends, ends_at=at).select_related("role", "staff", "center"):
        lengthen_role(assignment=role, until=ends[role.pk], by=by)
    for listing in EmergencyListing.objects.filter(pk__in=ends, ends_at=at):
        listing.ends_at = ends[listing.pk]
        listing.bump()
        listing.save(update_fields=["ends_at", "version"])
    for link in Invitation.objects.filter(pk__in=ends, expires_at=at, used_at__isnull=True):
        link.expires_at = ends[link.pk] or at
        link.save(update_fields=["expires_at"])


def _leave(position: Position, by: Actor) -> Departure:
    """The rooms above are told first: once the roles have ended, their records have followed and tell nothing."""
    departure = Departure(position, now())
    departure.taken.extend(told(staff_leaving, position=position, by=by, at=None))
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
    position.ended_at, position.shortened = now(), []
    position.bump()
    position.save(update_fields=["ended_at", "shortened", "version"])
    held = RoleAssignment.objects.not_over(now()).filter(staff=position.staff_id, center=position.center_id)
    for one in held.select_related("role", "staff", "center"):
        taken.append(Item(ROLE, one.pk, one.starts_at, one.ends_at, one.role.name))
        end_role(assignment=one, by=by)
    return taken + _listings(position, by) + _links(position) + _rest(position)


def _listings(position: Position, by: Actor) -> list[Item]:
    """The person's places on the list of those who may break the glass, those to come as well."""
    held = EmergencyListing.objects.not_over(now()).filter(staff=position.staff_id, center=position.center_id)
    taken = []
    for one in held.order_by("starts_at", "id"):
        taken.append(Item(LISTING, one.pk, one.starts_at, one.ends_at))
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
    taken = [Item(LINK, one.pk, one.created_at, one.expires_at) for one in links]
    links.close(staff_id=position.staff_id)
    return taken


def _devices(position: Position) -> list[Item]:
    """Every device is signed out, elsewhere too: it held what this center had opened.

    Listed are those of since the person came in here; an earlier one would tell that the account had been another's.
    """
    live = SignIn.objects.filter(staff=position.staff_id, revoked_at__isnull=True)
    known = live.filter(created_at__gte=position.joined_at) if position.joined_at else live.none()
    taken = [Item("device", one.pk, one.created_at) for one in known.order_by("created_at")]
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
                "from": departure.at.isoformat(),
                "staff": str(position.staff_id),
                "taken": {kind: kinds.count(kind) for kind in sorted(set(kinds))},
                "unattended": len(departure.unattended),
            },
        )
    )
