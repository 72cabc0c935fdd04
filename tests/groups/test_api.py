"""Groups over REST: rosters of any day, enrolling and withdrawing, and who may."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from audit.models import LogEntry
from backend.api import clock
from backend.api.ids import new_id
from centers.wall_time import instant
from groups.actions import appoint_facilitator, enroll
from groups.models import TherapyGroup
from tests.cast import TESTER, Cast
from tests.groups.conftest import a_group, in_care

Client = Callable[[str], Any]
API = "/api/v1"
DAY = dt.date(2026, 2, 3)
LATER = dt.date(2026, 3, 3)


def post(client: Any, path: str, **body: Any) -> Any:
    return client.post(f"{API}/{path}", body, format="json")


def roster(client: Any, group: TherapyGroup, day: dt.date | None = None) -> Any:
    return client.get(f"{API}/groups/{group.pk}/roster/", {"at": day} if day else {})


def mrns(answer: Any) -> list[str]:
    return [row["mrn"] for row in answer.json()["patients"]]


def test_a_coordinator_opens_a_group(cast: Cast, as_: Client) -> None:
    body = {"code": "WED", "name": "Wednesday", "capacity": 12, "min_size": 3}
    places = {"center": str(cast.center.pk), "program": str(cast.program.pk)}
    opened = post(as_("cora"), "groups/", **places, **body)
    assert (opened.status_code, opened.json()["membership"]) == (201, "open")
    assert post(as_("cora"), "groups/", **places, **body).status_code == 409


@pytest.mark.parametrize(("name", "status"), [("clara", 403), ("ada", 403), ("vera", 400), ("nobody", 401)])
def test_opening_needs_the_roster_of_the_center(cast: Cast, as_: Client, name: str, status: int) -> None:
    body = {"code": "WED", "name": "Wednesday", "capacity": 12, "min_size": 3}
    places = {"center": str(cast.center.pk), "program": str(cast.program.pk)}
    assert post(as_(name), "groups/", **places, **body).status_code == status


def test_a_group_is_changed_by_who_has_read_it(cast: Cast, as_: Client, group: TherapyGroup) -> None:
    address = f"{API}/groups/{group.pk}/"
    tag = as_("cora").get(address)["ETag"]
    answers = [
        as_("cora").patch(address, {"capacity": seats}, format="json", headers={"If-Match": tag}) for seats in (5, 6)
    ]
    assert [answer.status_code for answer in answers] == [200, 412]


def test_a_patient_is_enrolled_withdrawn_and_reinstated(cast: Cast, as_: Client, group: TherapyGroup) -> None:
    client = as_("cora")
    enrolled = post(client, f"groups/{group.pk}/enroll/", patient=str(cast.pat.pk), starts_on="2026-02-03")
    assert enrolled.status_code == 201
    assert client.get(enrolled["Location"]).json() == enrolled.json()
    address = f"enrollments/{enrolled.json()['id']}"
    assert post(client, f"{address}/withdraw/", on="2026-03-03", reason="moved").json()["ends_on"] == "2026-03-03"
    assert [mrns(roster(client, group, day)) for day in (DAY, LATER)] == [["000731"], []]
    assert post(client, f"{address}/reinstate/").json()["ends_on"] is None
    assert post(client, f"{address}/withdraw/", on="2026-02-03").json()["code"] == "enrollment_has_begun"
    assert mrns(roster(client, group, DAY)) == ["000731"]


def test_the_roster_of_today_is_that_of_the_centers_zone(cast: Cast, as_: Client, group: TherapyGroup) -> None:
    day = clock.now().date() + dt.timedelta(days=30)
    midnight = instant("America/New_York", day, dt.time())
    enroll(group=group, patient=cast.pat, starts_on=day, by=TESTER)
    with clock.frozen(midnight - dt.timedelta(minutes=1)):
        assert (roster(as_("cora"), group).json()["at"], mrns(roster(as_("cora"), group))) == (
            str(day - dt.timedelta(days=1)),
            [],
        )
    with clock.frozen(midnight):
        assert mrns(roster(as_("cora"), group)) == ["000731"]


@pytest.mark.parametrize(
    ("name", "seen"), [("cora", ["731", "000731"]), ("bill", ["731", "000731"]), ("clara", ["000731"])]
)
def test_a_roster_shows_whom_one_may_know_of(
    cast: Cast, as_: Client, group: TherapyGroup, name: str, seen: list[str]
) -> None:
    for patient in (cast.pat, cast.quinn):
        enroll(group=group, patient=patient, starts_on=DAY, by=TESTER)
    assert mrns(roster(as_(name), group, DAY)) == seen


def test_a_facilitator_sees_the_whole_roster(cast: Cast, as_: Client, group: TherapyGroup) -> None:
    for patient in (cast.pat, cast.quinn):
        enroll(group=group, patient=patient, starts_on=DAY, by=TESTER)
    appoint_facilitator(group=group, staff=cast.carl, starts_on=DAY, by=TESTER)
    assert mrns(roster(as_("carl"), group, DAY)) == ["731", "000731"]
    names = {entry.actor_name: entry.patients for entry in LogEntry.objects.filter(kind="read")}
    assert set(names["Carl Caster"]) == {cast.pat.pk, cast.quinn.pk}


@pytest.mark.parametrize(
    ("name", "status"), [("dora", 403), ("ada", 403), ("percy", 403), ("vera", 404), ("root", 404)]
)
def test_a_roster_is_for_who_sees_schedules(
    cast: Cast, as_: Client, group: TherapyGroup, name: str, status: int
) -> None:
    assert roster(as_(name), group, DAY).status_code == status


def test_a_group_elsewhere_reads_like_none(cast: Cast, as_: Client, group: TherapyGroup) -> None:
    body = {"patient": str(cast.stranger.pk), "starts_on": "2026-02-03"}
    for path in ("", "roster/", "enroll/"):
        method = "post" if path == "enroll/" else "get"
        unseen, absent = (
            getattr(as_("vera"), method)(
                f"{API}/groups/{pk}/{path}", body if path == "enroll/" else None, format="json"
            )
            for pk in (group.pk, new_id())
        )
        assert (unseen.status_code, unseen.content) == (404, absent.content), path


def test_a_patient_elsewhere_reads_like_none(cast: Cast, as_: Client, group: TherapyGroup) -> None:
    answers = [
        post(as_("cora"), f"groups/{group.pk}/enroll/", patient=str(pk), starts_on="2026-02-03")
        for pk in (cast.stranger.pk, new_id())
    ]
    assert (answers[0].status_code, answers[0].content) == (400, answers[1].content)


def test_a_full_group_is_a_conflict(cast: Cast, as_: Client) -> None:
    group = a_group(cast, capacity=1)
    enroll(group=group, patient=cast.quinn, starts_on=DAY, by=TESTER)
    answer = post(as_("cora"), f"groups/{group.pk}/enroll/", patient=str(cast.pat.pk), starts_on="2026-02-03")
    assert (answer.status_code, answer.json()["code"]) == (409, "group_full")


def test_a_retried_enrollment_is_made_once(cast: Cast, as_: Client, group: TherapyGroup) -> None:
    body = {"patient": str(cast.pat.pk), "starts_on": "2026-02-03"}
    address, key = f"{API}/groups/{group.pk}/enroll/", {"Idempotency-Key": "enroll-pat-1"}
    first, second = (as_("cora").post(address, body, format="json", headers=key) for _ in range(2))
    assert (first.status_code, second.status_code, second.json()) == (201, 201, first.json())


@pytest.mark.parametrize(("name", "status"), [("clara", 403), ("bill", 403), ("vera", 404)])
def test_only_who_manages_rosters_enrolls(cast: Cast, as_: Client, group: TherapyGroup, name: str, status: int) -> None:
    answer = post(as_(name), f"groups/{group.pk}/enroll/", patient=str(cast.pat.pk), starts_on="2026-02-03")
    assert answer.status_code == status


def test_why_an_enrollment_ended_is_for_those_who_keep_rosters(cast: Cast, as_: Client, group: TherapyGroup) -> None:
    enroll(group=group, patient=cast.pat, starts_on=DAY, by=TESTER)
    shown = {name: as_(name).get(f"{API}/enrollments/", {"on": DAY}).json()["results"] for name in ("cora", "bill")}
    assert ["reason" in rows[0] for rows in shown.values()] == [True, False]


def test_a_facilitator_is_appointed_and_ended(cast: Cast, as_: Client, group: TherapyGroup) -> None:
    body = {"group": str(group.pk), "staff": str(cast.carl.pk), "starts_on": "2026-02-03"}
    leads = post(as_("cora"), "facilitators/", **body)
    assert (leads.status_code, leads.json()["role"]) == (201, "lead")
    address = f"facilitators/{leads.json()['id']}/end/"
    assert post(as_("cora"), address, on="2026-03-03").json()["ends_on"] == "2026-03-03"
    assert as_("clara").get(f"{API}/facilitators/", {"on": "2026-03-03"}).json()["results"] == []
    assert post(as_("cora"), address, on="2026-02-03").status_code == 204


@pytest.mark.parametrize("name", ["vera", "ada", "percy", "dora", "bill", None])
def test_who_treats_nobody_here_leads_no_group(cast: Cast, as_: Client, group: TherapyGroup, name: str | None) -> None:
    staff = cast.staff[name].pk if name else new_id()
    answer = post(as_("cora"), "facilitators/", group=str(group.pk), staff=str(staff), starts_on="2026-02-03")
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (400, "does_not_exist")


def test_longer_lists_and_rosters_take_as_many_statements(cast: Cast, as_: Client) -> None:
    group = a_group(cast, capacity=30)
    paths = ("groups/", "enrollments/", "facilitators/", f"groups/{group.pk}/roster/?at=2026-02-03")
    counts: dict[str, list[int]] = {path: [] for path in paths}
    for patients in ([cast.pat], in_care(cast, 19)):
        for patient in patients:
            enroll(group=group, patient=patient, starts_on=DAY, by=TESTER)
        for path in paths:
            with CaptureQueriesContext(connection) as taken:
                as_("cora").get(f"{API}/{path}")
            counts[path].append(len(taken))
    assert all(few == many <= 10 for few, many in counts.values()), counts
