"""Reviewers read the log of their center; nobody else does, nobody writes it, and reading it leaves a trace."""

import datetime as dt
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from pytest_django import DjangoAssertNumQueries
from rest_framework.test import APIClient

from audit.models import LogEntry
from audit.serializers import AccessReportSerializer
from backend.api.clock import frozen, now
from backend.api.grants import GrantKey, Ground, grant
from backend.api.ids import new_id
from backend.api.recorder import Actor, ActorContext, Event, acting_as, record
from centers.models import Center, Staff

pytestmark = pytest.mark.django_db
ADDRESS = "/api/v1/audit-entries/"
NOON = dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)
Write = Callable[..., UUID]


def make_center(name: str) -> Center:
    days = {"calendar_from": dt.date(2026, 1, 5), "calendar_to": dt.date(2026, 6, 29)}
    with acting_as(Actor("system:test", "test")):
        return Center.objects.create(name=name, discreet_name=name, timezone="America/Chicago", country="US", **days)


def make_staff(name: str, center: Center, *codenames: str) -> Staff:
    with acting_as(Actor("system:test", "test")):
        staff = Staff.objects.create_user(f"{name}@example.org", first_name=name, last_name="Example")
        for codename in codenames:
            key = GrantKey("user", staff.pk, codename, "centers.Center", center.pk, now())
            grant(ground=Ground("test", new_id()), key=key, center_id=None)
    return staff


@pytest.fixture
def harbor() -> Center:
    return make_center("Harbor")


@pytest.fixture
def officer(harbor: Center) -> APIClient:
    client = APIClient()
    client.force_authenticate(make_staff("olga", harbor, "review_access"))
    return client


@pytest.fixture
def write(harbor: Center, acting: ActorContext) -> Write:
    def write_one(action: str = "read", *patients: UUID, at: dt.datetime | None = None, **fields: Any) -> UUID:
        with frozen(at or now()):
            record(Event(action, **{"center_id": harbor.pk, "patient_ids": patients, **fields}))
        return LogEntry.objects.latest("id").id  # ids grow with time

    return write_one


def found(client: APIClient, **query: Any) -> set[str]:
    response = client.get(ADDRESS, query)
    assert response.status_code == 200, response.content
    return {entry["id"] for entry in response.json()["results"]}


def test_an_entry_says_who_did_what_about_whom(officer: APIClient, write: Write, acting: ActorContext) -> None:
    patient = new_id()
    entry = write("read", patient, at=NOON, kind="patients.patient", object_id=str(patient), purpose="treatment")
    shown = officer.get(f"{ADDRESS}{entry}/").json()
    expected = {
        "at": "2026-03-02T12:00:00Z",
        "actor_id": acting.actor.id,
        "actor_name": "Nora Nurse",
        "actor_role": "counselor",
        "kind": "read",
        "patients": [str(patient)],
        "object_type": "patients.patient",
        "object_id": str(patient),
        "purpose": "treatment",
        "request_id": "req-1",
    }
    assert {name: shown[name] for name in expected} == expected
    assert len(shown["leaf"]) == 64


def test_reviewers_see_their_center_only(officer: APIClient, write: Write) -> None:
    own, elsewhere = write(), write(center_id=make_center("Far").pk)
    nowhere = write(center_id=None)
    seen = found(officer)
    assert str(own) in seen
    assert not {str(elsewhere), str(nowhere)} & seen
    assert officer.get(f"{ADDRESS}{elsewhere}/").status_code == 404


@pytest.mark.parametrize("codenames", [(), ("view_patient", "view_schedule", "manage_staff")])
def test_nobody_else_sees_any(harbor: Center, write: Write, codenames: tuple[str, ...]) -> None:
    entry = write()
    client = APIClient()
    client.force_authenticate(make_staff("carl", harbor, *codenames))
    assert found(client) == set()
    assert client.get(f"{ADDRESS}{entry}/").status_code == 404


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_nobody_writes(officer: APIClient, write: Write, method: str) -> None:
    entry = write()
    for address in (ADDRESS, f"{ADDRESS}{entry}/"):
        response = getattr(officer, method)(address, {}, format="json", headers={"If-Match": "*"})
        assert response.status_code == 405


