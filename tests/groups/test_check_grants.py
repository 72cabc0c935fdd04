"""`check_grants` is silent while grants and records agree, and names by ids every row by which they do not."""

import datetime as dt
from io import StringIO

import pytest
from django.contrib.auth.models import Group
from django.core.management import CommandError, call_command

from audit.models import LogEntry
from backend.api.clock import now
from backend.api.grants import GrantKey, Ground, MembershipKey, differences_at, project
from backend.api.ids import new_id
from backend.api.sources import repair, subjects_at, wanted_at
from centers.actions import list_for_emergencies
from centers.models import RoleAssignment, SubjectMembership
from centers.roles import EMERGENCY
from groups.actions import appoint_facilitator, enroll
from groups.models import Facilitator, TherapyGroup
from patients.actions import leave_care_team, open_emergency
from patients.models import EmergencyAccess, PatientUserGrant
from tests.cast import TESTER, Cast

DAY = dt.date(2026, 2, 3)


def an_emergency(cast: Cast) -> EmergencyAccess:
    list_for_emergencies(staff=cast.carl, center=cast.center, by=TESTER)
    return open_emergency(
        staff=cast.carl,
        center=cast.center,
        record_number="000731",
        nature="medical",
        reason="Found unconscious in the parking lot, ambulance on its way",
        second_factor_at=now(),
        by=cast.carl.as_actor(),
    )


def lines() -> list[str]:
    """What the command writes before it fails."""
    out = StringIO()
    with pytest.raises(CommandError, match="rows by which grants and records disagree"):
        call_command("check_grants", stdout=out)
    return out.getvalue().splitlines()


@pytest.fixture
def led(cast: Cast, group: TherapyGroup) -> Facilitator:
    """Carl leads the Tuesday group, and Pat is on its roster."""
    enroll(group=group, patient=cast.pat, starts_on=DAY, by=TESTER)
    return appoint_facilitator(group=group, staff=cast.carl, starts_on=DAY, by=TESTER)


@pytest.mark.usefixtures("led")
def test_nothing_is_written_while_they_agree() -> None:
    out = StringIO()
    call_command("check_grants", stdout=out)
    assert out.getvalue() == ""


@pytest.mark.usefixtures("led")
def test_a_forged_grant_is_found(cast: Cast) -> None:
    since, forged = now(), Ground("enrollment", new_id())
    key = GrantKey("user", cast.carl.pk, "view_chart", "patients.Patient", cast.pat.pk, since)
    project(ground=forged, wanted=[key], center_id=cast.center.pk)
    row = f"user:{cast.carl.pk} view_chart patients.Patient:{cast.pat.pk} {since.isoformat()}/"
    assert lines() == [f"unexpected enrollment:{forged.id} {row}"]


@pytest.mark.usefixtures("led")
def test_a_forged_membership_is_found(cast: Cast, group: TherapyGroup) -> None:
    since, forged = now(), Ground("facilitator", new_id())
    until = since + dt.timedelta(days=1)
    key = MembershipKey(cast.dora.pk, group.facilitator_group_id, since, until)
    project(ground=forged, wanted=[key], center_id=cast.center.pk)
    row = f"user:{cast.dora.pk} group:{group.facilitator_group_id} {since.isoformat()}/{until.isoformat()}"
    assert lines() == [f"unexpected facilitator:{forged.id} {row}"]


def test_a_grant_that_was_lost_is_found(led: Facilitator) -> None:
    SubjectMembership.objects.filter(ground_id=led.pk).delete()
    (line,) = lines()
    assert line.startswith(f"missing facilitator:{led.pk} user:{led.staff_id} ")


def test_a_grant_that_outlives_its_record_is_found_on_both_sides(led: Facilitator) -> None:
    held = SubjectMembership.objects.filter(ground_id=led.pk)
    held.update(expires_at=now() + dt.timedelta(days=1))
    assert sorted(line.split()[0] for line in lines()) == ["missing", "unexpected"]


