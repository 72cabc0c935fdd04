"""Episodes, levels of care, care teams, contact points, leaves and tasks over REST."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from backend.api.ids import new_id
from patients.actions import keep_contact_point, raise_task, take_leave
from patients.models import StaffTask
from tests.cast import TESTER, Cast, a_patient

Client = Callable[[str], Any]
API = "/api/v1"
EPISODE_FIELDS = {"id", "center", "patient", "program", "admitted_on", "discharged_on"}


def post(client: Any, path: str, **body: Any) -> Any:
    return client.post(f"{API}/{path}", body, format="json")


@pytest.mark.parametrize(
    ("name", "fields"),
    [("clara", EPISODE_FIELDS | {"discharge_reason", "last_contact_on"}), ("cora", EPISODE_FIELDS)],
)
def test_why_care_ended_is_for_those_who_see_the_chart(cast: Cast, as_: Client, name: str, fields: set[str]) -> None:
    rows = as_(name).get(f"{API}/episodes/", {"patient": cast.pat.pk}).json()["results"]
    assert [set(row) for row in rows] == [fields]


def test_a_patient_is_admitted_discharged_and_back(cast: Cast, as_: Client) -> None:
    client, sue = as_("cora"), as_("sue")
    episode = cast.pat.episodes.get()
    ended = post(client, f"episodes/{episode.pk}/discharge/", on="2026-04-06", reason="1")
    assert (ended.status_code, ended.json()["discharged_on"]) == (200, "2026-04-06")
    again = post(client, "episodes/", patient=str(cast.pat.pk), program=str(cast.program.pk), admitted_on="2026-05-04")
    assert again.status_code == 201
    stays = sue.get(f"{API}/levels-of-care/", {"patient": cast.pat.pk}).json()["results"]
    assert [(stay["starts_on"], stay["ends_on"]) for stay in stays] == [
        ("2026-05-04", None),
        ("2026-01-05", "2026-04-06"),
    ]
    assert post(client, f"episodes/{episode.pk}/undo-discharge/").json()["code"] == "admitted_already"


def test_the_last_contact_is_not_after_the_discharge(cast: Cast, as_: Client) -> None:
    body = {"on": "2026-04-06", "reason": "1", "last_contact_on": "2026-04-07"}
    answer = post(as_("cora"), f"episodes/{cast.pat.episodes.get().pk}/discharge/", **body)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (400, "/last_contact_on")


def test_a_discharge_is_undone(cast: Cast, as_: Client) -> None:
    episode = cast.pat.episodes.get()
    post(as_("cora"), f"episodes/{episode.pk}/discharge/", on="2026-04-06", reason="1")
    assert post(as_("cora"), f"episodes/{episode.pk}/undo-discharge/").json()["discharged_on"] is None


def test_the_level_of_care_changes_within_the_episode(cast: Cast, as_: Client) -> None:
    episode = cast.pat.episodes.get()
    answer = post(as_("clara"), f"episodes/{episode.pk}/change-level/", on="2026-02-02", level_of_care="1.5")
    assert answer.status_code == 200
    assert as_("cora").get(f"{API}/levels-of-care/").json()["results"] == []


@pytest.mark.parametrize("path", ["episodes", "care-team-members", "contact-points", "leaves", "staff-tasks"])
@pytest.mark.parametrize(("name", "count"), [("sue", 2), ("clara", 1), ("vera", 0), ("dora", 0), ("percy", 0)])
def test_lists_hold_what_one_reaches(cast: Cast, as_: Client, path: str, name: str, count: int) -> None:
    for n, patient in enumerate((cast.pat, cast.quinn)):
        keep_contact_point(patient=patient, kind="mobile", value=f"(706) 555-010{n}", by=TESTER)
        take_leave(patient=patient, starts_on=dt.date(2026, 2, 2), ends_on=dt.date(2026, 2, 9), by=TESTER)
        raise_task(center=cast.center, patient=patient, kind="other", subject=f"patient {n}", by=TESTER)
    rows = as_(name).get(f"{API}/{path}/").json()["results"]
    assert sum(row["center"] == str(cast.center.pk) for row in rows) == count


def test_lists_of_care_take_a_constant_number_of_statements(cast: Cast, as_: Client) -> None:
    for n in range(20):
        patient = a_patient(cast.center, cast.program, f"N{n}", "Jamie", f"Sample{n}")
        keep_contact_point(patient=patient, kind="email", value="Jamie@Example.org", by=TESTER)
    for path in ("episodes", "contact-points", "care-team-members"):
        counts = []
        for size in (1, 20):
            with CaptureQueriesContext(connection) as one:
                as_("cora").get(f"{API}/{path}/", {"page_size": size})
            counts.append(len(one))
        assert counts[0] == counts[1] <= 10, path


def test_a_patient_one_does_not_see_reads_like_none_in_every_body(cast: Cast, as_: Client) -> None:
    bodies = {
        "episodes/": {"program": str(cast.program.pk), "admitted_on": "2026-05-04"},
        "care-team-members/": {"staff": str(cast.carl.pk)},
        "contact-points/": {"kind": "mobile", "value": "(706) 555-0142"},
        "leaves/": {"starts_on": "2026-02-02", "ends_on": "2026-02-09"},
    }
    for path, body in bodies.items():
        answers = [post(as_("carl"), path, patient=str(pk), **body) for pk in (cast.pat.pk, new_id())]
        assert (answers[0].status_code, answers[0].content) == (400, answers[1].content), path


def test_a_colleague_joins_a_care_team_and_sees_the_chart_until_it_ends(cast: Cast, as_: Client) -> None:
    body = {"patient": str(cast.pat.pk), "staff": str(cast.carl.pk)}
    joined = post(as_("clara"), "care-team-members/", **body)
    assert joined.status_code == 201
    cast.carl.forget_reach()
    assert cast.carl.has_perm("patients.view_chart", cast.pat)
    assert cast.carl.has_perm("patients.sign_notes", cast.pat)
    assert post(as_("clara"), f"care-team-members/{joined.json()['id']}/end/").status_code == 200
    assert not cast.carl.has_perm("patients.view_chart", cast.pat)


@pytest.mark.parametrize("name", ["cora", "bill", "dora", "vera"])
def test_only_who_treats_patients_joins_a_care_team(cast: Cast, as_: Client, name: str) -> None:
    answer = post(as_("clara"), "care-team-members/", patient=str(cast.pat.pk), staff=str(cast.staff[name].pk))
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (400, "/staff")


def test_nobody_puts_oneself_on_a_care_team(cast: Cast, as_: Client) -> None:
    answer = post(as_("sue"), "care-team-members/", patient=str(cast.pat.pk), staff=str(cast.sue.pk))
    assert answer.json()["code"] == "care_team_of_oneself"


def test_a_membership_that_was_held_stays_on_record(cast: Cast, as_: Client) -> None:
    member = cast.pat.care_team.get()
    answer = post(as_("sue"), f"care-team-members/{member.pk}/end/", at="2020-01-01T00:00:00Z")
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (400, "window_order")
    assert cast.pat.care_team.exists()


def test_a_membership_yet_to_begin_is_taken_back_whole(cast: Cast, as_: Client) -> None:
    body = {"patient": str(cast.pat.pk), "staff": str(cast.carl.pk), "starts_at": "2999-01-01T00:00:00Z"}
    joined = post(as_("clara"), "care-team-members/", **body)
    assert post(as_("clara"), f"care-team-members/{joined.json()['id']}/end/").status_code == 204


def test_a_new_number_replaces_the_one_of_its_kind(cast: Cast, as_: Client) -> None:
    for value in ("(706) 555-0142", "706.555.0143"):
        assert post(as_("cora"), "contact-points/", patient=str(cast.pat.pk), kind="mobile", value=value)
    rows = as_("cora").get(f"{API}/contact-points/", {"in_use": "true"}).json()["results"]
    assert [row["normalized"] for row in rows] == ["+17065550143"]
    assert post(as_("cora"), f"contact-points/{rows[0]['id']}/end/").json()["ended_at"] is not None


def test_a_change_of_nothing_changes_nothing(cast: Cast, as_: Client) -> None:
    point = keep_contact_point(patient=cast.pat, kind="email", value="pat@example.org", by=TESTER)
    path = f"{API}/contact-points/{point.pk}/"
    tag = as_("cora").get(path)["ETag"]
    answer = as_("cora").patch(path, {}, format="json", HTTP_IF_MATCH=tag)
    assert (answer.status_code, answer["ETag"]) == (200, tag)


@pytest.mark.parametrize(("kind", "value"), [("mobile", "call me"), ("mobile", "12"), ("email", "at example")])
def test_what_cannot_be_dialed_is_refused(cast: Cast, as_: Client, kind: str, value: str) -> None:
    answer = post(as_("cora"), "contact-points/", patient=str(cast.pat.pk), kind=kind, value=value)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (400, "/value")


def test_a_corrected_number_takes_messages_again(cast: Cast, as_: Client) -> None:
    point = keep_contact_point(patient=cast.pat, kind="mobile", value="(706) 555-0142", by=TESTER)
    point.suppressed_at, point.suppressed_reason = dt.datetime(2026, 2, 1, tzinfo=dt.UTC), "bounced"
    point.save()
    address = f"{API}/contact-points/{point.pk}/"
    tag = as_("cora").get(address)["ETag"]
    answer = as_("cora").patch(address, {"value": "(706) 555-0149"}, format="json", headers={"If-Match": tag})
    assert (answer.json()["normalized"], answer.json()["suppressed_at"]) == ("+17065550149", None)


def test_a_leave_is_taken_changed_and_ended(cast: Cast, as_: Client) -> None:
    client = as_("clara")
    body = {"patient": str(cast.pat.pk), "starts_on": "2026-02-02", "ends_on": "2026-02-09", "reason": "family"}
    leave = post(client, "leaves/", **body)
    address = f"{API}/leaves/{leave.json()['id']}/"
    longer = client.patch(address, {"ends_on": "2026-02-12"}, format="json", headers={"If-Match": leave["ETag"]})
    assert longer.json()["ends_on"] == "2026-02-12"
    assert client.post(f"{address}end/", {"on": "2026-02-05"}, format="json").json()["ends_on"] == "2026-02-05"
    assert client.post(f"{address}end/", {"on": "2026-02-02"}, format="json").status_code == 204


def test_leaves_do_not_overlap_nor_run_backwards(cast: Cast, as_: Client) -> None:
    body = {"patient": str(cast.pat.pk), "starts_on": "2026-02-02"}
    assert post(as_("cora"), "leaves/", **body, ends_on="2026-02-09").status_code == 201
    assert post(as_("cora"), "leaves/", **body, ends_on="2026-02-03").json()["code"] == "leaves_overlap"
    assert post(as_("cora"), "leaves/", **body, ends_on="2026-02-02").json()["errors"][0]["pointer"] == "/ends_on"


def test_the_reason_of_a_leave_is_for_those_who_see_the_chart(cast: Cast, as_: Client) -> None:
    take_leave(patient=cast.pat, starts_on=dt.date(2026, 2, 2), ends_on=dt.date(2026, 2, 9), reason="detox", by=TESTER)
    assert "reason" not in as_("cora").get(f"{API}/leaves/").json()["results"][0]


def test_a_hidden_reason_cannot_be_guessed_by_a_tag_that_stays(cast: Cast, as_: Client) -> None:
    leave = take_leave(
        patient=cast.pat, starts_on=dt.date(2026, 2, 2), ends_on=dt.date(2026, 2, 9), reason="detox", by=TESTER
    )
    cora, path = as_("cora"), f"{API}/leaves/{leave.pk}/"
    for guess in ("detox", "family"):
        tag = cora.get(path).headers["ETag"]
        assert cora.patch(path, {"reason": guess}, headers={"If-Match": tag}).headers["ETag"] != tag


def test_a_task_is_done_and_reopened(cast: Cast, as_: Client) -> None:
    task = raise_task(center=cast.center, kind=StaffTask.Kind.OTHER, subject="x 1", by=TESTER)
    client = as_("cora")
    assert post(client, f"staff-tasks/{task.pk}/done/").json()["done_at"] is not None
    assert client.get(f"{API}/staff-tasks/", {"open": "true"}).json()["results"] == []
    assert post(client, f"staff-tasks/{task.pk}/done/").json()["code"] == "task_done_already"
    assert post(client, f"staff-tasks/{task.pk}/reopen/").json()["done_at"] is None
    assert post(client, f"staff-tasks/{task.pk}/reopen/").json()["code"] == "task_open_already"


@pytest.mark.parametrize(
    ("path", "query", "count"),
    [
        ("episodes", {"in_care_on": "2026-01-05"}, 2),
        ("episodes", {"in_care_on": "2026-01-04"}, 0),
        ("leaves", {"on": "2026-02-08"}, 1),
        ("leaves", {"on": "2026-02-09"}, 0),
        ("care-team-members", {"ends_after": "2026-12-01T00:00:00Z"}, 2),
    ],
)
def test_lists_are_asked_for_a_day(cast: Cast, as_: Client, path: str, query: dict[str, str], count: int) -> None:
    take_leave(patient=cast.pat, starts_on=dt.date(2026, 2, 2), ends_on=dt.date(2026, 2, 9), by=TESTER)
    assert len(as_("cora").get(f"{API}/{path}/", query).json()["results"]) == count


def test_what_took_its_object_away_is_answered_again(cast: Cast, as_: Client) -> None:
    leave = take_leave(patient=cast.pat, starts_on=dt.date(2027, 3, 1), ends_on=dt.date(2027, 3, 5), by=TESTER)
    path, key = f"{API}/leaves/{leave.pk}/end/", {"HTTP_IDEMPOTENCY_KEY": "end-1"}
    answers = [as_("cora").post(path, {"on": "2027-03-01"}, format="json", **key) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [204, 204]
    assert answers[1]["Idempotent-Replayed"] == "true"
    assert as_("sue").post(path, {"on": "2027-03-01"}, format="json", **key).status_code == 404
