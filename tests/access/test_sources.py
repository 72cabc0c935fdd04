"""No address is missing from the matrix: the URL resolver, the OpenAPI document and the admin's registry all agree."""

from collections.abc import Iterator
from typing import Any

from django.contrib import admin
from django.urls import get_resolver

from tests.access.answers import ADDRESSES, ADMIN, VERBS, grid
from tests.access.asking import API, DOORS
from tests.access.matrix import OPEN_PAGES, SOURCES
from tests.access.table import rows
from tests.access.test_table import methods, readable, routes
from tests.test_openapi import operations

# The library's pages, whose document is the library's own: ours need not name all of them.
BY_ALLAUTH = ("auth/", "account/")
# What Django's admin has for each model; what it has besides stands among `OPEN_PAGES`.
PAGES_OF_MODEL = ("changelist", "add", "history", "delete", "change")


def in_resolver() -> set[tuple[str, str]]:
    return {
        (method, readable(path))
        for path, callback in routes(get_resolver().url_patterns)
        if path.startswith(API.lstrip("/"))
        for method in methods(callback)
    }


def in_document() -> set[tuple[str, str]]:
    named = (name.split(" ") for name, _ in operations())
    found = ((method, path.removeprefix(API)) for method, path in named if path.startswith(API))
    return {(method, path.rstrip("/") if path.startswith(BY_ALLAUTH) else path) for method, path in found}


def doors() -> set[tuple[str, str]]:
    return {(method, route) for method, route in rows() if route.startswith(DOORS)}


def in_matrix() -> set[tuple[str, str]]:
    return {(one.method, one.route) for one in ADDRESSES}


def other_pages(patterns: Any, prefix: str = "") -> Iterator[str]:
    for path, _ in routes(patterns, prefix):
        if not path.startswith(API.lstrip("/")):
            yield path


def pages_of_models() -> set[str]:
    return {
        f"admin/{model._meta.app_label}/{model._meta.model_name}/{pattern.pattern}"
        for model, model_admin in admin.site._registry.items()
        for pattern in model_admin.urls
    }


def test_every_address_of_the_resolver_is_in_the_matrix_or_among_the_doors() -> None:
    assert in_matrix() | doors() == in_resolver()


def test_every_operation_of_the_openapi_document_is_an_address_of_the_resolver() -> None:
    missing = in_resolver() - in_document()
    assert in_document() <= in_resolver()
    assert {(method, route) for method, route in missing if not route.startswith(BY_ALLAUTH)} == set()


def test_every_row_of_the_small_table_is_in_the_matrix() -> None:
    assert rows().keys() - doors() == in_matrix()


def test_every_model_of_the_admin_is_in_the_matrix() -> None:
    assert {model._meta.label_lower for model in admin.site._registry} == ADMIN.keys()


def test_every_page_of_the_admin_is_of_a_model_that_is_in_the_matrix() -> None:
    found = set(other_pages(get_resolver().url_patterns))
    assert found == pages_of_models() | set(OPEN_PAGES)


def test_a_model_of_the_admin_has_the_pages_the_matrix_asks_for() -> None:
    for model, model_admin in admin.site._registry.items():
        label = model._meta.label_lower
        prefix = label.replace(".", "_") + "_"
        names = {str(one.name).removeprefix(prefix) for one in model_admin.urls if getattr(one, "name", None)}
        assert names == {*PAGES_OF_MODEL, *VERBS[label]}, model


def test_every_relation_that_is_offered_to_who_types_is_in_the_matrix() -> None:
    declared = [name.lower() for one in admin.site._registry.values() for name in getattr(one, "sources", {})]
    assert sorted(declared) == sorted(name for name, *_ in grid(SOURCES))
