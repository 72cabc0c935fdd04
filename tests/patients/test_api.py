"""Patients over REST: who finds whom, what each sees, and what a stranger is told."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from audit.models import LogEntry
from backend.api.ids import new_id
from patients.models import Patient
from tests.cast import Cast, a_patient

Client = Callable[[str], Any]
URL = "/api/v1/patients/"
SEARCH = f"{URL}search/"

FOUND = {"id", "center", "mrn", "first_name", "last_name", "preferred_name"}
TIMES = {"language", "timezone", "contact_preference", "availability", "contact_points"}


def mrns(answer: Any) -> list[str]:
    return [row["mrn"] for row in answer.json()["results"]]


@pytest.mark.parametrize(
    ("name", "fields"),
    [
        ("clara", FOUND | TIMES | {"birth_date"}),
        ("sue", FOUND | TIMES | {"birth_date"}),
        ("cora", FOUND | TIMES),
        ("bill", FOUND),
        ("percy", FOUND),
    ],
)
def test_everybody_sees_the_fields_their_work_needs(cast: Cast, as_: Client, name: str, fields: set[str]) -> None:
    assert set(as_(name).get(f"{URL}{cast.pat.pk}/").json()) == fields


@pytest.mark.parametrize("name", ["carl", "dora", "ada", "vera", "root"])
def test_who_is_not_yours_is_not_there(cast: Cast, as_: Client, name: str) -> None:
    unseen, absent = (as_(name).get(f"{URL}{pk}/") for pk in (cast.pat.pk, new_id()))
    assert (unseen.status_code, unseen.content) == (404, absent.content)


def test_nobody_signs_in_to_nothing(cast: Cast, as_: Client) -> None:
    assert as_("nobody").get(URL).status_code == 401


@pytest.mark.parametrize(("name", "expected"), [("clara", ["000731"]), ("cora", ["731", "000731"]), ("dora", [])])
def test_a_list_holds_whom_one_reaches_by_last_name(cast: Cast, as_: Client, name: str, expected: list[str]) -> None:
    assert mrns(as_(name).get(URL)) == expected


@pytest.mark.parametrize(
    ("words", "expected"),
    [("quill", ["000731"]), ("PAT", ["000731"]), ("731", ["731"]), ("000731", ["000731"]), ("73", []), ("feather", [])],
)
def test_a_search_knows_beginnings_of_names_and_whole_numbers(
    cast: Cast, as_: Client, words: str, expected: list[str]
) -> None:
    assert mrns(as_("cora").post(SEARCH, {"words": words})) == expected


def test_a_search_finds_an_accent_without_it(cast: Cast, as_: Client) -> None:
    a_patient(cast.center, cast.program, "9", "Renée", "Émond")
    assert mrns(as_("cora").post(SEARCH, {"words": "emond ren"})) == ["9"]


def test_a_search_is_logged_without_its_words(cast: Cast, as_: Client) -> None:
    as_("percy").post(SEARCH, {"words": "quill"})
    entry = LogEntry.objects.get(kind="search")
    assert (entry.actor_name, entry.patients) == ("Percy Caster", [cast.pat.pk])
    assert "quill" not in str(entry.details)


def test_a_search_has_pages_whose_addresses_tell_no_words(cast: Cast, as_: Client) -> None:
    for number in range(3):
        a_patient(cast.center, cast.program, f"Q{number}", "Jamie", f"Quillon{number}")
    asked, address, found = {"words": "quill"}, f"{SEARCH}?page_size=2", []
    while address:
        answer = as_("cora").post(address, asked)
        found += mrns(answer)
        address = answer.json()["next"]
        assert "quill" not in str(address).lower()
    assert found == ["000731", "Q0", "Q1", "Q2"]


def test_a_search_may_ask_one_center_alone(cast: Cast, as_: Client) -> None:
    asked = {"words": "quill", "center": str(cast.elsewhere.pk)}
    assert mrns(as_("cora").post(SEARCH, asked)) == []
    assert mrns(as_("cora").post(SEARCH, asked | {"center": str(cast.center.pk)})) == ["000731"]


@pytest.mark.parametrize("name", ["dora", "ada", "root", "vera"])
def test_who_may_find_nobody_finds_nobody(cast: Cast, as_: Client, name: str) -> None:
    answer = as_(name).post(SEARCH, {"words": "quill"})
    assert (answer.status_code, mrns(answer)) == (200, [])


@pytest.mark.parametrize("body", [{}, {"words": ""}, {"words": "x" * 201}, {"words": "x", "name": "y"}])
def test_a_search_wants_its_words_and_nothing_else(cast: Cast, as_: Client, body: dict[str, str]) -> None:
    assert as_("cora").post(SEARCH, body).status_code == 400


@pytest.mark.parametrize("parameter", ["search", "name", "searchh", "ordering"])
def test_a_parameter_that_is_not_known_is_refused(cast: Cast, as_: Client, parameter: str) -> None:
    assert as_("cora").get(URL, {parameter: "x"}).status_code == 400


def test_a_longer_list_takes_as_many_statements(cast: Cast, as_: Client) -> None:
    counts = []
    for size in (1, 20):
        with CaptureQueriesContext(connection) as one:
            assert len(as_("sue").get(URL, {"page_size": size}).json()["results"]) <= size
        counts.append(len(one))
        for n in range(20):
            a_patient(cast.center, cast.program, f"N{size}{n}", "Jamie", f"Sample{n}")
    assert counts[0] == counts[1]
    assert counts[1] <= 12


def new_patient(cast: Cast, **changes: Any) -> dict[str, Any]:
    fields = {"mrn": "42", "first_name": "Nia", "last_name": "Newcomb", "birth_date": "1999-09-09"}
    return {"center": str(cast.center.pk), **fields, **changes}


def test_a_coordinator_registers_a_patient(cast: Cast, as_: Client) -> None:
    window = [{"weekday": day, "from_time": "17:30:00", "to_time": "21:00:00"} for day in (1, 3)]
    answer = as_("cora").post(URL, new_patient(cast, availability=window, language="pt-BR"), format="json")
    assert answer.status_code == 201
    assert answer["Location"] == f"{URL}{answer.json()['id']}/"
    assert (answer.json()["availability"], "birth_date" in answer.json()) == (window, False)


@pytest.mark.parametrize(
    ("name", "status"), [("sue", 201), ("clara", 400), ("vera", 400), ("bill", 403), ("ada", 403), ("nobody", 401)]
)
def test_registering_needs_the_center(cast: Cast, as_: Client, name: str, status: int) -> None:
    assert as_(name).post(URL, new_patient(cast), format="json").status_code == status


def test_a_center_one_does_not_see_reads_like_none(cast: Cast, as_: Client) -> None:
    answers = [
        as_("vera").post(URL, new_patient(cast, center=center), format="json").content
        for center in (str(cast.center.pk), str(new_id()))
    ]
    assert answers[0] == answers[1]


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"timezone": "Mars/Olympus"}, "/timezone"),
        ({"language": "English, please"}, "/language"),
        ({"birth_date": "soon"}, "/birth_date"),
        ({"contact_preference": "pigeon"}, "/contact_preference"),
        ({"availability": [{"weekday": 1, "from_time": "10:00", "to_time": "09:00"}]}, "/availability/0/to_time"),
        (
            {
                "availability": [
                    {"weekday": 1, "from_time": "10:00", "to_time": "12:00"},
                    {"weekday": 1, "from_time": "11:00", "to_time": "13:00"},
                ]
            },
            "/availability",
        ),
    ],
)
def test_what_is_wrong_is_named_by_its_place(cast: Cast, as_: Client, changes: dict[str, Any], pointer: str) -> None:
    answer = as_("cora").post(URL, new_patient(cast, **changes), format="json")
    assert answer.status_code == 400
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]


def test_a_record_number_in_use_is_a_conflict(cast: Cast, as_: Client) -> None:
    answer = as_("cora").post(URL, new_patient(cast, mrn="731"), format="json")
    assert (answer.status_code, answer.json()["code"]) == (409, "mrn_taken")


def patched(client: Any, patient: Patient, body: dict[str, Any]) -> Any:
    tag = client.get(f"{URL}{patient.pk}/")["ETag"]
    return client.patch(f"{URL}{patient.pk}/", body, format="json", headers={"If-Match": tag})


def test_a_change_of_name_moves_the_patient_in_the_list(cast: Cast, as_: Client) -> None:
    answer = patched(as_("cora"), cast.pat, {"last_name": "Aaberg"})
    assert answer.status_code == 200
    assert mrns(as_("cora").get(URL)) == ["000731", "731"]


def test_the_week_is_replaced_whole(cast: Cast, as_: Client) -> None:
    first = [{"weekday": 0, "from_time": "09:00:00", "to_time": "12:00:00"}]
    patched(as_("cora"), cast.pat, {"availability": first})
    second = [{"weekday": 4, "from_time": "13:00:00", "to_time": "18:00:00"}]
    assert patched(as_("cora"), cast.pat, {"availability": second}).json()["availability"] == second


def test_a_birth_date_is_changed_by_who_sees_it(cast: Cast, as_: Client) -> None:
    assert patched(as_("clara"), cast.pat, {"birth_date": "1991-01-01"}).status_code == 200
    refused = patched(as_("cora"), cast.pat, {"birth_date": "1991-01-01"})
    assert refused.json()["errors"][0]["code"] == "read_only"


def test_a_new_number_changes_the_tag_of_the_patient(cast: Cast, as_: Client) -> None:
    client = as_("cora")
    before = client.get(f"{URL}{cast.pat.pk}/")["ETag"]
    body = {"patient": str(cast.pat.pk), "kind": "mobile", "value": "(706) 555-0142"}
    assert client.post("/api/v1/contact-points/", body, format="json").status_code == 201
    assert client.get(f"{URL}{cast.pat.pk}/")["ETag"] != before


def test_a_change_without_the_tag_is_refused(cast: Cast, as_: Client) -> None:
    answer = as_("cora").patch(f"{URL}{cast.pat.pk}/", {"first_name": "Pa"}, format="json")
    assert answer.status_code == 428


@pytest.mark.parametrize(("name", "status"), [("bill", 403), ("percy", 403), ("carl", 404), ("vera", 404)])
def test_who_may_only_look_does_not_write(cast: Cast, as_: Client, name: str, status: int) -> None:
    answer = as_(name).patch(f"{URL}{cast.pat.pk}/", {"first_name": "Pa"}, format="json")
    assert answer.status_code == status


def test_the_privacy_officer_reads_who_looked_at_a_patient(cast: Cast, as_: Client) -> None:
    as_("clara").get(f"{URL}{cast.pat.pk}/")
    report = as_("percy").get(f"{URL}{cast.pat.pk}/access-report/", {"page_size": "1"}).json()
    latest = report["results"][0]
    assert (latest["who"], latest["what"], latest["about"]) == ("Clara Caster", "read", "patients.patient")
    older = as_("percy").get(report["next"]).json()["results"]
    assert len(older) == 1


@pytest.mark.parametrize(("name", "status"), [("clara", 403), ("sue", 403), ("cora", 403), ("ada", 404), ("vera", 404)])
def test_the_report_is_for_who_reviews_access(cast: Cast, as_: Client, name: str, status: int) -> None:
    assert as_(name).get(f"{URL}{cast.pat.pk}/access-report/").status_code == status


def test_answers_about_texts_are_added_and_the_latest_counts(cast: Cast, as_: Client) -> None:
    address = f"{URL}{cast.pat.pk}/consents/"
    client = as_("cora")
    for body in ({"given": True, "answered_on": "2026-01-05"}, {"given": False, "answered_on": "2026-02-05"}):
        assert client.post(address, body, format="json").status_code == 201
    assert [row["given"] for row in client.get(address).json()] == [False, True]


def test_an_answer_is_not_given_tomorrow(cast: Cast, as_: Client) -> None:
    body = {"given": True, "answered_on": "2999-01-01"}
    answer = as_("cora").post(f"{URL}{cast.pat.pk}/consents/", body, format="json")
    assert answer.json()["errors"][0]["code"] == "day_to_come"


def test_a_refusal_without_an_object_is_read_at_the_center_of_who_asked(cast: Cast, as_: Client) -> None:
    assert as_("bill").post(URL, {}, format="json").status_code == 403
    entry = LogEntry.objects.get(kind="refuse", actor_id=str(cast.bill.pk))
    assert (entry.center_id, entry.patients) == (cast.center.pk, [])
