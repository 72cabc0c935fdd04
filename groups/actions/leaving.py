"""What somebody who leaves a center has among its groups."""

from collections.abc import Sequence

from django.db import transaction

from backend.api.clock import now
from backend.api.recorder import Actor
from centers.departures import Item
from centers.models import Position, SubjectMembership
from centers.wall_time import local_date
from groups.actions.facilitation import end_facilitation
from groups.models import Enrollment, Facilitator, TherapyGroup
from scheduling.models.series import Lead

GROUP = "group"


@transaction.atomic
def leave_every_group(*, position: Position, by: Actor) -> list[Item]:
    """End every facilitation of the person at the center from today on; returns what stood before.

    The membership that opens the roster ends with it; one that no facilitation wants goes as well.
    """
    today = local_date(position.center.timezone, now())
    held = Facilitator.objects.filter(staff=position.staff_id, center=position.center_id).lasting_beyond(today)
    taken = []
    for one in held.select_related("group").order_by("group_id", "starts_on"):
        roster = Enrollment.objects.filter(group=one.group).on(today).select_related("patient")
        known = {(enrollment.patient_id, enrollment.patient.full_name) for enrollment in roster}
        taken.append(Item(GROUP, one.group_id, one.starts_on, one.ends_on, one.group.code, tuple(sorted(known))))
        end_facilitation(facilitator=one, on=today, by=by)
    left = SubjectMembership.objects.filter(staff=position.staff_id, group__therapy_group__center=position.center_id)
    left.not_over(now()).delete()
    return taken


def groups_without_lead(*, position: Position, taken: Sequence[Item]) -> list[Item]:
    """Of the groups somebody left, those that nobody leads today."""
    today = local_date(position.center.timezone, now())
    led = Facilitator.objects.on(today).filter(role=Lead.LEAD).values("group")
    ids = {item.id for item in taken if item.kind == GROUP}
    alone = TherapyGroup.objects.filter(pk__in=ids).exclude(pk__in=led).order_by("code", "id")
    return [Item("group_without_lead", one.pk, code=one.code) for one in alone]
