"""The OpenAPI document carries the contract, the docs page needs no other host, the checks find forgetful routes."""

from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings
from rest_framework.test import APIClient

from backend.api import checks, grant_tables
from centers.models import Staff
from tests.backend.routes import PatientViewSet

pytestmark = pytest.mark.urls("tests.backend.routes")


@pytest.fixture
def document(db: None) -> Any:
    return APIClient().get("/api/schema/", headers={"Accept": "application/vnd.oai.openapi+json"}).json()


def parameters(operation: dict[str, Any]) -> dict[str, bool]:
    return {found["name"]: found.get("required", False) for found in operation["parameters"]}


def test_the_document_is_openapi_31_and_leaves_undeclared_actions_out(document: Any) -> None:
    assert document["openapi"].startswith("3.1")
    assert "/api/v1/patients/{id}/note/" in document["paths"]
    assert "/api/v1/patients/{id}/undeclared/" not in document["paths"]


def test_writes_want_their_tag_and_posts_take_a_key(document: Any) -> None:
    detail = document["paths"]["/api/v1/patients/{id}/"]
    assert parameters(detail["patch"])["If-Match"]
    assert parameters(detail["get"])["If-None-Match"] is False
    assert parameters(document["paths"]["/api/v1/rooms/"]["post"])["Idempotency-Key"] is False
    assert {"200", "412", "428", "409", "404", "401"} <= detail["put"]["responses"].keys()
    assert "ETag" in detail["get"]["responses"]["200"]["headers"]


def test_what_only_some_readers_see_is_promised_to_nobody(document: Any) -> None:
    shown = document["components"]["schemas"]["Patient"]
    assert "birth_date" in shown["properties"]
    assert "birth_date" not in shown["required"]


def test_a_known_version_is_described(document: Any) -> None:
    assert "304" in document["paths"]["/api/v1/patients/{id}/"]["get"]["responses"]


def test_refusals_are_described_as_problem_documents(document: Any) -> None:
    refused = document["paths"]["/api/v1/patients/"]["get"]["responses"]["400"]["content"]
    assert refused == {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    assert "code" in document["components"]["schemas"]["Problem"]["properties"]


def test_lists_describe_their_filters_and_pages(document: Any) -> None:
    operation = document["paths"]["/api/v1/patients/"]["get"]
    assert {"cursor", "page_size", "mrn", "center"} <= parameters(operation).keys()


def test_the_docs_page_loads_nothing_from_elsewhere(db: None) -> None:
    page = Client().get("/api/docs/")
    assert page.status_code == 200
    assert b"https://" not in page.content
    assert "default-src 'self'" in page.headers["Content-Security-Policy"]


def test_sound_routes_pass_the_checks_but_for_the_forgotten_action() -> None:
    assert checks.check_containers(None) == []
    assert [message.id for message in checks.check_routes(None)] == ["api.E002"]


def test_a_container_without_grant_tables_is_found(settings: Settings) -> None:
    grant_tables.containers.cache_clear()
    settings.GATE_CONTAINERS = ["centers.Center", "centers.Room"]
    assert [message.id for message in checks.check_containers(None)] == ["api.E001"]
    grant_tables.containers.cache_clear()


def test_misspelled_codenames_and_unscoped_models_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(PatientViewSet, "codenames", {**PatientViewSet.codenames, "undeclared": "veiw_patient"})
    monkeypatch.setattr(PatientViewSet, "model", Staff)
    assert [message.id for message in checks.check_routes(None)] == ["api.E003", "api.E004"]
