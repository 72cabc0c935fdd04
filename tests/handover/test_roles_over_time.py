"""A role that begins on Monday and ends on Friday: access comes and goes by itself, on a device signed in before."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from backend.api.clock import frozen
from backend.api.gate import allows, forget_reach
from centers.models import SignIn, Staff
from centers.tokens import hashed
from groups.actions import appoint_facilitator, enroll, open_group
from patients.actions import join_care_team
from tests.cast import TESTER, Cast
from tests.handover.conftest import DAY, FEBRUARY, SECOND, works_here
from tests.scheduling.conftest import TUESDAY, at

As = Callable[[str], APIClient]
MONDAY, FRIDAY = TUESDAY + 6 * DAY, TUESDAY + 10 * DAY
BEGINS, ENDS = at(MONDAY, 0), at(FRIDAY, 0)
AROUND = [(BEGINS - SECOND, False), (BEGINS, True), (ENDS - SECOND, True), (ENDS, False)]
AT_WORK = dt.timedelta(minutes=5)


@pytest.fixture
def newcomer(cast: Cast, monday: dt.datetime) -> Staff:
    """Nina works here, and holds no role yet."""
    nina = Staff.objects.create_user("nina@example.org", None, first_name="Nina", last_name="Newcomer")
    works_here(cast, nina)
    return nina


def assign(client: APIClient, cast: Cast, staff: Any, role: str, **more: Any) -> None:
    """The administrator gives a role by the center's local dates, as instants with its offset."""
    dates = {"starts_at": "2026-03-09T00:00:00-04:00", "ends_at": "2026-03-13T00:00:00-04:00"}
    body = {"center": str(cast.center.pk), "staff": str(staff.pk), "role": role, **dates, **more}
    answer = client.post("/api/v1/role-assignments/", body)
    assert answer.status_code == 201, answer.content


def device(staff: Staff, moment: dt.datetime) -> APIClient:
    """A device signed in some minutes before a moment."""
    token = f"device-{moment.isoformat()}"
    since = moment - AT_WORK
    SignIn.objects.create(staff=staff, token_hash=hashed(token), created_at=since, last_seen_at=since)
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
    return client


def test_a_local_date_is_the_instant_it_begins_at_the_center() -> None:
    assert (BEGINS.isoformat(), ENDS.isoformat()) == ("2026-03-09T04:00:00+00:00", "2026-03-13T04:00:00+00:00")


@pytest.mark.parametrize("edge", [BEGINS, ENDS])
def test_one_device_gets_and_loses_access_at_the_second(
    cast: Cast, as_: As, newcomer: Staff, edge: dt.datetime
) -> None:
    assign(as_("ada"), cast, newcomer, "supervisor")
    client, path = device(newcomer, edge), f"/api/v1/patients/{cast.pat.pk}/"
    found = []
    for moment in (edge - SECOND, edge):
        with frozen(moment):
            found.append((client.get(path).status_code, len(client.get("/api/v1/patients/").json()["results"])))
    assert found == [(404, 0), (200, 2)] if edge == BEGINS else [(200, 2), (404, 0)]


@pytest.mark.parametrize(("moment", "is_open"), AROUND)
def test_a_care_team_joined_for_that_week_opens_and_signs_in_it_alone(
    *, cast: Cast, as_: As, newcomer: Staff, moment: dt.datetime, is_open: bool
) -> None:
    assign(as_("ada"), cast, newcomer, "counselor", signs=True)
    join_care_team(patient=cast.pat, staff=newcomer, starts_at=BEGINS, ends_at=ENDS + 30 * DAY, by=TESTER)
    with frozen(moment):
        forget_reach(newcomer)
        assert [allows(newcomer, codename, cast.pat) for codename in ("view_chart", "sign_notes")] == [is_open] * 2


@pytest.mark.parametrize(("moment", "is_open"), AROUND)
def test_leading_a_group_that_week_opens_its_patients_in_it_alone(
    *, cast: Cast, as_: As, newcomer: Staff, moment: dt.datetime, is_open: bool
) -> None:
    assign(as_("ada"), cast, newcomer, "counselor")
    names: dict[str, Any] = {"code": "TUE", "name": "Tuesday", "capacity": 12, "min_size": 1}
    group = open_group(center=cast.center, program=cast.program, by=TESTER, **names)
    enroll(group=group, patient=cast.pat, starts_on=FEBRUARY, by=TESTER)
    appoint_facilitator(group=group, staff=newcomer, starts_on=MONDAY, by=TESTER)
    with frozen(moment):
        forget_reach(newcomer)
        assert allows(newcomer, "view_patient", cast.pat) == is_open
