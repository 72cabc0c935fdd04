"""Leaving on a day to come: everything ends by dates, at that moment, and can be taken back until then."""

import datetime as dt
from collections.abc import Callable
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from rest_framework.test import APIClient

from backend.api.clock import frozen, now
from backend.api.gate import forget_reach, reach_of
from centers.actions import assign_role, invite, leave_center, list_for_emergencies, stay_at_center
from centers.models import Position, SignIn
from centers.roles import RoleName
from centers.tokens import hashed
from groups.models import Facilitator
from patients.actions import join_care_team
from patients.models import CareTeamMember
from scheduling.models import SessionStaff
from tests.access.state import state
from tests.cast import PASSWORD, TESTER
from tests.handover.conftest import DAY, MONDAY, SECOND, Work, works_here
from tests.handover.test_departure import what_is_alive
from tests.scheduling.conftest import TUESDAY, at

As = Callable[[str], APIClient]
SATURDAY = TUESDAY + 4 * DAY
LAST = at(SATURDAY, 0)
MINUTES = dt.timedelta(minutes=5)


def plan(client: APIClient, staff: Any, **more: Any) -> Any:
    return client.post(f"/api/v1/staff/{staff.pk}/depart/", {"at": LAST.isoformat(), **more})


def device(staff: Any, moment: dt.datetime) -> APIClient:
    since = moment - MINUTES
    token = f"device-{moment.isoformat()}-{staff.pk}"
    SignIn.objects.create(staff=staff, token_hash=hashed(token), created_at=since, last_seen_at=since)
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
    return client


@pytest.fixture
def leaving(work: Work, as_: As) -> Work:
    """Clara, of whom everybody knows on Monday that Friday is her last day."""
    list_for_emergencies(staff=work.cast.clara, center=work.cast.center, by=TESTER)
    invite(staff=work.cast.clara, center=work.cast.center, by=TESTER)
    answer = plan(as_("ada"), work.cast.clara)
    assert answer.status_code == 200, answer.content
    return work


@pytest.mark.parametrize(("moment", "status"), [(LAST - SECOND, 200), (LAST, 401)])
def test_a_device_is_worthless_from_the_moment_on(leaving: Work, moment: dt.datetime, status: int) -> None:
    with frozen(moment):
        client = device(leaving.cast.clara, moment)
        assert client.get(f"/api/v1/patients/{leaving.cast.pat.pk}/").status_code == status


@pytest.mark.parametrize(("moment", "status"), [(LAST - SECOND, 200), (LAST, 400)])
def test_nobody_signs_in_who_has_left(leaving: Work, moment: dt.datetime, status: int) -> None:
    leaving.cast.clara.set_password(PASSWORD)
    leaving.cast.clara.save(update_fields=["password"])
    with frozen(moment):
        body = {"email": leaving.cast.clara.email, "password": PASSWORD}
        assert APIClient().post("/api/v1/auth/login", body).status_code == status


def test_nothing_is_alive_at_that_moment_and_much_a_second_before(leaving: Work) -> None:
    cast = leaving.cast
    with frozen(LAST - SECOND):
        assert {"patients.CareTeamMember", "centers.Position", "centers.RoleAssignment"} <= set(
            what_is_alive(cast.clara, cast)
        )
    with frozen(LAST):
        assert set(what_is_alive(cast.clara, cast)) <= {"task", "centers.Invitation"}
        assert not cast.clara.invitations.filter(expires_at__gt=now()).exists()
        forget_reach(cast.clara)
        assert reach_of(cast.clara).holds("view_center") is False


def test_sessions_until_then_are_hers_and_none_after(leaving: Work) -> None:
    staffed = SessionStaff.objects.filter(staff=leaving.cast.clara).order_by("starts_at")
    assert [row.starts_at < LAST for row in staffed] == [True, True]


def test_records_and_grants_agree(leaving: Work) -> None:
    out = StringIO()
    call_command("check_grants", stdout=out)
    assert out.getvalue() == ""


def test_it_tells_what_it_will_take_and_a_dry_run_changes_nothing(work: Work, as_: As) -> None:
    before = state()
    told = plan(as_("ada"), work.cast.clara, dry_run=True).json()
    assert state() == before
    done = plan(as_("ada"), work.cast.clara).json()
    assert (told["taken"], told["unattended"]) == (done["taken"], done["unattended"])
    assert dt.datetime.fromisoformat(done["at"]) == LAST
    assert {"care_team", "group", "series", "session", "role", "position"} <= {one["kind"] for one in done["taken"]}


