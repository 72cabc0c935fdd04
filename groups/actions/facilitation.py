"""Who leads a group, by days; what they see of its patients follows in the same transaction."""

import datetime as dt

from django.db import transaction

from backend.api.clock import now
from backend.api.errors import Refused
from backend.api.recorder import Actor, acting_as
from centers.models import Center, RoleAssignment, Staff
from centers.wall_time import local_date
from groups.models import Facilitator, TherapyGroup
from groups.projection import project_facilitator, withdraw_facilitator
from scheduling.actions import restaff
from scheduling.models.series import Lead


@transaction.atomic
def appoint_facilitator(
    *,
    group: TherapyGroup,
    staff: Staff,
    starts_on: dt.date,
    by: Actor,
    role: str = Lead.LEAD,
    ends_on: dt.date | None = None,
) -> Facilitator:
    """Let somebody who treats patients at the center lead a group from a day on; they see its patients meanwhile.

    No longer than they treat patients there. Raises Refused for anybody else, IntegrityError for days on which they
    lead it already, and where they are in another session at the time of one of the group's.
    """
    if ends_on is not None and ends_on <= starts_on:
        raise Refused("validation_failed", 400, {"ends_on": "window_order"})
    group = TherapyGroup.objects.locked(group.pk)
    last = _last_day(staff, group.center)
    if Facilitator.candidate(group, staff.pk) is None or (last is not None and last <= starts_on):
        raise Refused("validation_failed", 400, {"staff": "does_not_exist"})
    ends_on = min((day for day in (ends_on, last) if day is not None), default=None)
    with acting_as(by):
        facilitator = Facilitator.objects.create(
            group=group, center=group.center, staff=staff, role=role, starts_on=starts_on, ends_on=ends_on
        )
        project_facilitator(facilitator)
        restaff(series=group.series, by=by)
    return facilitator


@transaction.atomic
def end_facilitation(*, facilitator: Facilitator, on: dt.date, by: Actor) -> Facilitator | None:
    """Let somebody lead a group no longer from a day on; one who had not begun is taken back whole: None.

    Raises Refused when it ends no later anyway.
    """
    group = TherapyGroup.objects.locked(facilitator.group_id)
    facilitator = Facilitator.objects.select_for_update(no_key=True).get(pk=facilitator.pk)
    facilitator.group, facilitator.center = group, group.center
    if facilitator.ends_on is not None and facilitator.ends_on <= on:
        raise Refused("facilitation_over")
    with acting_as(by):
        if on <= facilitator.starts_on:
            withdraw_facilitator(facilitator)
            facilitator.delete()
            restaff(series=group.series, by=by)
            return None
        facilitator.ends_on = on
        facilitator.bump()
        facilitator.save(update_fields=["ends_on", "version"])
        project_facilitator(facilitator)
        restaff(series=group.series, by=by)
    return facilitator


@transaction.atomic
def follow_roles(*, staff: Staff, center: Center, by: Actor) -> None:
    """Whoever will treat nobody at a center leads none of its groups from the day the last such role ends."""
    day = _last_day(staff, center)
    if day is None:
        return
    for facilitator in Facilitator.objects.filter(staff=staff, center=center).lasting_beyond(day).order_by("group_id"):
        end_facilitation(facilitator=facilitator, on=day, by=by)


def _last_day(staff: Staff, center: Center) -> dt.date | None:
    """The day on which the last role ends in which somebody treats patients; None while one is open."""
    held = RoleAssignment.objects.treating().filter(staff=staff, center=center)
    ends = list(held.values_list("ends_at", flat=True))
    known = [end for end in ends if end is not None]
    return None if len(known) < len(ends) else local_date(center.timezone, max(known, default=now()))
