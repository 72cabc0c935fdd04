"""The OpenAPI document: committed as generated, whole, and its examples are what its schemas say."""

import json
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
import yaml
from django.conf import settings
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiJsonRenderer, OpenApiYamlRenderer
from drf_spectacular.validation import validate_schema
from jsonschema import Draft202012Validator

PROBLEM = "application/problem+json"


@cache
def generated() -> Any:
    return SchemaGenerator().get_schema(request=None, public=True)


@cache
def document() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(OpenApiJsonRenderer().render(generated(), renderer_context={}))
    return found


def operations() -> Iterator[tuple[str, dict[str, Any]]]:
    for path, item in document()["paths"].items():
        for method, operation in item.items():
            if isinstance(operation, dict) and "responses" in operation:
                yield f"{method.upper()} {path}", operation


def bodies(operation: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every body of an operation that is not a problem: what is sent, and what is answered."""
    for kind, media in operation.get("requestBody", {}).get("content", {}).items():
        yield f"body {kind}", media
    for status, response in operation["responses"].items():
        for kind, media in response.get("content", {}).items():
            if kind == "application/json":
                yield f"{status} {kind}", media


def faults(media: dict[str, Any]) -> list[str]:
    """What the schema says against each example."""
    schema = {**media["schema"], "components": document()["components"]}
    validator = Draft202012Validator(schema)
    return [
        error.message
        for example in media.get("examples", {}).values()
        for error in validator.iter_errors(example["value"])
    ]


EVERY = [pytest.param(operation, id=name) for name, operation in operations()]
MEDIA = [
    pytest.param(media, id=f"{name} {kind}") for name, operation in operations() for kind, media in bodies(operation)
]


def test_the_committed_document_is_the_generated_one() -> None:
    committed = (settings.BASE_DIR / "docs" / "openapi.yaml").read_text(encoding="utf-8")
    text = OpenApiYamlRenderer().render(generated(), renderer_context={}).decode()
    assert yaml.safe_load(committed) == yaml.safe_load(text)


def test_the_document_is_valid_openapi_31() -> None:
    assert document()["openapi"].startswith("3.1")
    validate_schema(document())


def test_every_operation_has_a_name_of_its_own() -> None:
    names = [operation["operationId"] for _, operation in operations()]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("operation", EVERY)
def test_every_operation_says_how_it_refuses(operation: dict[str, Any]) -> None:
    refusals = [found for status, found in operation["responses"].items() if status >= "400"]
    assert any(PROBLEM in found.get("content", {}) for found in refusals)


@pytest.mark.parametrize("operation", [param for param in EVERY if "{id}" in str(param.id)])
def test_every_operation_on_one_thing_says_that_it_may_not_be_there(operation: dict[str, Any]) -> None:
    assert "404" in operation["responses"]


@pytest.mark.parametrize("media", MEDIA)
def test_every_body_has_an_example(media: dict[str, Any]) -> None:
    assert media.get("examples")


@pytest.mark.parametrize("media", MEDIA)
def test_every_example_is_what_its_schema_says(media: dict[str, Any]) -> None:
    Draft202012Validator.check_schema(media["schema"])
    assert faults(media) == []