def test_a_membership_of_no_centers_group_is_found(cast: Cast) -> None:
    stray = Group.objects.create(name="nobody's")
    forged, since = Ground("role_assignment", new_id()), now()
    project(ground=forged, wanted=[MembershipKey(cast.dora.pk, stray.pk, since)], center_id=None)
    assert lines() == [
        f"unexpected role_assignment:{forged.id} user:{cast.dora.pk} group:{stray.pk} {since.isoformat()}/"
    ]
    call_command("check_grants", fix=True, stdout=StringIO())
    assert not SubjectMembership.objects.filter(group=stray).exists()


def test_a_membership_of_an_empty_group_is_found(cast: Cast, group: TherapyGroup) -> None:
    forged = Ground("facilitator", new_id())
    key = MembershipKey(cast.dora.pk, group.facilitator_group_id, now())
    project(ground=forged, wanted=[key], center_id=cast.center.pk)
    assert len(lines()) == 1


def test_an_emergency_that_was_lost_or_lengthened_is_found_and_repaired(cast: Cast) -> None:
    access = an_emergency(cast)
    held = PatientUserGrant.objects.filter(ground_id=access.pk)
    held.filter(permission__codename="view_chart").delete()
    held.filter(permission__codename="view_hours").update(expires_at=None)
    assert sorted(line.split()[0] for line in lines()) == ["missing", "missing", "unexpected"]
    call_command("check_grants", fix=True, stdout=StringIO())
    assert set(held.values_list("expires_at", flat=True)) == {access.ends_at}
    assert held.count() == len(EMERGENCY)


@pytest.mark.usefixtures("led")
def test_a_repair_says_what_it_did_and_is_logged_as_whoever_ran_it(cast: Cast) -> None:
    since, forged = now(), Ground("enrollment", new_id())
    key = GrantKey("user", cast.carl.pk, "view_chart", "patients.Patient", cast.pat.pk, since)
    project(ground=forged, wanted=[key], center_id=cast.center.pk)
    SubjectMembership.objects.filter(ground_type="role_assignment", staff=cast.sue).delete()
    out = StringIO()
    call_command("check_grants", fix=True, stdout=out)
    assert [line.split()[:2] for line in sorted(out.getvalue().splitlines())] == [
        ["repaired", "missing"],
        ["repaired", "unexpected"],
    ]
    entry = LogEntry.objects.filter(actor_id="system:check_grants").latest("at")
    assert (entry.kind, entry.center_id, entry.patients) == ("grant", cast.center.pk, [cast.pat.pk])
    assert not cast.carl.has_perm("patients.view_chart", cast.pat)
    again = StringIO()
    call_command("check_grants", fix=True, stdout=again)
    assert again.getvalue() == ""


def test_one_center_is_looked_at_alone(cast: Cast) -> None:
    for center, name in ((cast.center, "sue"), (cast.elsewhere, "vera")):
        SubjectMembership.objects.filter(staff=cast.staff[name]).delete()
        assert RoleAssignment.objects.filter(center=center, staff=cast.staff[name]).exists()
    call_command("check_grants", fix=True, center="Cast Center", stdout=StringIO())
    (line,) = lines()
    assert str(cast.vera.pk) in line
    with pytest.raises(CommandError, match="no center named"):
        call_command("check_grants", center="Nowhere", stdout=StringIO())


def test_what_changed_meanwhile_is_not_undone(cast: Cast) -> None:
    member = cast.pat.care_team.get()
    held = PatientUserGrant.objects.filter(ground_id=member.pk)
    held.filter(permission__codename="view_chart").delete()
    found = differences_at(cast.center.pk, wanted_at(cast.center.pk), subjects=subjects_at(cast.center.pk))
    ended = leave_care_team(member=member, by=TESTER)
    assert ended is not None
    repair(found, center_id=cast.center.pk)
    assert set(held.values_list("expires_at", flat=True)) == {ended.ends_at}
    call_command("check_grants", stdout=StringIO())


@pytest.mark.usefixtures("led")
def test_nobody_is_named() -> None:
    SubjectMembership.objects.all().delete()
    written = "\n".join(lines())
    assert not any(name in written for name in ("Carl", "Caster", "Pat ", "Quillfeather"))
