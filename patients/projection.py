"""The grants on patients that care-team memberships and emergency accesses want; the stored ones project them."""

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple
from uuid import UUID

from backend.api.grants import GrantKey, Ground, Key, project, project_all
from backend.api.sources import Source, register_source
from centers.models import RoleAssignment, Staff
from centers.roles import CARE_TEAM, EMERGENCY, SIGNING
from patients.models import CareTeamMember, EmergencyAccess, Patient


class Span(NamedTuple):
    """Half-open, as instants; an end of None is open."""

    starts_at: dt.datetime
    ends_at: dt.datetime | None


Signing = dict[tuple[UUID, UUID], Span]


def ground_of(record: CareTeamMember | EmergencyAccess) -> Ground:
    """The ground under which a record's grants are stored."""
    return Ground("care_team_member" if isinstance(record, CareTeamMember) else "emergency_access", record.pk)


def wanted_grants(patient_ids: Collection[UUID] | None = None) -> dict[Ground, set[Key]]:
    """Every grant the records of some patients want, by ground; of all patients when none are named."""
    emergencies = EmergencyAccess.objects.all()
    if patient_ids is not None:
        emergencies = emergencies.filter(patient_id__in=patient_ids)
    return wanted_of(CareTeamMember.objects.of_patients(patient_ids)) | wanted_of_emergencies(emergencies)


def wanted_of(members: Iterable[CareTeamMember]) -> dict[Ground, set[Key]]:
    """The grants of some memberships: what care opens, and signing while the member's role at the center signs."""
    held = list(members)
    signing = _signing(held)
    return {ground_of(member): _keys(member, signing.get((member.center_id, member.staff_id))) for member in held}


def wanted_of_emergencies(accesses: Iterable[EmergencyAccess]) -> dict[Ground, set[Key]]:
    """The grants of some emergency accesses: reading, for their hours."""
    return {
        ground_of(access): {
            GrantKey(
                "user",
                access.staff_id,
                codename.value,
                "patients.Patient",
                access.patient_id,
                access.starts_at,
                access.ends_at,
            )
            for codename in EMERGENCY
        }
        for access in accesses
    }


def project_emergency(access: EmergencyAccess) -> None:
    """Bring the stored grants in line with an emergency access."""
    wanted = wanted_of_emergencies([access])
    project(ground=ground_of(access), wanted=wanted[ground_of(access)], center_id=access.center_id)


def project_members(members: Sequence[CareTeamMember]) -> None:
    """Bring the stored grants in line with some memberships, center by center."""
    for center_id in {member.center_id for member in members}:
        project_all(wanted_of(one for one in members if one.center_id == center_id), center_id=center_id)


def _keys(member: CareTeamMember, signs: Span | None) -> set[Key]:
    while_member = Span(member.starts_at, member.ends_at)
    wanted = {_key(member, codename, while_member) for codename in CARE_TEAM}
    signed = _overlap(while_member, signs) if signs else None
    if signed:
        wanted |= {_key(member, codename, signed) for codename in SIGNING}
    return wanted


def _key(member: CareTeamMember, codename: str, span: Span) -> Key:
    return GrantKey(
        "user", member.staff_id, str(codename), "patients.Patient", member.patient_id, span.starts_at, span.ends_at
    )


def _signing(members: Collection[CareTeamMember]) -> Signing:
    """Since and until when each member's roles at a center sign.

    A ground gives a codename over one stretch of time only: touching assignments count as one, and of several
    stretches the last counts, so that a gap between them never opens anything.
    """
    assignments = RoleAssignment.objects.filter(
        signs=True, staff__in={one.staff_id for one in members}, center__in={one.center_id for one in members}
    )
    found: Signing = {}
    for held in assignments.order_by("starts_at"):
        key, span = (held.center_id, held.staff_id), Span(held.starts_at, held.ends_at)
        found[key] = _joined(found[key], span) if key in found else span
    return found


def _joined(earlier: Span, later: Span) -> Span:
    if earlier.ends_at is None:
        return earlier
    if earlier.ends_at < later.starts_at:
        return later
    return Span(earlier.starts_at, later.ends_at and max(earlier.ends_at, later.ends_at))


def _overlap(one: Span, other: Span) -> Span | None:
    starts_at = max(one.starts_at, other.starts_at)
    ends = [end for end in (one.ends_at, other.ends_at) if end is not None]
    ends_at = min(ends, default=None)
    return Span(starts_at, ends_at) if ends_at is None or ends_at > starts_at else None


def register() -> None:
    """Let care teams and emergency accesses be compared with the stored rows, and told in words."""
    register_source(
        Source(
            "care_team_member",
            CareTeamMember,
            wanted=wanted_of,
            tell=lambda _member: "belongs to the patient's care team",
            lock=_lock_what_members_follow,
        )
    )
    register_source(
        Source(
            "emergency_access",
            EmergencyAccess,
            wanted=wanted_of_emergencies,
            tell=lambda access: f"opened an emergency access ({access.get_nature_display()})",
        )
    )


def _lock_what_members_follow(ids: Collection[UUID]) -> None:
    """In the order of the verbs: the people and their roles, by which grants sign, then the patients."""
    members = CareTeamMember.objects.filter(pk__in=ids)
    people = {one.staff_id for one in members}
    for rows in (
        Staff.objects.filter(pk__in=people),
        RoleAssignment.objects.filter(staff__in=people, center__in={one.center_id for one in members}),
        Patient.objects.filter(pk__in={one.patient_id for one in members}),
    ):
        list(rows.order_by("pk").select_for_update(no_key=True).values_list("pk"))
