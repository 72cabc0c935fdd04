"""The one base viewset: scoped before anything else, strict in what it reads; and the mixins of the usual actions."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, ClassVar

from django.db import models
from django.http import Http404
from rest_framework import exceptions
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer, Serializer

from backend.api import preconditions
from backend.api.errors import Refused
from backend.api.filters import DeclaredFilters, StrictFilterSet
from backend.api.gate import ScopedQuerySet, allows, reach_of
from backend.api.pagination import CursorPages
from backend.api.requests import RecordedViewSet
from backend.api.serializers import FROM_QUERY, field_set_digest, hidden_fields

CONDITIONAL = frozenset({"PUT", "PATCH", "DELETE"})
UUID_PATTERN = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"


class GatedViewSet(RecordedViewSet):
    """A viewset whose rows are those the user reaches with the codename of the action.

    `model` is what it is about, `codenames` maps actions to codenames, `input_serializers` actions to what reads their
    body, `query_serializers` actions to what reads their query (lists have a `filterset_class`).
    """

    lookup_value_regex = UUID_PATTERN
    filter_backends = [DeclaredFilters]
    pagination_class = CursorPages
    filterset_class: type[StrictFilterSet] | None = None
    input_serializers: ClassVar[Mapping[str, type[BaseSerializer[Any]]]] = {}
    query_serializers: ClassVar[Mapping[str, type[Serializer[Any]]]] = {}

    @property
    def user(self) -> Any:
        """Who asks."""
        return self.request.user

    def check_entry(self) -> None:
        """Nobody creates anything who holds the codename nowhere; no body is read before that is known."""
        if self.request.method == "POST" and not self.detail and not self.may_create():
            raise exceptions.PermissionDenied

    def may_create(self) -> bool:
        """Hook: whether the user may send this collection a new object at all."""
        return reach_of(self.user).holds(self.codename)

    def get_queryset(self) -> models.QuerySet[Any]:
        """The rows on which the user holds the codename of this action."""
        if getattr(self, "swagger_fake_view", False):
            return self.model._default_manager.none()
        return self.visible(self.codename)

    def visible(self, codename: str) -> models.QuerySet[Any]:
        """The rows on which the user holds `codename`. A model that knows no scope has none."""
        rows = self.model._default_manager.all()
        if not isinstance(rows, ScopedQuerySet):
            return rows.none()
        return rows.visible_to(self.user, codename)

    def get_object(self) -> Any:
        """The object of the route, locked where it is about to be changed.

        Raises Http404 when it is not there or not seen, and PermissionDenied when it may be read, but not this.
        """
        rows = self.get_queryset()
        if self.request.method in CONDITIONAL:
            rows = rows.select_for_update(no_key=True, of=("self",))
        found = rows.filter(pk=self.kwargs[self.lookup_url_kwarg or self.lookup_field]).first()
        if found is None:
            raise self._unseen()
        self.handled = found
        return found

    def recheck(self, obj: models.Model) -> None:
        """Refuse a write that left its object outside the writer's reach; the transaction is rolled back."""
        if not allows(self.user, self.codename, obj):
            raise exceptions.PermissionDenied

    def check_query(self) -> None:
        """Refuse parameters that are not declared for this action, and declared ones sent twice or without a value."""
        sent = self.request.query_params
        faults: dict[str, str] = {}
        if sent.keys() - self.query_parameters():
            faults[""] = "unknown_parameter"
        elif any(len(sent.getlist(name)) > 1 for name in sent):
            faults[""] = "repeated_parameter"
        elif "" in sent.values():
            faults[""] = "empty_parameter"
        if faults:
            raise Refused("validation_failed", HTTPStatus.BAD_REQUEST, faults)

    def query_parameters(self) -> frozenset[str]:
        """The parameters this action reads."""
        if self.action in self.query_serializers:
            return frozenset(self.query_serializers[self.action]().get_fields())
        if self.action != "list":
            return frozenset()
        filters = self.filterset_class.parameters() if self.filterset_class else frozenset()
        return filters | CursorPages.parameters

    def query(self) -> dict[str, Any]:
        """The validated query of an action that has a query serializer."""
        context = {**self.get_serializer_context(), FROM_QUERY: True}
        reader = self.query_serializers[self.action](data=self.request.query_params.dict(), context=context)
        reader.is_valid(raise_exception=True)
        return dict(reader.validated_data)

    def body(self, instance: Any = None, *, partial: bool = False) -> BaseSerializer[Any]:
        """The serializer that has read and validated the body; its fields are those of the action's input."""
        reader = self.input_serializers.get(self.action, self.get_serializer_class())
        serializer = reader(instance, data=self.request.data, context=self.get_serializer_context(), partial=partial)
        serializer.is_valid(raise_exception=True)
        return serializer

    def object_version(self, obj: Any) -> object:
        """Hook: what changes whenever the bytes of the object change."""
        return obj.version

    def object_etag(self, obj: Any) -> str:
        """The strong tag of the object as this user sees it."""
        return preconditions.tag(
            self.object_version(obj), field_set_digest(self.get_serializer_class(), self.user, obj)
        )

    def require_match(self, obj: Any) -> None:
        """Raise Refused (428, 412) unless If-Match names the tag of an object that is locked."""
        preconditions.require_match(self.request, self.object_etag(obj))

    def respond(self, obj: Any, status: int = HTTPStatus.OK, *, headers: Mapping[str, str] | None = None) -> Response:
        """One object with its tag; those whose data it holds are noted."""
        self.release(obj)
        data = self.get_serializer(obj).data
        return Response(data, status=status, headers={"ETag": self.object_etag(obj), **(headers or {})})

    def respond_list(self, rows: Sequence[Any]) -> Response:
        """Many objects as one page."""
        self.release(list(rows))
        return self.get_paginated_response(self.get_serializer(rows, many=True).data)

    def _unseen(self) -> Exception:
        """What to raise for an object the user does not reach: 403 only where they may read it all the same."""
        readable = self.codenames.get("retrieve", self.codename)
        key = self.kwargs[self.lookup_url_kwarg or self.lookup_field]
        if readable != self.codename and self.visible(readable).filter(pk=key).exists():
            return exceptions.PermissionDenied()
        return Http404()