def kept(work: Work) -> list[Any]:
    clara = work.cast.clara
    return [
        list(CareTeamMember.objects.filter(staff=clara).values_list("pk", "starts_at", "ends_at")),
        list(Facilitator.objects.filter(staff=clara).values_list("pk", "starts_on", "ends_on")),
        sorted(SessionStaff.objects.filter(staff=clara).values_list("session", "role", "is_active")),
        list(clara.role_assignments.values_list("pk", "ends_at")),
        list(clara.emergency_listings.values_list("pk", "ends_at")),
        list(clara.invitations.values_list("pk", "expires_at")),
        list(Position.objects.filter(staff=clara).values_list("ended_at", "shortened")),
    ]


def test_taken_back_all_lasts_as_it_would_have(work: Work, as_: As) -> None:
    clara = work.cast.clara
    list_for_emergencies(staff=clara, center=work.cast.center, by=TESTER)
    invite(staff=clara, center=work.cast.center, by=TESTER)
    before = kept(work)
    plan(as_("ada"), clara)
    assert kept(work) != before
    with frozen(LAST - SECOND):
        answer = as_("ada").post(f"/api/v1/staff/{clara.pk}/stay/")
    assert (answer.status_code, answer.json()["ended_at"]) == (200, None)
    assert kept(work) == before
    with frozen(LAST):
        assert device(clara, LAST).get(f"/api/v1/patients/{work.cast.pat.pk}/").status_code == 200


def test_it_is_not_taken_back_from_then_on(leaving: Work, as_: As) -> None:
    with frozen(LAST):
        answer = as_("ada").post(f"/api/v1/staff/{leaving.cast.clara.pk}/stay/")
        assert (answer.status_code, answer.json()["code"]) == (409, "position_has_ended")


def test_a_second_day_is_refused_and_leaving_at_once_is_not(leaving: Work, as_: As) -> None:
    answer = plan(as_("ada"), leaving.cast.clara)
    assert (answer.status_code, answer.json()["code"]) == (409, "leaves_already")
    assert as_("ada").post(f"/api/v1/staff/{leaving.cast.clara.pk}/depart/").status_code == 200
    assert list(what_is_alive(leaving.cast.clara, leaving.cast)) == []


@pytest.mark.parametrize("what", ["role", "care team"])
def test_what_begins_only_then_is_to_be_ended_first(what: str, work: Work, as_: As) -> None:
    cast, later = work.cast, at(MONDAY + 9 * DAY, 0)
    if what == "role":
        assign_role(staff=cast.clara, center=cast.center, role=RoleName.SUPERVISOR, starts_at=later, by=TESTER)
    else:
        join_care_team(patient=cast.quinn, staff=cast.clara, starts_at=later, by=TESTER)
    before = state()
    answer = plan(as_("ada"), cast.clara)
    assert (answer.status_code, answer.json()["code"]) == (409, "begins_after_leaving")
    assert state() == before


def test_what_is_given_afterwards_ends_then_as_well(work: Work, as_: As) -> None:
    cast = work.cast
    plan(as_("ada"), cast.clara)
    role = assign_role(staff=cast.clara, center=cast.center, role=RoleName.SUPERVISOR, by=TESTER)
    listing = list_for_emergencies(staff=cast.clara, center=cast.center, by=TESTER)
    member = join_care_team(patient=cast.quinn, staff=cast.clara, by=TESTER)
    assert [role.ends_at, listing.ends_at, member.ends_at] == [LAST, LAST, LAST]


def test_a_moment_that_has_passed_is_refused(work: Work, as_: As) -> None:
    body = {"at": at(MONDAY, 11).isoformat()}
    answer = as_("ada").post(f"/api/v1/staff/{work.cast.clara.pk}/depart/", body)
    assert answer.json()["errors"][0] | {"detail": ""} == {"pointer": "/at", "code": "moment_not_to_come", "detail": ""}


def test_work_elsewhere_goes_on(leaving: Work) -> None:
    cast = leaving.cast
    Position.objects.create(center=cast.elsewhere, staff=cast.clara, title="counselor")
    assign_role(staff=cast.clara, center=cast.elsewhere, role=RoleName.SUPERVISOR, by=TESTER)
    with frozen(LAST):
        client = device(cast.clara, LAST)
        assert client.get(f"/api/v1/patients/{cast.stranger.pk}/").status_code == 200
        assert client.get(f"/api/v1/patients/{cast.pat.pk}/").status_code == 404


def test_the_verbs_are_the_addresses(work: Work) -> None:
    leave_center(position=work.position, at=LAST, by=TESTER)
    assert stay_at_center(position=work.position, by=TESTER).ended_at is None


def test_who_comes_back_later_is_in_again(leaving: Work) -> None:
    with frozen(LAST + 30 * DAY):
        works_here(leaving.cast, leaving.cast.clara)
        assign_role(staff=leaving.cast.clara, center=leaving.cast.center, role=RoleName.COUNSELOR, by=TESTER)
        assert device(leaving.cast.clara, now()).get("/api/v1/centers/").status_code == 200
