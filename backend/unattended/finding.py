"""What is without anybody, by the dates of records alone: nobody has to have left by a call for it to be found."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from backend.api.clock import now
from centers.models import Center, Position, RoleAssignment
from centers.wall_time import local_date
from groups.models import Facilitator, TherapyGroup
from patients.models import CareTeamMember, Episode, Patient, StaffTask
from scheduling.models import Session, SessionStaff
from scheduling.models.series import Lead

# Of each kind at most; `more` says that there are others, which come up as these are seen to.
MOST = 200


@dataclass(frozen=True, slots=True)
class Unattended:
    """All of it at one center, as of `at`; sessions until `until`."""

    center: Center
    at: dt.datetime
    until: dt.datetime
    patients: Sequence[Patient]
    groups: Sequence[TherapyGroup]
    sessions: Sequence[Session]
    tasks: Sequence[StaffTask]
    more: bool


def find_unattended(center: Center, *, days: int) -> Unattended:
    """What is without anybody at a center now, and in sessions of the coming days; one statement a kind."""
    at = now()
    until = at + dt.timedelta(days=days)
    today = local_date(center.timezone, at)
    kinds: list[QuerySet[Any]] = [
        _patients(center, at, today),
        _groups(center, today),
        _sessions(center, at, until),
        _tasks(center, at),
    ]
    found = [list(rows[: MOST + 1]) for rows in kinds]
    patients, groups, sessions, tasks = (rows[:MOST] for rows in found)
    more = any(len(rows) > MOST for rows in found)
    return Unattended(center, at, until, patients, groups, sessions, tasks, more)


def _patients(center: Center, at: dt.datetime, today: dt.date) -> QuerySet[Patient]:
    """In care today, and on whose team there is nobody now."""
    cared_for = CareTeamMember.objects.order_by().filter(patient=OuterRef("pk"), starts_at__lte=at).lasting_beyond(at)
    in_care = Episode.objects.order_by().in_care_on(today).filter(patient=OuterRef("pk"))
    here = Patient.objects.filter(center=center)
    return here.filter(Exists(in_care), ~Exists(cared_for)).order_by("sort_key", "id")


def _groups(center: Center, today: dt.date) -> QuerySet[TherapyGroup]:
    """Nobody leads them today."""
    led = Facilitator.objects.order_by().on(today).filter(group=OuterRef("pk"), role=Lead.LEAD)
    return TherapyGroup.objects.filter(~Exists(led), center=center).order_by("code", "id")


def _sessions(center: Center, at: dt.datetime, until: dt.datetime) -> QuerySet[Session]:
    """On the schedule, and nobody is in charge who treats patients here by then."""
    then = OuterRef("session__starts_at")
    lasting = Q(ends_at__isnull=True) | Q(ends_at__gt=then)
    treating = RoleAssignment.objects.order_by().treating().filter(lasting, center=center, starts_at__lte=then)
    here = treating.filter(staff=OuterRef("staff"))
    staffed = SessionStaff.objects.order_by().filter(Exists(here), session=OuterRef("pk"), is_active=True)
    to_come = Session.objects.filter(center=center, starts_at__gte=at, starts_at__lt=until)
    on = to_come.filter(status=Session.Status.SCHEDULED, called_off_at__isnull=True)
    return on.filter(~Exists(staffed)).select_related("series").order_by("starts_at", "id")


def _tasks(center: Center, at: dt.datetime) -> QuerySet[StaffTask]:
    """Open ones that are still those of somebody who has left."""
    gone = Position.objects.order_by().over(at).filter(center=center, staff=OuterRef("assigned_to"))
    return StaffTask.objects.filter(Exists(gone), center=center, done_at__isnull=True).order_by("raised_at", "id")