class ListMixin(GatedViewSet):
    """One page of what the user reaches, after the declared filters."""

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """A page."""
        rows = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        return self.respond_list(rows or [])


class RetrieveMixin(GatedViewSet):
    """One object."""

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """The object, or 304 when the reader says it has these bytes; that is logged like a read, since it tells."""
        obj = self.get_object()
        current = self.object_etag(obj)
        if preconditions.is_known(request, current):
            self.release(obj)
            return Response(status=HTTPStatus.NOT_MODIFIED, headers={"ETag": current})
        return self.respond(obj)


class CreateMixin(GatedViewSet):
    """A new object."""

    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Validate, store, ask again whether the result is in reach, answer 201 with its address."""
        obj = self.perform_create(self.body())
        self.recheck(obj)
        return self.respond(obj, HTTPStatus.CREATED, headers={"Location": f"{request.path}{obj.pk}/"})

    def perform_create(self, serializer: BaseSerializer[Any]) -> Any:
        """Hook: call the verb that creates; returns the object."""
        return serializer.save()


class UpdateMixin(GatedViewSet):
    """A change of one object, under its row lock, for who has read its present version."""

    def update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """PUT. One whose effect stands already is answered 200 though its tag is stale (RFC 9110, 13.1.1)."""
        return self._update(request, partial=False)

    def partial_update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """PATCH."""
        return self._update(request, partial=True)

    def perform_update(self, serializer: BaseSerializer[Any]) -> Any:
        """Hook: call the verb that changes and bumps the version; returns the object."""
        return serializer.save()

    def already_stands(self, obj: models.Model, values: dict[str, Any]) -> bool:
        """Hook: whether the object holds the sent values already; such a request writes nothing, and no history."""
        return all(hasattr(obj, name) and getattr(obj, name) == value for name, value in values.items())

    def _update(self, request: Request, *, partial: bool) -> Response:
        obj = self.get_object()
        is_current = preconditions.matches(request, self.object_etag(obj))
        if partial and not is_current:
            raise Refused("precondition_failed", HTTPStatus.PRECONDITION_FAILED)
        serializer = self.body(obj, partial=partial)
        values = dict(serializer.validated_data)
        if not self._writes_blindly(obj, values) and self.already_stands(obj, values):
            return self.respond(obj)
        if not is_current:
            raise Refused("precondition_failed", HTTPStatus.PRECONDITION_FAILED)
        changed = self.perform_update(serializer)
        self.recheck(changed)
        return self.respond(changed)

    def _writes_blindly(self, obj: models.Model, values: Mapping[str, Any]) -> bool:
        """Whether the body names a field the writer does not see: an unchanged tag would confirm a guess of it."""
        return bool(hidden_fields(self.get_serializer_class(), self.user, obj) & values.keys())
