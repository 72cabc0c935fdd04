"""`check_grants` is silent while grants and records agree, and names by ids every row by which they do not."""

import datetime as dt
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from backend.api.clock import now
from backend.api.grants import GrantKey, Ground, MembershipKey, project
from backend.api.ids import new_id
from centers.models import SubjectMembership
from groups.actions import appoint_facilitator, enroll
from groups.models import Facilitator, TherapyGroup
from tests.cast import TESTER, Cast

DAY = dt.date(2026, 2, 3)


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


@pytest.mark.usefixtures("led")
def test_nobody_is_named() -> None:
    SubjectMembership.objects.all().delete()
    written = "\n".join(lines())
    assert not any(name in written for name in ("Carl", "Caster", "Pat ", "Quillfeather"))
