"""Who joins and leaves a patient's care team; grants follow in the same transaction."""

import datetime as dt
from uuid import UUID

from django.db import transaction

from backend.api.clock import now
from backend.api.errors import Refused
from backend.api.grants import revoke
from backend.api.recorder import Actor, acting_as
from centers.models import Center, RoleAssignment, Staff
from centers.querysets import RoleAssignmentQuerySet
from patients.models import CareTeamMember, Patient
from patients.projection import ground_of, project_members


@transaction.atomic
def join_care_team(
    *,
    patient: Patient,
    staff: Staff,
    by: Actor,
    starts_at: dt.datetime | None = None,
    ends_at: dt.datetime | None = None,
) -> CareTeamMember:
    """Let somebody who treats patients at the center then care for one, from now unless given.

    No longer than they treat patients there. Raises Refused for anybody else and for oneself (a care team opens the
    chart), IntegrityError for a membership that overlaps another.
    """
    if by.id == str(staff.pk):
        raise Refused("care_team_of_oneself")
    patient = Patient.objects.locked(patient.pk)
    if CareTeamMember.candidate(patient, staff.pk, max(starts_at or now(), now())) is None:
        raise Refused("validation_failed", 400, {"staff": "does_not_exist"})
    ends = [end for end in (ends_at, _last_end(staff, patient.center)) if end is not None]
    with acting_as(by):
        member = CareTeamMember.objects.create(
            patient=patient,
            center_id=patient.center_id,
            staff=staff,
            starts_at=starts_at or now(),
            ends_at=min(ends, default=None),
        )
        project_members([member])
    return member


@transaction.atomic
def leave_care_team(
    *, member: CareTeamMember, by: Actor, at: dt.datetime | None = None, with_care: bool = False
) -> CareTeamMember | None:
    """End a membership at a moment, now unless given, or with the patient's care; it never lasts longer than it did.

    One that has not begun, and would end before it does, is taken back whole: None is returned. Raises Refused when it
    is over already, and when it would never have been though it has begun: who could see a chart stays on record.
    """
    at = at or now()
    Patient.objects.locked(member.patient_id)
    member = CareTeamMember.objects.select_for_update(no_key=True).get(pk=member.pk)
    if member.ends_at is not None and member.ends_at <= at:
        raise Refused("membership_over")
    if at <= member.starts_at < now():
        raise Refused("validation_failed", 400, {"at": "window_order"})
    with acting_as(by):
        if at <= member.starts_at:
            revoke(ground=ground_of(member), center_id=member.center_id)
            member.delete()
            return None
        member.end(at, with_care=with_care)
        project_members([member])
    return member


@transaction.atomic
def follow_roles(*, staff: Staff, center: Center, by: Actor) -> None:
    """Bring somebody's care teams at a center in line with the roles held there.

    Whether grants sign follows the roles; who will treat nobody there any more leaves every team when the last such
    role ends, so that a colleague who has left the center, or its care, sees none of its patients.
    """
    ends_at = _last_end(staff, center)
    members = CareTeamMember.objects.filter(staff=staff, center=center)
    if ends_at is not None:
        for member in members.lasting_beyond(ends_at).order_by("patient_id"):
            leave_care_team(member=member, by=by, at=ends_at if ends_at > member.starts_at else now())
    with acting_as(by):
        project_members(list(members.all()))


def _last_end(staff: Staff, center: Center) -> dt.datetime | None:
    """When the last role ends in which somebody treats patients; None while one is open, now when there is none."""
    ends = list(_roles(staff, center.pk).treating().values_list("ends_at", flat=True))
    known = [end for end in ends if end is not None]
    return None if len(known) < len(ends) else max(known, default=now())


def _roles(staff: Staff, center_id: UUID) -> RoleAssignmentQuerySet:
    return RoleAssignment.objects.filter(staff=staff, center_id=center_id)
