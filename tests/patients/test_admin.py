"""Patients in the admin: found without their names in an address, read as far as codenames open the record."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries

from audit.models import LogEntry
from backend.api.clock import now
from centers.actions import list_for_emergencies
from patients.actions import open_emergency
from patients.models import ContactPoint
from tests.cast import TESTER, Cast, a_patient
from tests.door import Entered, last, text

pytestmark = pytest.mark.django_db
PATIENTS = "/admin/patients/patient/"
ABSENT = "01980f6e-0000-7000-8000-000000000000"


def a_number(cast: Cast) -> ContactPoint:
    return ContactPoint.objects.create(
        patient=cast.pat, center=cast.center, kind="mobile", value="(706) 555-0143", normalized="+17065550143"
    )


@pytest.mark.parametrize("name", ["cora", "sue", "percy"])
def test_a_list_holds_the_patients_in_reach_and_is_logged(cast: Cast, enters: Entered, name: str) -> None:
    listed = text(enters(name).get(PATIENTS))
    assert "Pat Quillfeather" in listed
    assert "Faraway" not in listed
    assert set(last().patients) == {cast.pat.pk, cast.quinn.pk}
    assert (last().object_type, last().center_id) == ("patients.patient", cast.center.pk)


@pytest.mark.parametrize("name", ["ada", "root"])
def test_who_sees_no_patient_sees_none_here(cast: Cast, enters: Entered, name: str) -> None:
    client = enters(name)
    assert "Patients" not in text(client.get("/admin/"))
    for address in (PATIENTS, f"{PATIENTS}{cast.pat.pk}/change/", f"{PATIENTS}{ABSENT}/change/"):
        assert client.get(address).status_code == 403
    assert not LogEntry.objects.filter(action="read", patients__contains=[cast.pat.pk]).exists()


def test_a_supervisor_of_another_center_sees_her_own(cast: Cast, enters: Entered) -> None:
    vera = enters("vera")
    listed = text(vera.get(PATIENTS))
    assert "Faraway" in listed
    assert "Quillfeather" not in listed
    there, absent = vera.get(f"{PATIENTS}{cast.pat.pk}/change/"), vera.get(f"{PATIENTS}{ABSENT}/change/")
    assert (there.status_code, there.content) == (404, absent.content)


def test_a_search_comes_in_the_body_and_is_logged_with_whom_it_found(cast: Cast, enters: Entered) -> None:
    cora = enters("cora")
    found = cora.post(PATIENTS, {"q": "quillf"})
    assert "Pat Quillfeather" in text(found)
    assert "Ashgrove" not in text(found)
    assert "quillf" not in "".join(part for part in text(found).split('"') if part.startswith(("?", "/")))
    assert last("search").patients == [cast.pat.pk]
    assert cora.get(f"{PATIENTS}?q=quillf").status_code == 400
    entries = [f"{entry.details} {entry.changes} {entry.object_repr}" for entry in LogEntry.objects.all()]
    assert not [entry for entry in entries if "quillf" in entry.casefold()]


def test_a_search_that_finds_nobody_is_logged_as_well(cast: Cast, enters: Entered) -> None:
    assert "Nothing here." in text(enters("cora").post(PATIENTS, {"q": "faraway"}))
    assert (last("search").patients, last("search").center_id) == ([], cast.center.pk)


@pytest.mark.parametrize("words", ["x" * 201, "a\x00b"])
def test_bad_words_are_refused(enters: Entered, words: str) -> None:
    assert enters("cora").post(PATIENTS, {"q": words}).status_code == 400
    assert last("refuse").patients == []


def test_a_page_shows_what_the_codenames_open(cast: Cast, enters: Entered) -> None:
    a_number(cast)
    address = f"{PATIENTS}{cast.pat.pk}/change/"
    coordinators, officers = text(enters("cora").get(address)), text(enters("percy").get(address))
    for page in (coordinators, officers):
        assert "000731" in page
        assert "1990" not in page
        assert "Feb. 3" not in page
    assert "(706) 555-0143" in coordinators
    assert "Adult IOP" in coordinators
    assert "(706) 555-0143" not in officers
    assert "Adult IOP" not in officers
    assert "/history/" in officers
    assert "/history/" not in coordinators


def test_the_log_of_a_patient_is_for_who_reviews_access_and_reading_it_is_logged(cast: Cast, enters: Entered) -> None:
    cora, percy, address = enters("cora"), enters("percy"), f"{PATIENTS}{cast.pat.pk}/history/"
    cora.get(f"{PATIENTS}{cast.pat.pk}/change/")
    told = percy.get(address)
    assert "Cora Caster" in text(told)
    assert "hmac:" in text(told)
    assert "Quillfeather" not in text(told)
    assert last().details["route"] == "admin:patients_patient_history"
    assert cast.pat.pk in last().patients
    refused, absent = cora.get(address), cora.get(f"{PATIENTS}{ABSENT}/history/")
    assert (refused.status_code, refused.content) == (404, absent.content)


def test_patients_are_neither_made_nor_changed_nor_deleted_here(cast: Cast, enters: Entered) -> None:
    cora = enters("cora")
    assert cora.get(f"{PATIENTS}add/").status_code == 403
    assert cora.post(f"{PATIENTS}{cast.pat.pk}/change/", {"first_name": "X"}).status_code == 403
    assert cora.post(f"{PATIENTS}{cast.pat.pk}/delete/", {"post": "yes"}).status_code == 403
    cast.pat.refresh_from_db()
    assert cast.pat.first_name == "Pat"


@pytest.mark.parametrize("query", ["_popup=1", "_to_field=mrn", "e=1&all=", "center__name=x", "o=1", "_facets=1"])
def test_addresses_hold_what_the_list_declares_and_nothing_else(enters: Entered, query: str) -> None:
    assert enters("cora").get(f"{PATIENTS}?{query}").status_code == 400


def test_a_list_costs_the_same_whatever_its_length(
    cast: Cast, enters: Entered, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    cora = enters("cora")
    with CaptureQueriesContext(connection) as few:
        cora.get(PATIENTS)
    for number in range(20):
        a_patient(cast.center, cast.program, f"M{number}", "Jamie", f"Sample{number}")
    with django_assert_num_queries(len(few)):
        cora.get(PATIENTS)


def test_no_list_counts_the_whole_table(cast: Cast, enters: Entered) -> None:
    cora = enters("cora")
    with CaptureQueriesContext(connection) as asked:
        cora.get(PATIENTS)
    counts = [query["sql"] for query in asked if "COUNT(" in query["sql"]]
    assert counts
    assert all("LIMIT 1000" in sql for sql in counts)


def test_what_the_admin_shows_under_an_emergency_access_is_labeled(cast: Cast, enters: Entered) -> None:
    list_for_emergencies(staff=cast.sue, center=cast.center, by=TESTER)
    access = open_emergency(
        staff=cast.sue,
        center=cast.center,
        record_number="000731",
        nature="medical",
        reason="Called in distress and hung up; her counselor cannot be reached",
        second_factor_at=now(),
        by=cast.sue.as_actor(),
    )
    sue = enters("sue")
    sue.get(PATIENTS)
    sue.get(f"{PATIENTS}{cast.pat.pk}/change/")
    reads = LogEntry.objects.filter(action="read", actor_id=str(cast.sue.pk))
    assert set(reads.naming(cast.pat.pk).values_list("purpose", flat=True)) == {f"emergency:{access.pk}"}
    assert reads.naming(cast.pat.pk).count() == 2
    assert set(reads.naming(cast.quinn.pk).values_list("purpose", flat=True)) == {""}
