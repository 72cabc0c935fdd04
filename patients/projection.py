"""The grants on patients that care-team memberships want; the stored ones are their projection."""

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple
from uuid import UUID

from backend.api.grants import GrantKey, Ground, Key, project_all
from centers.models import RoleAssignment
from centers.roles import CARE_TEAM, SIGNING
from patients.models import CareTeamMember


class Span(NamedTuple):
    """Half-open, as instants; an end of None is open."""

    starts_at: dt.datetime
    ends_at: dt.datetime | None


Signing = dict[tuple[UUID, UUID], Span]


def ground_of(member: CareTeamMember) -> Ground:
    """The ground under which a membership's grants are stored."""
    return Ground("care_team_member", member.pk)


def wanted_grants(patient_ids: Collection[UUID] | None = None) -> dict[Ground, set[Key]]:
    """Every grant the care teams of some patients want, by ground; of all patients when none are named."""
    return wanted_of(CareTeamMember.objects.of_patients(patient_ids))


def wanted_of(members: Iterable[CareTeamMember]) -> dict[Ground, set[Key]]:
    """The grants of some memberships: what care opens, and signing while the member's role at the center signs."""
    held = list(members)
    signing = _signing(held)
    return {ground_of(member): _keys(member, signing.get((member.center_id, member.staff_id))) for member in held}


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
