"""Handing over a caseload: all of it, or some patients and groups; now, or from a day on; whole, or not at all.

Coordinators and supervisors hand over, who manage every patient of the center. A counselor does not: it ends and opens
charts of many people, and moves the calendar of two colleagues.
"""

import datetime as dt
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar
from uuid import UUID

from django.db import IntegrityError, models, transaction
from django.db.models import Q

from backend.api.clock import now
from backend.api.errors import Refused, problem_of
from backend.api.recorder import Actor, Event, acting_as, record
from backend.handover.moves import Moved, Terms, move_course, move_facilitation, move_member, move_task
from centers.models import Center, RoleAssignment, Staff
from centers.wall_time import instant, local_date
from groups.models import Enrollment, Facilitator
from patients.models import CareTeamMember, StaffTask
from scheduling.actions import colleague
from scheduling.models import Participation, Series, SeriesStaff

Row = TypeVar("Row", bound=models.Model)


@dataclass(frozen=True, slots=True)
class Caseload:
    """What is to be handed over: of these patients and groups, or of all (None) that the giver has."""

    patients: Collection[UUID] | None = None
    groups: Collection[UUID] | None = ()
    courses: bool = True
    tasks: bool = True


@dataclass(slots=True)
class Handover:
    """A handover under way: what went, what did not and why, and whom it concerns."""

    terms: Terms
    moved: list[Moved] = field(default_factory=list)
    faults: dict[str, str] = field(default_factory=dict)
    patients: set[UUID] = field(default_factory=set)

    def move(self, rows: Sequence[Row], kind: str, work: Callable[[Row, Terms], Moved]) -> None:
        """Move each of `rows`, or note why not: one that fails leaves nothing behind, and lets the rest be tried."""
        for row in rows:
            pointer = f"/{kind}/{row.pk}"
            try:
                with transaction.atomic():
                    self.moved.append(work(row, self.terms))
            except (IntegrityError, Refused) as error:
                self.faults[pointer] = problem_of(error).code


@transaction.atomic
def hand_over(
    *,
    center: Center,
    giver: UUID,
    receiver: UUID,
    by: Actor,
    on: dt.date | None = None,
    caseload: Caseload | None = None,
    dry_run: bool = False,
) -> Handover:
    """Hand a caseload from one colleague to another, now or from the beginning of a day to come.

    Care teams, and as asked the leading of groups, individual courses and, when it is now, open tasks. Grants and the
    sessions to come follow; one entry of the log names every patient. A dry run tells the same and leaves all as it
    was. Raises Refused with a fault for each thing that cannot go; then nothing has gone. Undone by handing back.
    """
    terms = _terms(center, giver, receiver, on, by)
    wanted = caseload or Caseload()
    with transaction.atomic(), acting_as(by):
        handover = Handover(terms)
        _move_all(handover, wanted, is_now=on is None)
        if handover.faults:
            raise Refused("handover_not_done", errors=handover.faults)
        _note(handover)
        transaction.set_rollback(dry_run)
    return handover


def _terms(center: Center, giver: UUID, receiver: UUID, on: dt.date | None, by: Actor) -> Terms:
    today = local_date(center.timezone, now())
    if on is not None and on <= today:
        raise Refused("validation_failed", 400, {"on": "day_not_to_come"})
    if giver == receiver:
        raise Refused("handover_to_oneself")
    if by.id == str(receiver):
        raise Refused("care_team_of_oneself")
    at = instant(center.timezone, on, dt.time()) if on else now()
    person = colleague(center.pk, giver, field="giver")
    return Terms(center, person, _treating(center, receiver, at), at, on or today, by)


def _treating(center: Center, staff_id: UUID, at: dt.datetime) -> Staff:
    """Who takes over treats patients at the center from that moment on."""
    held = RoleAssignment.objects.treating().in_force(at).filter(center=center, staff=staff_id, staff__is_active=True)
    found = held.select_related("staff").first()
    if found is None:
        raise Refused("validation_failed", 400, {"receiver": "does_not_exist"})
    return found.staff


