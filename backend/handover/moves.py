"""One thing at a time: how a membership, a facilitation, a course or a task goes from one colleague to another."""

import datetime as dt
from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID

from backend.api.recorder import Actor
from centers.models import Center, Staff
from groups.actions import appoint_facilitator, end_facilitation
from groups.models import Facilitator
from patients.actions import assign_task, join_care_team, leave_care_team
from patients.models import CareTeamMember, StaffTask
from scheduling.actions import hand_on_lead
from scheduling.models import SeriesStaff

Moment = TypeVar("Moment", dt.date, dt.datetime)


@dataclass(frozen=True, slots=True)
class Terms:
    """Who gives, who takes, where, and from which moment; `day` is its date at the center."""

    center: Center
    giver: Staff
    receiver: Staff
    at: dt.datetime
    day: dt.date
    by: Actor


@dataclass(frozen=True, slots=True)
class Moved:
    """One thing that went: the record that ended, and the one that began in its place; None where none was needed."""

    kind: str
    id: UUID
    new: UUID | None = None
    of: UUID | None = None
    patient: UUID | None = None


def move_member(member: CareTeamMember, terms: Terms) -> Moved:
    """End the giver's membership; the receiver's begins then and lasts as long. Who is on the team then is kept."""
    starts_at, ends_at = max(terms.at, member.starts_at), member.ends_at
    leave_care_team(member=member, by=terms.by, at=terms.at)
    held = CareTeamMember.objects.filter(patient=member.patient_id, staff=terms.receiver)
    following = held.lasting_beyond(starts_at).order_by("starts_at").first()
    if following is not None and following.starts_at <= starts_at:
        return Moved("care_team", member.pk, patient=member.patient_id)
    new = join_care_team(
        patient=member.patient,
        staff=terms.receiver,
        by=terms.by,
        starts_at=starts_at,
        ends_at=_earlier(ends_at, following.starts_at if following else None),
    )
    return Moved("care_team", member.pk, new.pk, patient=member.patient_id)


def move_facilitation(facilitator: Facilitator, terms: Terms) -> Moved:
    """End the giver's facilitation; the receiver's begins that day, in the same role."""
    starts_on, ends_on = max(terms.day, facilitator.starts_on), facilitator.ends_on
    end_facilitation(facilitator=facilitator, on=terms.day, by=terms.by)
    held = Facilitator.objects.filter(group=facilitator.group_id, staff=terms.receiver)
    following = held.lasting_beyond(starts_on).order_by("starts_on").first()
    if following is not None and following.starts_on <= starts_on:
        return Moved("group", facilitator.pk, of=facilitator.group_id)
    new = appoint_facilitator(
        group=facilitator.group,
        staff=terms.receiver,
        role=facilitator.role,
        starts_on=starts_on,
        ends_on=_earlier(ends_on, following.starts_on if following else None),
        by=terms.by,
    )
    return Moved("group", facilitator.pk, new.pk, of=facilitator.group_id)


def move_course(lead: SeriesStaff, terms: Terms) -> Moved:
    """Let the receiver give an individual course from that day on, with its sessions to come."""
    ended = lead.pk
    new = hand_on_lead(lead=lead, to=terms.receiver, on=terms.day, by=terms.by)
    return Moved("course", ended, new.pk if new else None, of=lead.series_id)


def move_task(task: StaffTask, terms: Terms) -> Moved:
    """Give an open task to the receiver."""
    assign_task(task=task, to=terms.receiver, by=terms.by)
    return Moved("task", task.pk, task.pk, patient=task.patient_id)


def _earlier(one: Moment | None, other: Moment | None) -> Moment | None:
    return min((end for end in (one, other) if end is not None), default=None)
