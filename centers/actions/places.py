"""Opening centers, and keeping their programs, rules, rooms and closures."""

import datetime as dt
from typing import Any, TypeVar

from django.contrib.auth.models import Group
from django.db import transaction

from backend.api.errors import Refused
from backend.api.grants import project_all
from backend.api.recorder import Actor, acting_as
from centers import wall_time
from centers.models import Center, Closure, Program, ProgramRule, Role, Room
from centers.projection import ground_of, keys_of_role
from centers.roles import RoleName
from centers.signals import closure_changed

Place = TypeVar("Place", Center, Program, Room)


@transaction.atomic
def open_center(*, by: Actor, **fields: Any) -> Center:
    """A new center with its seven roles, their subject groups and what those are granted.

    Raises Refused for a zone that does not exist, IntegrityError for a name that does.
    """
    _check_zone(fields)
    with acting_as(by):
        center = Center.objects.create(**fields)
        roles = [_open_role(center, name) for name in RoleName]
        project_all({ground_of(role): keys_of_role(role) for role in roles}, center_id=center.id)
    return center


@transaction.atomic
def open_program(*, center: Center, by: Actor, **fields: Any) -> Program:
    """A new program, without rules yet: `add_rule_version` adds them."""
    with acting_as(by):
        return Program.objects.create(center=center, **fields)


@transaction.atomic
def open_room(*, center: Center, by: Actor, **fields: Any) -> Room:
    """A new room."""
    with acting_as(by):
        return Room.objects.create(center=center, **fields)


@transaction.atomic
def revise(place: Place, *, by: Actor, **fields: Any) -> Place:
    """Change fields of a center, a program or a room; the caller holds the row lock. Raises Refused for an odd zone."""
    _check_zone(fields)
    for name, value in fields.items():
        setattr(place, name, value)
    place.bump()
    with acting_as(by):
        place.save(update_fields=[*fields, "version"])
    return place


@transaction.atomic
def add_rule_version(*, program: Program, by: Actor, **fields: Any) -> ProgramRule:
    """A new version of a program's rules, in force from its day on; versions are added, never changed."""
    with acting_as(by):
        return ProgramRule.objects.create(program=program, center_id=program.center_id, **fields)


@transaction.atomic
def add_closure(
    *,
    center: Center,
    date: dt.date,
    by: Actor,
    from_time: dt.time | None = None,
    to_time: dt.time | None = None,
    reason: str = "",
) -> Closure:
    """Close a center for a day or a part of it, in its own wall clock.

    The calendar hears of it by `closure_changed` and closes the sessions that overlap it. Raises Refused when the end
    is not after the start.
    """
    starts_at, ends_at = closed_between(center.timezone, date, from_time, to_time)
    if ends_at <= starts_at:
        raise Refused("validation_failed", 400, {"to_time": "window_order"})
    with acting_as(by):
        closure = Closure.objects.create(
            center=center,
            date=date,
            from_time=from_time,
            to_time=to_time,
            starts_at=starts_at,
            ends_at=ends_at,
            reason=reason,
        )
        closure_changed.send(Closure, closure=closure, by=by, is_removed=False)
    return closure


@transaction.atomic
def take_back_closure(*, closure: Closure, by: Actor) -> None:
    """Delete a closure entered by mistake; what the calendar then does with the sessions is the calendar's rule."""
    with acting_as(by):
        closure_changed.send(Closure, closure=closure, by=by, is_removed=True)
        closure.delete()


def closed_between(
    zone: str, date: dt.date, from_time: dt.time | None, to_time: dt.time | None
) -> tuple[dt.datetime, dt.datetime]:
    """The instants of a closure; a null time is that day's local midnight, or the next."""
    starts_at, ends_at = wall_time.day_bounds(zone, date)
    if from_time is not None:
        starts_at = wall_time.instant(zone, date, from_time)
    if to_time is not None:
        ends_at = wall_time.instant(zone, date, to_time)
    return starts_at, ends_at


def _open_role(center: Center, name: RoleName) -> Role:
    """A role and its subject group, whose name is no more than a unique label."""
    group = Group.objects.create(name=f"{center.id} {name.value}")
    return Role.objects.create(center=center, name=name.value, group=group)


def _check_zone(fields: dict[str, Any]) -> None:
    if "timezone" in fields and not wall_time.is_zone(fields["timezone"]):
        raise Refused("validation_failed", 400, {"timezone": "timezone_unknown"})
