"""What somebody who leaves a center has among its groups."""

import datetime as dt
from collections.abc import Sequence

from django.db import transaction

from backend.api.clock import now
from backend.api.errors import Refused
from backend.api.recorder import Actor, acting_as
from centers.departures import Item, Kept
from centers.models import Position, SubjectMembership
from centers.wall_time import local_date
from groups.actions.facilitation import end_facilitation
from groups.models import Enrollment, Facilitator, TherapyGroup
from groups.projection import project_facilitator
from scheduling.actions import restaff
from scheduling.models.series import Lead

GROUP = "group"


@transaction.atomic
def leave_every_group(*, position: Position, by: Actor, at: dt.datetime | None = None) -> list[Item]:
    """End every facilitation of the person at the center from today on; returns what stood before.

    The membership that opens the roster ends with it; one that no facilitation wants goes as well. At a moment to come
    they end with the beginning of its day, as when a role ends; Refused then for one that begins no earlier.
    """
    today = local_date(position.center.timezone, at or now())
    held = Facilitator.objects.filter(staff=position.staff_id, center=position.center_id).lasting_beyond(today)
    taken = []
    for one in held.select_related("group").order_by("group_id", "starts_on"):
        roster = Enrollment.objects.filter(group=one.group).on(today).select_related("patient")
        if at is not None and one.starts_on >= today:
            raise Refused("begins_after_leaving")
        known = {(enrollment.patient_id, enrollment.patient.full_name) for enrollment in roster}
        who, record = tuple(sorted(known)), one.pk if at else None
        taken.append(Item(GROUP, one.group_id, one.starts_on, one.ends_on, one.group.code, who, record))
        end_facilitation(facilitator=one, on=today, by=by)
    left = SubjectMembership.objects.filter(staff=position.staff_id, group__therapy_group__center=position.center_id)
    if at is None:
        left.not_over(now()).delete()
    return taken


@transaction.atomic
def stay_in_groups(*, position: Position, kept: Sequence[Kept], day: dt.date, by: Actor) -> None:
    """Let the facilitations that a leaving to come had ended on `day` last as they would have."""
    ends = {one.id: one.day for one in kept if one.kind == GROUP}
    held = Facilitator.objects.filter(pk__in=ends, ends_on=day).select_related("group", "center").order_by("group_id")
    with acting_as(by):
        for one in held.select_for_update(no_key=True, of=("self",)):
            one.ends_on = ends[one.pk]
            one.bump()
            one.save(update_fields=["ends_on", "version"])
            project_facilitator(one)
            restaff(series=one.group.series, by=by)


def groups_without_lead(*, position: Position, taken: Sequence[Item]) -> list[Item]:
    """Of the groups somebody left, those that nobody leads today."""
    today = local_date(position.center.timezone, now())
    led = Facilitator.objects.on(today).filter(role=Lead.LEAD).values("group")
    ids = {item.id for item in taken if item.kind == GROUP}
    alone = TherapyGroup.objects.filter(pk__in=ids).exclude(pk__in=led).order_by("code", "id")
    return [Item("group_without_lead", one.pk, code=one.code) for one in alone]