def test_filters_choose(officer: APIClient, write: Write, acting: ActorContext, harbor: Center) -> None:
    patient = new_id()
    first = str(write("read", patient, at=NOON))
    second = str(write("sign_in", at=NOON + dt.timedelta(hours=1)))
    assert found(officer, patient=patient) == {first}
    assert found(officer, kind="sign_in") == {second}
    assert found(officer, action="sign_in") == {second}
    assert {first, second} <= found(officer, actor=acting.actor.id, center=harbor.pk)
    assert found(officer, actor="system:nobody") == set()
    assert found(officer, **{"from": "2026-03-02T12:00:00Z", "to": "2026-03-02T13:00:00Z"}) == {first}


@pytest.mark.parametrize(
    "query", [{"kind": "gossip"}, {"patient": "Jane"}, {"from": "2026-03-02"}, {"q": "Jane"}, {"cursor": "x"}]
)
def test_bad_filters_are_refused_and_not_repeated(officer: APIClient, query: dict[str, str]) -> None:
    response = officer.get(ADDRESS, query)
    assert response.status_code == 400
    assert response.headers["Content-Type"] == "application/problem+json"
    assert "Jane" not in response.content.decode()


def test_pages_run_from_the_latest_back(officer: APIClient, write: Write) -> None:
    written = [str(write(at=NOON + dt.timedelta(minutes=minute))) for minute in range(5)]
    window: dict[str, Any] = {"to": "2026-03-03T00:00:00Z", "page_size": 2}
    page = officer.get(ADDRESS, window).json()
    seen = [entry["id"] for entry in page["results"]]
    while page["next"]:
        page = officer.get(page["next"]).json()
        seen += [entry["id"] for entry in page["results"]]
    assert seen == written[::-1]


def test_reading_the_log_is_logged(officer: APIClient, write: Write, harbor: Center) -> None:
    patient = new_id()
    write("read", patient, at=NOON)
    found(officer, patient=patient)
    trace = LogEntry.objects.filter(object_type="audit.logentry").get()
    assert (trace.action, trace.actor_name, trace.center_id) == ("read", "olga Example", harbor.pk)
    assert (trace.patients, trace.details) == ([patient], {"count": 1, "parameters": ["patient"]})


def test_asking_for_what_is_not_there_is_logged_too(officer: APIClient) -> None:
    found(officer, kind="disclosure")
    assert LogEntry.objects.filter(object_type="audit.logentry", details__contains='"count":0').exists()


@pytest.mark.parametrize("rows", [1, 20])
def test_a_page_costs_the_same_whatever_it_holds(
    officer: APIClient, write: Write, rows: int, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(rows):
        write("read", new_id(), at=NOON)
    with django_assert_max_num_queries(8):
        found(officer, to="2026-03-03T00:00:00Z")


def test_a_refusal_is_logged_after_the_rollback(officer: APIClient, write: Write) -> None:
    elsewhere = write(center_id=make_center("Far").pk)
    officer.get(f"{ADDRESS}{elsewhere}/")
    refused = LogEntry.objects.get(kind="refuse")
    assert (refused.outcome, refused.object_pk, refused.details["status"]) == ("not_found", str(elsewhere), 404)


def test_the_access_report_names_who_role_what_when_and_why(write: Write) -> None:
    patient = new_id()
    write("read", patient, new_id(), at=NOON, kind="patients.patient", purpose="treatment")
    write("export", patient, at=NOON + dt.timedelta(days=1))
    write("read", new_id(), at=NOON)
    lines = AccessReportSerializer(LogEntry.objects.access_report(patient), many=True).data
    assert [line["what"] for line in lines] == ["export", "read"]
    assert dict(lines[1]) == {
        "who": "Nora Nurse",
        "role": "counselor",
        "what": "read",
        "about": "patients.patient",
        "outcome": "ok",
        "when": "2026-03-02T12:00:00Z",
        "why": "treatment",
        "request": "req-1",
    }
