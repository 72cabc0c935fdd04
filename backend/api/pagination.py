"""Pages of lists: by keyset, capped, and with cursors that hold an id and nothing of what the list is sorted by."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db.models import Model, Q, QuerySet
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param
from rest_framework.views import APIView

from backend.api.errors import Refused

DEFAULT_SIZE = 50
MAX_SIZE = 100
CURSOR, PAGE_SIZE = "cursor", "page_size"
AFTER, BEFORE = "a", "b"


class CursorPages(BasePagination):
    """Keyset pages in the stored order of the queryset, made unique by the id.

    A cursor names the row before (or after) the page by id. Its sort keys (names, times) stay in the database, out of
    addresses and access logs, and a row the reader does not see is no cursor: else one could feel for its place.
    """

    parameters = frozenset({CURSOR, PAGE_SIZE})

    def paginate_queryset(self, queryset: Any, request: Request, view: APIView | None = None) -> list[Any]:
        """One page of rows. Raises Refused (400) for a malformed size, or a cursor that is no row of this list."""
        self.url = request.build_absolute_uri()
        self.next: str | None = None
        self.previous: str | None = None
        size = _size(request.query_params.get(PAGE_SIZE))
        ordering = stored_order(queryset)
        cursor = request.query_params.get(CURSOR)
        direction, anchor = _decoded(cursor) if cursor is not None else (AFTER, None)
        backwards = direction == BEFORE
        if anchor is not None:
            scoped = getattr(view, "get_queryset", queryset.all)()
            queryset = queryset.filter(_beyond(ordering, _keys(scoped, anchor, ordering), backwards=backwards))
        ordered = queryset.order_by(*(_turned(ordering) if backwards else ordering))
        found = list(ordered[: size + 1])
        page, more = found[:size], len(found) > size
        if backwards:
            page.reverse()
        self._link(page, more_after=backwards or more, more_before=more if backwards else anchor is not None)
        return page

    def get_paginated_response(self, data: Any) -> Response:
        """The page, with the addresses of its neighbors."""
        return Response({"results": data, "next": self.next, "previous": self.previous})

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        """The shape of a page, for the OpenAPI document."""
        # Without an example of its own, no example of a row is shown within a page.
        link = {"type": ["string", "null"], "format": "uri", "example": None}
        return {
            "type": "object",
            "required": ["results", "next", "previous"],
            "properties": {"results": schema, "next": link, "previous": link},
        }

    def get_schema_operation_parameters(self, view: APIView) -> list[dict[str, Any]]:
        """The two parameters of every list."""
        size = {"type": "integer", "minimum": 1, "maximum": MAX_SIZE, "default": DEFAULT_SIZE}
        return [
            _parameter(CURSOR, "Taken from next or previous of another page.", {"type": "string"}),
            _parameter(PAGE_SIZE, "How many rows a page holds at most.", size),
        ]

    def _link(self, page: Sequence[Model], *, more_after: bool, more_before: bool) -> None:
        if page and more_after:
            self.next = replace_query_param(self.url, CURSOR, f"{AFTER}{page[-1].pk.hex}")
        if page and more_before:
            self.previous = replace_query_param(self.url, CURSOR, f"{BEFORE}{page[0].pk.hex}")


def stored_order(queryset: QuerySet[Any]) -> tuple[str, ...]:
    """The declared order of a queryset (its own or its model's), made unique by the id."""
    declared = queryset.query.order_by or queryset.model._meta.ordering or ()
    names = tuple(str(name) for name in declared)
    return names if names and names[-1].lstrip("-") in {"id", "pk"} else (*names, "id")


def _keys(scoped: QuerySet[Any], anchor: UUID, ordering: Sequence[str]) -> tuple[Any, ...]:
    keys: tuple[Any, ...] | None = (
        scoped.order_by().filter(pk=anchor).values_list(*(name.lstrip("-") for name in ordering)).first()
    )
    if keys is None:
        raise Refused("validation_failed", 400, {CURSOR: "invalid_cursor"})
    return keys


def _beyond(ordering: Sequence[str], keys: Sequence[Any], *, backwards: bool) -> Q:
    """Rows past the anchor: a bound on the first key, which an index serves, and then key by key."""
    beyond, equal = Q(), Q()
    for name, key in zip(ordering, keys, strict=True):
        lookup = "lt" if name.startswith("-") != backwards else "gt"
        column = name.lstrip("-")
        beyond |= equal & Q((f"{column}__{lookup}", key))
        equal &= Q((column, key))
    first = ordering[0]
    bound = "lte" if first.startswith("-") != backwards else "gte"
    return Q((f"{first.lstrip('-')}__{bound}", keys[0])) & beyond


def _turned(ordering: Sequence[str]) -> list[str]:
    return [name[1:] if name.startswith("-") else f"-{name}" for name in ordering]


def _size(sent: str | None) -> int:
    if sent is None:
        return DEFAULT_SIZE
    # Three digits hold every allowed size; a longer string is not worth reading.
    if not (sent.isascii() and sent.isdigit() and len(sent) <= len(str(MAX_SIZE)) and 1 <= int(sent) <= MAX_SIZE):
        raise Refused("validation_failed", 400, {PAGE_SIZE: "invalid"})
    return int(sent)


def _decoded(sent: str) -> tuple[str, UUID]:
    try:
        anchor = UUID(hex=sent[1:])
    except ValueError:
        anchor = None
    if anchor is None or sent[:1] not in {AFTER, BEFORE}:
        raise Refused("validation_failed", 400, {CURSOR: "invalid_cursor"})
    return sent[0], anchor


def _parameter(name: str, description: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "in": "query", "required": False, "description": description, "schema": schema}
