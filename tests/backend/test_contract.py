"""The request contract on real rows: scope first, one error shape, tags, replays, and a record of everything."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from pytest_django import DjangoAssertNumQueries, Settings
from rest_framework import serializers
from rest_framework.test import APIClient

from backend.api import recorder
from backend.api.errors import register_constraint
from backend.api.grants import revoke
from backend.api.ids import new_id
from backend.api.models import StoredAnswer
from backend.api.recorder import Event
from backend.api.serializers import FROM_QUERY, StrictSerializer
from centers.models import Center, Room, Staff
from patients.models import Patient
from tests.backend.conftest import Give, a_patient

pytestmark = pytest.mark.urls("tests.backend.routes")
PROBLEM = "application/problem+json"
CANARY = "Quillfeather"


def url(patient: Any, tail: str = "") -> str:
    return f"/api/v1/patients/{getattr(patient, 'pk', patient)}/{tail}"


@pytest.fixture
def reader(staff: Staff, center: Center, give: Give) -> Staff:
    give(staff, center, "find_patient", "view_patient", "manage_patient", "manage_center")
    return staff


def assert_problem(response: Any, status: int, code: str) -> None:
    assert (response.status_code, response.headers["Content-Type"]) == (status, PROBLEM)
    body = response.json()
    assert (body["status"], body["code"], body["type"]) == (status, code, f"/problems/{code}")
    assert CANARY not in response.content.decode()


# --- who sees what ---


def test_without_credentials_the_answer_is_401(db: None, patient: Patient, events: list[Event]) -> None:
    response = APIClient().get(url(patient))
    assert_problem(response, 401, "not_authenticated")
    assert response.headers["WWW-Authenticate"]
    assert events == []


def test_an_unseen_patient_answers_byte_for_byte_like_an_absent_one(
    reader: Staff, stranger: Patient, api: APIClient
) -> None:
    for method, body in (("get", None), ("patch", {"nonsense": CANARY}), ("put", {})):
        unseen, absent = (getattr(api, method)(url(one), body) for one in (stranger, new_id()))
        assert_problem(unseen, 404, "not_found")
        assert unseen.content == absent.content
        assert unseen.headers.keys() == absent.headers.keys()


def test_an_address_nobody_routes_is_a_problem_document(api: APIClient) -> None:
    assert_problem(api.get("/api/v1/nothing/"), 404, "not_found")
    assert_problem(api.get("/api/v1/patients/not-an-id/"), 404, "not_found")


def test_who_may_read_but_not_change_gets_403(
    staff: Staff, patient: Patient, give: Give, api: APIClient, events: list[Event]
) -> None:
    give(staff, patient, "view_patient")
    assert_problem(api.patch(url(patient), {}), 403, "permission_denied")
    assert [event.outcome for event in events] == ["permission_denied"]


def test_an_action_without_codename_is_refused(reader: Staff, patient: Patient, api: APIClient) -> None:
    assert_problem(api.post(url(patient, "undeclared/")), 405, "method_not_allowed")
    assert_problem(api.delete("/api/v1/rooms/"), 405, "method_not_allowed")
    assert_problem(api.options(url(patient)), 405, "method_not_allowed")


def test_fields_follow_the_codename(staff: Staff, reader: Staff, patient: Patient, give: Give, api: APIClient) -> None:
    narrow = api.get(url(patient))
    give(staff, patient, "view_chart")
    wide = api.get(url(patient))
    assert "birth_date" not in narrow.json()
    assert wide.json()["birth_date"] == "1990-02-03"
    assert narrow.headers["ETag"] != wide.headers["ETag"]


def test_who_may_create_nowhere_learns_nothing_about_bodies(staff: Staff, api: APIClient, events: list[Event]) -> None:
    assert_problem(api.post("/api/v1/rooms/", {"nonsense": 1}), 403, "permission_denied")


def test_a_center_out_of_reach_reads_like_none_at_all(reader: Staff, elsewhere: Center, api: APIClient) -> None:
    body = {"code": "R1", "name": "Oak", "capacity": 5}
    unseen, absent = (api.post("/api/v1/rooms/", {**body, "center": str(pk)}) for pk in (elsewhere.pk, new_id()))
    assert_problem(unseen, 400, "validation_failed")
    assert unseen.json()["errors"][0] | {"detail": ""} == {"pointer": "/center", "code": "does_not_exist", "detail": ""}
    assert unseen.content == absent.content
    assert not Room.objects.exists()


# --- what was sent ---


@pytest.mark.parametrize(
    ("body", "faults"),
    [
        ({"contact_preference": CANARY}, {("/contact_preference", "invalid_choice")}),
        ({CANARY: 1}, {("", "unknown_field")}),
        ({"first_name": CANARY * 50}, {("/first_name", "max_length")}),
        ({"first_name": None, "last_name": ""}, {("/first_name", "null"), ("/last_name", "blank")}),
        ([CANARY], {("", "invalid")}),
        (
            {"first_name": 17, "contact_preference": 1.5},
            {("/first_name", "invalid"), ("/contact_preference", "invalid_choice")},
        ),
    ],
)
def test_faults_are_named_by_pointer_and_code_and_echo_nothing(
    reader: Staff, patient: Patient, api: APIClient, body: Any, faults: set[tuple[str, str]]
) -> None:
    tag = api.get(url(patient)).headers["ETag"]
    response = api.patch(url(patient), body, headers={"If-Match": tag})
    assert_problem(response, 400, "validation_failed")
    assert {(fault["pointer"], fault["code"]) for fault in response.json()["errors"]} == faults


def test_a_moment_needs_its_offset_and_every_field_is_asked_for(
    reader: Staff, patient: Patient, api: APIClient
) -> None:
    naive = api.post(url(patient, "note/"), {"at": "2026-03-01T09:00:00", "words": "x"})
    assert [fault["code"] for fault in naive.json()["errors"]] == ["naive"]
    assert [fault["code"] for fault in api.post(url(patient, "note/"), {}).json()["errors"]] == ["required"] * 2


class OfEachType(StrictSerializer):
    words = serializers.ListField(child=serializers.CharField())
    number = serializers.IntegerField()
    truth = serializers.BooleanField()
    weekday = serializers.ChoiceField([(0, "Monday"), (1, "Tuesday")], default=1)
    pk = serializers.UUIDField()


RIGHT: dict[str, Any] = {"words": ["one"], "number": 1, "truth": True, "pk": "01980f6e-0b01-7bbb-9e1f-2a3b4c5d6e04"}


@pytest.mark.parametrize(
    ("name", "value"),
    [("words", [1]), ("number", "1"), ("number", True), ("truth", "true"), ("truth", 1), ("truth", 0.0), ("pk", 7)],
)
def test_no_value_is_taken_for_one_of_another_type(name: str, value: Any) -> None:
    assert OfEachType(data=RIGHT | {"weekday": 0}).is_valid()
    assert not OfEachType(data=RIGHT | {"weekday": "0"}).is_valid()
    reader = OfEachType(data=RIGHT | {name: value})
    assert not reader.is_valid()
    assert {code: [fault.code for fault in faults] for code, faults in reader.errors.items()} == {name: ["invalid"]}


def test_a_query_is_text_throughout() -> None:
    query = {"words": ["one"], "number": "1", "truth": "true", "pk": RIGHT["pk"]}
    assert OfEachType(data=query, context={FROM_QUERY: True}).is_valid()


def test_bodies_of_another_type_are_415(reader: Staff, patient: Patient, api: APIClient) -> None:
    file = SimpleUploadedFile("x.txt", b"x")
    response = api.post(url(patient, "note/"), {"at": file}, format="multipart")
    assert_problem(response, 415, "unsupported_media_type")


@pytest.mark.parametrize(
    "query", ["?nonsense=1", "?page_size=0", "?page_size=101", "?page_size=x", "?cursor=zz", "?center=1", "?mrn="]
)
def test_queries_that_are_not_declared_are_refused(reader: Staff, api: APIClient, query: str) -> None:
    assert_problem(api.get(f"/api/v1/patients/{query}"), 400, "validation_failed")


def test_detail_routes_take_no_parameters(reader: Staff, patient: Patient, api: APIClient) -> None:
    assert_problem(api.get(url(patient, "?expand=1")), 400, "validation_failed")
    assert_problem(api.get("/api/v1/patients/?mrn=1&mrn=2"), 400, "validation_failed")


@pytest.mark.parametrize(
    "path", ["/api/v1/patients/%00", "/api/v1/%ff", "/api/v1/patients/?mrn=%00", "/api/v1/?mrn=%ff"]
)
def test_unreadable_bytes_are_refused_before_anything_else(api: APIClient, path: str) -> None:
    assert_problem(api.get(path), 400, "forbidden_character")


def test_the_query_of_an_action_is_read_by_its_serializer(
    reader: Staff, patient: Patient, api: APIClient, events: list[Event]
) -> None:
    assert api.get(url(patient, "visits/?at=2026-03-01T09:00:00Z")).json() == {"at": "2026-03-01T09:00:00+00:00"}
    assert [event.patient_ids for event in events] == [(patient.pk,)]
    assert_problem(api.get(url(patient, "visits/?at=now")), 400, "validation_failed")
    assert_problem(api.get(url(patient, "visits/?at=now&to=now")), 400, "validation_failed")


def test_what_a_reader_may_not_write_is_named(reader: Staff, patient: Patient, api: APIClient) -> None:
    room = {"id": str(new_id()), "center": str(patient.center_id), "code": "R", "name": "Oak", "capacity": 1}
    faults = api.post("/api/v1/rooms/", room).json()["errors"]
    assert [(fault["pointer"], fault["code"]) for fault in faults] == [("", "unknown_field")]


# --- failures ---


@pytest.mark.parametrize(
    ("how", "status", "code"),
    [
        ("refused", 409, "roster_full"),
        ("broken", 500, "internal_error"),
        ("outage", 503, "unavailable"),
        ("overflow", 400, "value_out_of_range"),
        ("locked", 409, "busy"),
        ("deadlock", 409, "busy"),
        ("trigger", 409, "room_taken"),
        ("constraint", 409, "room_taken"),
    ],
)
def test_a_failure_is_a_problem_document_and_stores_nothing(
    reader: Staff, patient: Patient, api: APIClient, events: list[Event], *, how: str, status: int, code: str
) -> None:
    register_constraint("room_is_taken", "room_taken", "The room is taken at that time.")
    assert_problem(api.post(url(patient, f"fail/{how}/")), status, code)
    patient.refresh_from_db()
    assert patient.last_name == CANARY
    assert [(event.action, event.outcome) for event in events] == [("refuse", code)]
    assert events[0].patient_ids == (patient.pk,)


def test_a_failure_outside_the_framework_is_a_problem_document_too(db: None, settings: Settings) -> None:
    for settings.DEBUG in (False, True):
        response = APIClient(raise_request_exception=False).get("/api/broken/")
        assert_problem(response, 500, "internal_error")
        assert_problem(APIClient().get("/nothing"), 404, "not_found")


def test_a_fault_of_ours_is_logged_without_its_text(
    reader: Staff, patient: Patient, api: APIClient, caplog: pytest.LogCaptureFixture
) -> None:
    api.post(url(patient, "fail/broken/"))
    assert "RuntimeError" in caplog.text
    assert CANARY not in caplog.text


# --- what is recorded ---


def test_a_read_names_whose_data_left(reader: Staff, patient: Patient, api: APIClient, events: list[Event]) -> None:
    api.get(url(patient))
    (event,) = events
    assert (event.action, event.kind, event.object_id) == ("read", "patients.patient", str(patient.pk))
    assert (event.center_id, event.patient_ids) == (patient.center_id, (patient.pk,))


def test_a_search_is_recorded_without_its_terms_even_when_it_finds_nobody(
    reader: Staff, patient: Patient, api: APIClient, events: list[Event]
) -> None:
    api.get("/api/v1/patients/?mrn=000777")
    (event,) = events
    assert (event.action, event.patient_ids) == ("search", ())
    assert "000777" not in repr(event)


def test_a_list_names_everybody_on_the_page_at_once(
    reader: Staff,
    center: Center,
    api: APIClient,
    events: list[Event],
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for number in range(20):
        a_patient(center, f"m{number}", f"Name{number}")
    with django_assert_num_queries(7):  # centers, savepoint, wall, reach, page, leaving the wall, release
        response = api.get("/api/v1/patients/")
    assert len(response.json()["results"]) == 20
    assert [len(event.patient_ids) for event in events] == [20]


def test_what_cannot_be_recorded_is_not_released(
    reader: Staff, patient: Patient, api: APIClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(event: Event) -> None:
        raise RuntimeError(CANARY)

    monkeypatch.setattr(recorder, "_port", [broken])
    assert_problem(api.get(url(patient)), 500, "internal_error")
    assert_problem(api.get(url(new_id())), 500, "internal_error")


def test_somebody_elses_patient_refused_is_recorded_with_the_patient(
    reader: Staff, stranger: Patient, api: APIClient, events: list[Event]
) -> None:
    api.get(url(stranger))
    (event,) = events
    assert (event.action, event.outcome) == ("refuse", "not_found")
    assert (event.center_id, event.patient_ids) == (stranger.center_id, (stranger.pk,))


# --- versions ---


def test_a_change_wants_the_tag_of_the_present_version(reader: Staff, patient: Patient, api: APIClient) -> None:
    tag = api.get(url(patient)).headers["ETag"]
    change = {"first_name": "Patricia"}
    for sent in ({}, {"If-Match": "*"}):
        assert_problem(api.patch(url(patient), change, headers=sent), 428, "precondition_required")
    for stale in ('"0-0"', f"W/{tag}", "nonsense"):
        assert_problem(api.patch(url(patient), change, headers={"If-Match": stale}), 412, "precondition_failed")
    changed = api.patch(url(patient), change, headers={"If-Match": f'"other", {tag}'})
    assert (changed.status_code, changed.json()["first_name"]) == (200, "Patricia")
    assert changed.headers["ETag"] != tag
    assert changed.headers["ETag"] == api.get(url(patient)).headers["ETag"]


def test_a_put_whose_effect_stands_is_answered_though_its_tag_is_stale(
    reader: Staff, patient: Patient, api: APIClient
) -> None:
    body = {"first_name": "Pat", "last_name": "Newname", "contact_preference": "none"}
    tag = api.get(url(patient)).headers["ETag"]
    first, again = (api.put(url(patient), body, headers={"If-Match": tag}) for _ in range(2))
    assert first.status_code == again.status_code == 200
    assert first.headers["ETag"] == again.headers["ETag"]
    other = api.put(url(patient), {**body, "first_name": "Other"}, headers={"If-Match": tag})
    assert_problem(other, 412, "precondition_failed")


def test_a_known_version_is_304_and_logged(
    reader: Staff, patient: Patient, api: APIClient, events: list[Event]
) -> None:
    tag = api.get(url(patient)).headers["ETag"]
    response = api.get(url(patient), headers={"If-None-Match": f"W/{tag}"})
    assert (response.status_code, response.content, response.headers["ETag"]) == (304, b"", tag)
    assert [event.action for event in events] == ["read", "read"]


def test_a_deletion_wants_the_tag_too(reader: Staff, patient: Patient, api: APIClient) -> None:
    tag = api.get(url(patient)).headers["ETag"]
    assert_problem(api.delete(url(patient)), 428, "precondition_required")
    assert_problem(api.delete(url(patient), headers={"If-Match": '"0-0"'}), 412, "precondition_failed")
    assert api.delete(url(patient), headers={"If-Match": tag}).status_code == 204


# --- retries ---


@pytest.fixture
def note(patient: Patient, api: APIClient) -> Callable[..., Any]:
    def send(key: str = "k1", words: str = "hello") -> Any:
        body = {"at": "2026-03-01T09:00:00Z", "words": words}
        return api.post(url(patient, "note/"), body, headers={"Idempotency-Key": key})

    return send


def test_the_same_key_is_executed_once_and_answered_alike(
    reader: Staff, patient: Patient, note: Callable[..., Any], events: list[Event]
) -> None:
    first, again = note(), note()
    assert first.status_code == again.status_code == 200
    assert first.content == again.content
    assert first.headers["ETag"] == again.headers["ETag"]
    assert again.headers["Idempotent-Replayed"] == "true"
    patient.refresh_from_db()
    assert patient.version == 2
    assert [event.patient_ids for event in events] == [(patient.pk,)] * 2
    note(key="k2")
    patient.refresh_from_db()
    assert patient.version == 3


def test_a_key_with_another_body_or_of_odd_characters_is_refused(reader: Staff, note: Callable[..., Any]) -> None:
    note()
    assert_problem(note(words="other"), 422, "idempotency_key_reused")
    assert_problem(note(key="a b"), 400, "idempotency_key_malformed")
    assert_problem(note(key="k" * 201), 400, "idempotency_key_malformed")


def test_a_replay_passes_the_gate_again(
    staff: Staff, patient: Patient, give: Give, note: Callable[..., Any], events: list[Event]
) -> None:
    ground = give(staff, patient, "view_patient")
    assert note().status_code == 200
    revoke(ground=ground, center_id=None)
    assert_problem(note(), 404, "not_found")


def test_a_refused_request_leaves_its_key_free(reader: Staff, note: Callable[..., Any]) -> None:
    assert note(words="x" * 21).status_code == 400
    assert not StoredAnswer.objects.exists()
    assert note().status_code == 200


def test_a_created_object_is_replayed_with_its_address(reader: Staff, center: Center, api: APIClient) -> None:
    body = {"center": str(center.pk), "code": "R1", "name": "Oak", "capacity": 5}
    first, again = (api.post("/api/v1/rooms/", body, headers={"Idempotency-Key": "r"}) for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.headers["Location"] == again.headers["Location"] == f"/api/v1/rooms/{Room.objects.get().pk}/"


# --- pages ---


def test_pages_walk_forth_and_back_over_equal_keys(reader: Staff, center: Center, api: APIClient) -> None:
    for number in range(7):
        a_patient(center, f"m{number}", "Same")
    walked: list[list[str]] = []
    address, back = "/api/v1/patients/?page_size=3", ""
    while address:
        page = api.get(address).json()
        walked.append([row["id"] for row in page["results"]])
        address, back = page["next"], page["previous"]
    assert [len(ids) for ids in walked] == [3, 3, 1]
    assert len({pk for ids in walked for pk in ids}) == 7
    middle = api.get(back).json()
    assert [row["id"] for row in middle["results"]] == walked[1]
    assert [row["id"] for row in api.get(middle["previous"]).json()["results"]] == walked[0]
    assert api.get(middle["previous"]).json()["previous"] is None
    assert "same" not in back.lower()


def test_a_row_out_of_reach_is_no_cursor(reader: Staff, stranger: Patient, api: APIClient) -> None:
    unseen, absent = (api.get(f"/api/v1/patients/?cursor=a{pk.hex}") for pk in (stranger.pk, new_id()))
    assert_problem(unseen, 400, "validation_failed")
    assert unseen.content == absent.content


# --- headers ---


def test_every_answer_has_an_id_of_ours_and_is_not_stored(reader: Staff, patient: Patient, api: APIClient) -> None:
    response = api.get(url(patient), headers={"X-Request-ID": CANARY})
    assert response.headers["X-Request-ID"] not in {"", CANARY}
    assert response.headers["Cache-Control"] == "no-store"
    assert "default-src 'none'" in response.headers["Content-Security-Policy"]


def test_the_service_is_alive(db: None) -> None:
    assert APIClient().get("/healthz").json() == {"status": "ok"}
