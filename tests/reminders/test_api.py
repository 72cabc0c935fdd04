"""Reminders over REST: who sees which, what one shows, and who may switch a center's sending."""

from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from audit.models import LogEntry
from backend.api.clock import frozen
from backend.api.ids import new_id
from reminders.actions import add_rule, switch_sending
from reminders.delivering import deliver
from reminders.models import Reminder
from scheduling.models import Series
from tests.cast import Cast
from tests.factories import ContactPointFactory
from tests.reminders.world import DUE, MOBILE, NOW, TESTER, World, a_session, answer

WINDOW = {"from": "2026-06-01T00:00:00Z", "to": "2026-07-01T00:00:00Z"}
As = Callable[[str], APIClient]


@pytest.fixture
def sent(cast: Cast) -> Reminder:
    """Pat was reminded; Quinn's reminder waits."""
    patients = [cast.pat, cast.quinn]
    for number, patient in enumerate(patients):
        ContactPointFactory(patient=patient, value=MOBILE, normalized=f"+1706555010{number}")
        answer(patient, given=True)
    series = Series.objects.create(center=cast.center, code="EVE", form="group", seats=9)
    add_rule(center=cast.center, offset_hours=24, by=TESTER)
    world = World(cast.center, series, patients)
    a_session(world)
    with frozen(NOW):
        switch_sending(center=cast.center, on=True, by=TESTER)
    reminder = Reminder.objects.get(patient=cast.pat)
    claims = {claim.reminder: claim for claim in world.claim()}
    with frozen(DUE):
        deliver(*claims[reminder.pk])
    reminder.refresh_from_db()
    return reminder


def post(api: APIClient, path: str, body: dict[str, Any]) -> Any:
    return api.post(path, body, format="json", headers={"Idempotency-Key": str(new_id())})


def listed(api: APIClient, **query: str) -> list[dict[str, Any]]:
    response = api.get("/api/v1/reminders/", WINDOW | query)
    assert response.status_code == 200, response.content
    found: list[dict[str, Any]] = response.json()["results"]
    return found


@pytest.mark.parametrize(
    ("name", "count"),
    [("cora", 2), ("sue", 2), ("clara", 1), ("carl", 1), ("ada", 0), ("percy", 0), ("root", 0), ("vera", 0)],
)
def test_everybody_sees_the_reminders_of_their_own_patients(sent: Reminder, as_: As, name: str, count: int) -> None:
    assert len(listed(as_(name))) == count


def test_a_list_wants_a_window(sent: Reminder, as_: As) -> None:
    assert as_("cora").get("/api/v1/reminders/").status_code == 400


def test_a_list_is_narrowed_by_patient_and_state(cast: Cast, sent: Reminder, as_: As) -> None:
    assert [each["id"] for each in listed(as_("cora"), patient=str(cast.pat.pk))] == [str(sent.pk)]
    assert [each["patient"] for each in listed(as_("cora"), state="claimed")] == [str(cast.quinn.pk)]


def test_the_statements_of_a_list_do_not_grow_with_it(
    cast: Cast, sent: Reminder, as_: As, django_assert_max_num_queries: Any
) -> None:
    with django_assert_max_num_queries(8):
        listed(as_("cora"))


def test_one_reminder_shows_its_attempts_and_no_address(sent: Reminder, as_: As) -> None:
    response = as_("clara").get(f"/api/v1/reminders/{sent.pk}/")
    body = response.json()
    assert (body["state"], [each["outcome"] for each in body["attempts"]]) == ("delivered", ["delivered"])
    assert "+1706" not in response.content.decode()
    assert response.headers["ETag"]


def test_a_colleagues_patient_is_as_good_as_not_there(sent: Reminder, as_: As) -> None:
    assert as_("carl").get(f"/api/v1/reminders/{sent.pk}/").status_code == 404


def test_reading_a_reminder_is_logged_with_its_patient(cast: Cast, sent: Reminder, as_: As) -> None:
    as_("clara").get(f"/api/v1/reminders/{sent.pk}/")
    entry = LogEntry.objects.filter(actor_id=str(cast.clara.pk), object_type="reminders.reminder").latest("at")
    assert entry.patients == [cast.pat.pk]


def test_a_coordinator_adds_a_rule_and_takes_it_back(cast: Cast, as_: As) -> None:
    api = as_("cora")
    made = post(api, "/api/v1/reminder-rules/", {"center": str(cast.center.pk), "offset_hours": 3})
    assert made.status_code == 201, made.content
    path = made.headers["Location"]
    assert [each["offset_hours"] for each in api.get("/api/v1/reminder-rules/").json()["results"]] == [3]
    assert api.delete(path).status_code == 428
    assert api.delete(path, headers={"If-Match": made.headers["ETag"]}).status_code == 204
    assert api.get(path).status_code == 404


def test_a_rule_stands_once(cast: Cast, as_: As) -> None:
    body = {"center": str(cast.center.pk), "offset_hours": 3}
    post(as_("cora"), "/api/v1/reminder-rules/", body)
    refused = post(as_("cora"), "/api/v1/reminder-rules/", body)
    assert (refused.status_code, refused.json()["code"]) == (409, "reminder_rule_taken")


@pytest.mark.parametrize("hours", [0, 337, "soon", None])
def test_a_rule_out_of_range_is_refused(cast: Cast, as_: As, hours: object) -> None:
    body = {"center": str(cast.center.pk), "offset_hours": hours}
    assert post(as_("cora"), "/api/v1/reminder-rules/", body).status_code == 400


def test_a_coordinator_switches_sending_on_and_off(cast: Cast, as_: As) -> None:
    api, center = as_("cora"), str(cast.center.pk)
    for on in (True, False):
        switched = post(api, "/api/v1/reminder-switches/", {"center": center, "on": on})
        assert (switched.status_code, switched.json()["on"]) == (201, on)
    assert [each["on"] for each in api.get("/api/v1/reminder-switches/").json()["results"]] == [False]


@pytest.mark.parametrize("name", ["clara", "sue", "ada", "percy", "vera", "root", "nobody"])
def test_nobody_else_switches_sending(cast: Cast, as_: As, name: str) -> None:
    refused = post(as_(name), "/api/v1/reminder-switches/", {"center": str(cast.center.pk), "on": True})
    assert refused.status_code in {400, 401, 403}
    cast.center.refresh_from_db()
    assert cast.center.sending_since is None


def test_a_switch_of_another_center_is_out_of_reach(cast: Cast, as_: As) -> None:
    refused = post(as_("cora"), "/api/v1/reminder-switches/", {"center": str(cast.elsewhere.pk), "on": True})
    assert refused.status_code == 400