def _move_all(handover: Handover, wanted: Caseload, *, is_now: bool) -> None:
    terms = handover.terms
    members, groups = _members(terms, wanted), _facilitations(terms, wanted)
    courses, tasks = _courses(terms, wanted), _tasks(terms, wanted) if is_now else []
    _require_named(wanted, members, groups, courses)
    handover.patients |= {one.patient_id for one in members} | {one.patient_id for one in tasks if one.patient_id}
    handover.patients |= _belonging(terms, groups, courses)
    handover.move(members, "care_team", move_member)
    handover.move(groups, "group", move_facilitation)
    handover.move(courses, "course", move_course)
    handover.move(tasks, "task", move_task)


def _members(terms: Terms, wanted: Caseload) -> list[CareTeamMember]:
    held = CareTeamMember.objects.filter(staff=terms.giver, center=terms.center).lasting_beyond(terms.at)
    rows = held.of_patients(wanted.patients).select_related("patient").order_by("patient_id", "starts_at")
    return list(rows)


def _facilitations(terms: Terms, wanted: Caseload) -> list[Facilitator]:
    held = Facilitator.objects.filter(staff=terms.giver, center=terms.center).lasting_beyond(terms.day)
    rows = held.of_groups(wanted.groups).select_related("group").order_by("group_id", "starts_on")
    return list(rows)


def _courses(terms: Terms, wanted: Caseload) -> list[SeriesStaff]:
    if not wanted.courses:
        return []
    held = SeriesStaff.objects.filter(
        Q(ends_on__isnull=True) | Q(ends_on__gt=terms.day),
        staff=terms.giver,
        center=terms.center,
        series__form=Series.Form.INDIVIDUAL,
    )
    if wanted.patients is not None:
        belonging = Participation.objects.filter(center=terms.center, patient__in=wanted.patients)
        held = held.filter(series__in=belonging.values("series"))
    return list(held.order_by("series_id", "id"))


def _tasks(terms: Terms, wanted: Caseload) -> list[StaffTask]:
    if not wanted.tasks:
        return []
    held = StaffTask.objects.filter(center=terms.center, assigned_to=terms.giver, done_at__isnull=True)
    rows = held if wanted.patients is None else held.filter(patient__in=wanted.patients)
    return list(rows.order_by("id"))


def _belonging(terms: Terms, groups: Sequence[Facilitator], courses: Sequence[SeriesStaff]) -> set[UUID]:
    """Whom the groups and courses open: on the roster on that day or later."""
    enrolled = Enrollment.objects.filter(group__in=[one.group_id for one in groups]).lasting_beyond(terms.day)
    giving = Participation.objects.filter(series__in=[one.series_id for one in courses])
    going_on = giving.filter(Q(ends_on__isnull=True) | Q(ends_on__gt=terms.day))
    return {*enrolled.values_list("patient_id", flat=True), *going_on.values_list("patient_id", flat=True)}


def _require_named(
    wanted: Caseload, members: Sequence[CareTeamMember], groups: Sequence[Facilitator], courses: Sequence[SeriesStaff]
) -> None:
    """Whoever and whatever is named must be the giver's; anybody else's is answered like nobody's."""
    given = Participation.objects.filter(series__in=[one.series_id for one in courses])
    known: dict[str, set[Any]] = {
        "patients": {one.patient_id for one in members} | set(given.values_list("patient_id", flat=True)),
        "groups": {one.group_id for one in groups},
    }
    named = {"patients": wanted.patients or (), "groups": wanted.groups or ()}
    faults = {
        f"/{name}/{index}": "not_in_caseload"
        for name, ids in named.items()
        for index, pk in enumerate(ids)
        if pk not in known[name]
    }
    if faults:
        raise Refused("validation_failed", 400, faults)


def _note(handover: Handover) -> None:
    terms, kinds = handover.terms, [one.kind for one in handover.moved]
    record(
        Event(
            action="bulk",
            kind=CareTeamMember._meta.label_lower,
            center_id=terms.center.pk,
            patient_ids=tuple(sorted(handover.patients)),
            details={
                "verb": "hand_over",
                "giver": str(terms.giver.pk),
                "receiver": str(terms.receiver.pk),
                "from": terms.at.isoformat(),
                "moved": {kind: kinds.count(kind) for kind in sorted(set(kinds))},
            },
        )
    )
