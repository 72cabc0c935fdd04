"""Opening therapy groups and revising them; a group's series follows."""

from typing import Any

from django.contrib.auth.models import Group
from django.db import transaction

from backend.api.errors import Refused
from backend.api.recorder import Actor, acting_as
from centers.models import Center, Program
from groups.models import TherapyGroup
from scheduling.actions import reseat
from scheduling.models import Series


@transaction.atomic
def open_group(
    *,
    center: Center,
    program: Program,
    code: str,
    name: str,
    capacity: int,
    min_size: int,
    by: Actor,
    membership: str = TherapyGroup.Membership.OPEN,
) -> TherapyGroup:
    """A new group with its series, which patterns are added to, and the subject group of its facilitators.

    Raises Refused for sizes out of order and a program of another center, IntegrityError for a code in use.
    """
    if program.center_id != center.pk:
        raise Refused("validation_failed", 400, {"program": "does_not_exist"})
    _check_sizes(capacity, min_size)
    with acting_as(by):
        series = Series.objects.create(
            center=center,
            code=code,
            form=Series.Form.GROUP,
            program=program,
            seats=capacity,
            takes_guests=membership == TherapyGroup.Membership.OPEN,
        )
        return TherapyGroup.objects.create(
            center=center,
            series=series,
            program=program,
            code=code,
            name=name,
            membership=membership,
            capacity=capacity,
            min_size=min_size,
            facilitator_group=Group.objects.create(name=f"facilitators of {series.pk}"),
        )


@transaction.atomic
def revise_group(group: TherapyGroup, *, by: Actor, **fields: Any) -> TherapyGroup:
    """Change a group's name, sizes or membership; its sessions to come follow. The caller holds the row lock.

    Raises Refused for sizes out of order, IntegrityError for fewer seats than the fullest day of its roster.
    """
    for name, value in fields.items():
        setattr(group, name, value)
    _check_sizes(group.capacity, group.min_size)
    group.bump()
    with acting_as(by):
        group.save(update_fields=[*fields, "version"])
        series = Series.objects.select_for_update(no_key=True).get(pk=group.series_id)
        follows = {"seats": group.capacity, "takes_guests": group.membership == TherapyGroup.Membership.OPEN}
        if any(getattr(series, name) != value for name, value in follows.items()):
            series.seats, series.takes_guests = group.capacity, group.membership == TherapyGroup.Membership.OPEN
            series.bump()
            series.save(update_fields=[*follows, "version"])
            reseat(series=series, by=by)
    return group


def _check_sizes(capacity: int, min_size: int) -> None:
    if capacity < max(min_size, 1):
        raise Refused("validation_failed", 400, {"capacity": "under_min_size"})
