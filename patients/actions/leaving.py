"""What somebody who leaves a center has among its patients: care teams, emergency accesses and open tasks."""

import datetime as dt
from collections.abc import Sequence

from django.db import transaction

from backend.api.clock import now
from backend.api.errors import Refused
from backend.api.recorder import Actor, acting_as
from centers.departures import Item, Kept
from centers.models import Position
from centers.wall_time import local_date
from patients.actions.emergencies import end_emergency
from patients.actions.tasks import assign_task
from patients.actions.teams import leave_care_team
from patients.models import CareTeamMember, EmergencyAccess, Episode, Patient, StaffTask
from patients.projection import project_members

CARE_TEAM = "care_team"


@transaction.atomic
def leave_every_team(*, position: Position, by: Actor, at: dt.datetime | None = None) -> list[Item]:
    """End every care-team membership of the person at the center, those to come as well; returns what stood before.

    At a moment to come if one is given. Raises Refused then for a membership that begins no earlier.
    """
    held = CareTeamMember.objects.filter(staff=position.staff_id, center=position.center_id)
    taken = []
    for member in held.lasting_beyond(at or now()).select_related("patient").order_by("patient_id", "starts_at"):
        if at is not None and member.starts_at >= at:
            raise Refused("begins_after_leaving")
        known = ((member.patient_id, member.patient.full_name),)
        span = (member.starts_at, member.ends_at)
        taken.append(Item(CARE_TEAM, member.pk, *span, patients=known, record=member.pk if at else None))
        leave_care_team(member=member, by=by, at=at)
    return taken


@transaction.atomic
def stay_in_teams(*, position: Position, kept: Sequence[Kept], by: Actor) -> None:
    """Let the memberships that a leaving to come had shortened last as they would have."""
    ends = {one.id: one.moment for one in kept if one.kind == CARE_TEAM}
    members = list(CareTeamMember.objects.filter(pk__in=ends, ends_at=position.ended_at).select_for_update(no_key=True))
    with acting_as(by):
        for member in members:
            member.end(ends[member.pk])
        project_members(members)


@transaction.atomic
def leave_every_emergency(*, position: Position, by: Actor, at: dt.datetime | None = None) -> list[Item]:
    """End what the person opened by breaking the glass at the center; each still waits to be judged.

    None is ever lengthened again, not by a leaving that is taken back.
    """
    beyond = at or now()
    opened = EmergencyAccess.objects.filter(staff=position.staff_id, center=position.center_id, ends_at__gt=beyond)
    taken = []
    for access in opened.select_related("patient").order_by("id"):
        known = ((access.patient_id, access.patient.full_name),)
        taken.append(Item("emergency", access.pk, access.starts_at, access.ends_at, access.nature, known))
        end_emergency(access=access, by=by, at=at)
    return taken


@transaction.atomic
def unassign_tasks(*, position: Position, by: Actor) -> list[Item]:
    """Give the person's open tasks back to everybody at the center."""
    tasks = StaffTask.objects.filter(center=position.center_id, assigned_to=position.staff_id, done_at__isnull=True)
    taken = []
    for task in tasks.select_related("patient").order_by("id"):
        known = ((task.patient.pk, task.patient.full_name),) if task.patient else ()
        taken.append(Item("task", task.pk, task.raised_at, task.due_at, task.kind, known))
        assign_task(task=task, to=None, by=by)
    return taken


def patients_without_team(*, position: Position, taken: Sequence[Item]) -> list[Item]:
    """Of the patients whose team somebody left, those in care today whose team has nobody else.

    Each under the id of the membership that ended: a patient's own is for those who may find them.
    """
    today = local_date(position.center.timezone, now())
    left = {pk: item for item in taken if item.kind == CARE_TEAM for pk, _ in item.patients}
    looked_after = CareTeamMember.objects.of_patients(left).lasting_beyond(now()).values("patient")
    in_care = Episode.objects.lasting_beyond(today).filter(patient__in=left).values("patient")
    alone = Patient.objects.filter(pk__in=in_care).exclude(pk__in=looked_after).order_by("sort_key", "id")
    return [Item("patient_without_care_team", left[one.pk].id, patients=left[one.pk].patients) for one in alone]
