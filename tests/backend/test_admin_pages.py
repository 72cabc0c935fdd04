"""What every page of the admin keeps: one transaction, a record before the answer, nothing typed in an address."""

import re
from typing import Any

import pytest
from django.contrib import admin
from django.urls import reverse

from audit.models import LogEntry
from backend.api import recorder
from backend.api.admin import GatedAdmin
from centers.actions import end_role
from centers.models import RoleAssignment
from groups.models import Enrollment, TherapyGroup
from tests.canary_sinks import LINKS
from tests.cast import TESTER, Cast
from tests.door import Entered, last, text
from tests.groups.conftest import a_group

pytestmark = pytest.mark.django_db
AUTOCOMPLETE = "/admin/autocomplete/"
SOURCE = {"app_label": "groups", "model_name": "enrollment", "field_name": "patient"}


@pytest.fixture
def group(cast: Cast) -> TherapyGroup:
    return a_group(cast)


def test_autocompletion_finds_patients_in_reach_and_is_a_search_in_the_log(cast: Cast, enters: Entered) -> None:
    answer = enters("cora").post(AUTOCOMPLETE, SOURCE | {"term": "quillf"})
    assert answer.json()["results"] == [{"id": str(cast.pat.pk), "text": "Quillfeather, Pat · 000731"}]
    entry = last("search")
    assert (entry.patients, entry.object_type) == ([cast.pat.pk], "patients.patient")
    assert "quillf" not in str(entry.details)


@pytest.mark.parametrize(("name", "term"), [("cora", "faraway"), ("vera", "quillf"), ("cora", ""), ("cora", " ")])
def test_autocompletion_that_finds_nobody_is_a_search_too(enters: Entered, name: str, term: str) -> None:
    assert enters(name).post(AUTOCOMPLETE, SOURCE | {"term": term}).json()["results"] == []
    assert last("search").patients == []


@pytest.mark.parametrize("name", ["ada", "percy", "root"])
def test_who_enrolls_nobody_completes_nothing(enters: Entered, name: str) -> None:
    assert enters(name).post(AUTOCOMPLETE, SOURCE | {"term": "quillf"}).status_code == 403
    assert last("refuse").outcome == "permission_denied"


@pytest.mark.parametrize(
    "source",
    [
        {"app_label": "groups", "model_name": "therapygroup", "field_name": "center"},
        {"app_label": "patients", "model_name": "episode", "field_name": "patient"},
        {"app_label": "patients", "model_name": "patient", "field_name": "mrn"},
        {"app_label": "groups", "model_name": "therapygroup", "field_name": "enrollments"},
        {"app_label": "no", "model_name": "such", "field_name": "thing"},
        {},
    ],
)
def test_relations_that_nobody_declares_complete_nothing(enters: Entered, source: dict[str, str]) -> None:
    assert enters("cora").post(AUTOCOMPLETE, source | {"term": "quillf"}).status_code == 403


@pytest.mark.parametrize(
    ("extra", "status"),
    [({"term": "x" * 201}, 400), ({"term": "a\x00"}, 400), ({"other": "1"}, 400), ({"term": "q", "page": "x"}, 404)],
)
def test_bad_input_to_autocompletion_is_refused(enters: Entered, extra: dict[str, str], status: int) -> None:
    assert enters("cora").post(AUTOCOMPLETE, SOURCE | extra).status_code == status


def test_nothing_is_completed_from_an_address(enters: Entered) -> None:
    cora = enters("cora")
    assert cora.get(AUTOCOMPLETE, SOURCE | {"term": "quillf"}).status_code == 405
    assert cora.post(f"{AUTOCOMPLETE}?term=quillf", SOURCE).status_code == 400


def test_what_cannot_be_recorded_is_not_shown(cast: Cast, enters: Entered, monkeypatch: pytest.MonkeyPatch) -> None:
    cora = enters("cora")

    def fails(event: recorder.Event) -> None:
        raise RuntimeError

    monkeypatch.setattr(recorder, "_port", [fails])
    for answer in (
        cora.get(f"/admin/patients/patient/{cast.pat.pk}/change/"),
        cora.get("/admin/patients/patient/"),
        cora.post("/admin/patients/patient/", {"q": "quill"}),
        cora.post(AUTOCOMPLETE, SOURCE | {"term": "quillf"}),
    ):
        assert answer.status_code == 500
        assert "Quillfeather" not in text(answer)


def test_what_cannot_be_recorded_is_not_done(
    cast: Cast, enters: Entered, group: TherapyGroup, monkeypatch: pytest.MonkeyPatch
) -> None:
    cora = enters("cora")

    def fails(event: recorder.Event) -> None:
        raise RuntimeError

    monkeypatch.setattr(recorder, "_port", [fails])
    body = {"shown": "1", "patient": str(cast.pat.pk), "starts_on": "2026-02-03"}
    assert cora.post(f"/admin/groups/therapygroup/{group.pk}/enroll/", body).status_code == 500
    assert not Enrollment.objects.exists()


def test_the_index_is_recorded_and_the_catalog_of_words_is_not(cast: Cast, enters: Entered) -> None:
    cora = enters("cora")
    assert cora.get("/admin/").status_code == 200
    assert (last().object_type, last().center_id, last().details["route"]) == ("admin", cast.center.pk, "admin:index")
    assert (last().actor_name, last().actor_role) == ("Cora Caster", "coordinator")
    before = LogEntry.objects.count()
    assert cora.get("/admin/jsi18n/").status_code == 200
    assert LogEntry.objects.count() == before


def test_who_loses_the_role_is_out_on_the_next_request(cast: Cast, enters: Entered) -> None:
    cora = enters("cora")
    assert cora.get("/admin/").status_code == 200
    end_role(assignment=RoleAssignment.objects.get(staff=cast.cora), by=TESTER)
    assert cora.get("/admin/patients/patient/").status_code == 302


def test_no_address_tells_whether_an_object_exists(cast: Cast, enters: Entered) -> None:
    answers: list[Any] = [enters("cora").get(f"/admin/r/{number}/{cast.pat.pk}/") for number in (1, 7, 999)]
    assert {(answer.status_code, answer.content) for answer in answers} == {(404, answers[0].content)}


def test_every_model_of_the_admin_stands_behind_the_gate(cast: Cast, enters: Entered) -> None:
    root = enters("root")
    for model, registered in admin.site._registry.items():
        address = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
        if not isinstance(registered, GatedAdmin):
            assert registered.model._meta.app_label in {"auth", "account", "mfa"}
        assert root.get(address).status_code == 403


def test_a_form_without_its_token_is_refused(cast: Cast, enters: Entered) -> None:
    cora = enters("cora")
    cora.handler.enforce_csrf_checks = True
    assert cora.post("/admin/patients/patient/", {"q": "quill"}).status_code == 403
    assert cora.post(AUTOCOMPLETE, SOURCE | {"term": "quillf"}).status_code == 403


def test_no_list_reads_words_from_its_address_nor_puts_them_there(cast: Cast, enters: Entered) -> None:
    cora = enters("cora")
    lists = [
        reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
        for model, registered in admin.site._registry.items()
        if isinstance(registered, GatedAdmin)
    ]
    seen = [address for address in lists if cora.get(address).status_code == 200]
    assert "/admin/patients/patient/" in seen
    for address in seen:
        assert cora.get(f"{address}?q=xyzzyq").status_code == 400
        found = cora.post(address, {"q": "xyzzyq"})
        assert not [link for link in LINKS.findall(found.content) if b"xyzzyq" in b"".join(link).lower()]
        assert "Location" not in found.headers


def test_what_is_asked_by_an_address_is_a_day(cast: Cast, enters: Entered, group: TherapyGroup) -> None:
    page = text(enters("cora").get(f"/admin/groups/therapygroup/{group.pk}/change/"))
    asked = re.findall(r'<form[^>]*method="get".*?</form>', page, re.DOTALL)
    assert asked
    kinds = {kind for form in asked for kind in re.findall(r'<input type="(\w+)"', form)}
    assert kinds == {"date", "submit"}


def test_pages_are_framed_by_nobody_and_kept_nowhere(enters: Entered) -> None:
    answer = enters("cora").get("/admin/patients/patient/")
    assert answer["X-Frame-Options"] == "DENY"
    assert "frame-ancestors 'none'" in answer["Content-Security-Policy"]
    assert "no-store" in answer["Cache-Control"]


def test_days_out_of_range_are_refused_in_the_page(cast: Cast, enters: Entered, group: TherapyGroup) -> None:
    cora = enters("cora")
    for day in ("0001-01-01", "2026-02-30", "today", "\x00"):
        body = {"shown": "1", "patient": str(cast.pat.pk), "starts_on": day}
        answer = cora.post(f"/admin/groups/therapygroup/{group.pk}/enroll/", body)
        assert (answer.status_code, "Nothing was changed." in text(answer)) == (200, True)
    assert not Enrollment.objects.exists()
