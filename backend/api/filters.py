"""Declared list filters: unknown parameters are refused by the base view, malformed values by the filters here."""

import datetime as dt
from typing import Any, ClassVar

from django import forms
from django.db import models
from django_filters.filters import DateFilter, Filter, UUIDFilter
from django_filters.filterset import FILTER_FOR_DBFIELD_DEFAULTS
from django_filters.rest_framework.backends import DjangoFilterBackend
from django_filters.rest_framework.filterset import FilterSet
from rest_framework.request import Request
from rest_framework.views import APIView

from backend.api.errors import Refused

MAX_WINDOW = dt.timedelta(days=92)
FROM, TO = "from", "to"


class MomentFormField(forms.Field):
    """A moment of RFC 3339, with its offset. An unescaped plus sign arrives as a blank and is read as one."""

    def to_python(self, value: Any) -> dt.datetime | None:
        """The aware moment; None for nothing."""
        if value in self.empty_values:
            return None
        try:
            moment = dt.datetime.fromisoformat(str(value).strip().replace(" ", "+"))
        except ValueError as error:
            raise forms.ValidationError("not a moment", code="invalid") from error
        if moment.tzinfo is None:
            raise forms.ValidationError("not a moment", code="naive")
        return moment


class MomentFilter(Filter):
    """Compares a stored instant with a moment."""

    field_class = MomentFormField


class StrictFilterSet(FilterSet):
    """The base of every list's filters.

    A reference is compared by id and never looked up: looking would tell hidden rows from absent ones.
    """

    FILTER_DEFAULTS = {
        **FILTER_FOR_DBFIELD_DEFAULTS,
        models.ForeignKey: {"filter_class": UUIDFilter},
        models.OneToOneField: {"filter_class": UUIDFilter},
        models.DateTimeField: {"filter_class": MomentFilter},
    }
    # Set by the library's metaclass.
    _meta: ClassVar[Any]
    base_filters: ClassVar[dict[str, Any]]

    @classmethod
    def parameters(cls) -> frozenset[str]:
        """The names a list's query may hold."""
        return frozenset(cls.base_filters)


class WindowFilterSet(StrictFilterSet):
    """A list of calendar rows: asked for a half-open window (from counts, to does not) of at most 92 days.

    `window_field` is the column compared: dates for a date column, moments with offset for an instant.
    """

    window_field: ClassVar[str]

    @classmethod
    def get_filters(cls) -> dict[str, Any]:
        """The declared filters, and both ends of the window."""
        base: Any = super()
        found: dict[str, Any] = base.get_filters()
        if cls._meta.model is None:
            return found
        column = cls._meta.model._meta.get_field(cls.window_field)
        # A generated column has its type one step down.
        column = getattr(column, "output_field", column)
        kind = MomentFilter if isinstance(column, models.DateTimeField) else DateFilter
        found[FROM] = kind(field_name=cls.window_field, lookup_expr="gte", required=True)
        found[TO] = kind(field_name=cls.window_field, lookup_expr="lt", required=True)
        return found

    def filter_queryset(self, queryset: models.QuerySet[Any]) -> models.QuerySet[Any]:
        """Rows within the window. Raises Refused (400) when it is turned round or too long."""
        start, end = self.form.cleaned_data[FROM], self.form.cleaned_data[TO]
        if end <= start:
            raise Refused("validation_failed", 400, {TO: "window_order"})
        if end - start > MAX_WINDOW:
            raise Refused("validation_failed", 400, {TO: "window_too_long"})
        base: Any = super()
        rows: models.QuerySet[Any] = base.filter_queryset(queryset)
        return rows


class DeclaredFilters(DjangoFilterBackend):
    """Applies a list's filter set; what does not validate is a 400."""

    filterset_base = StrictFilterSet

    def filter_queryset(self, request: Request, queryset: models.QuerySet[Any], view: APIView) -> models.QuerySet[Any]:
        """The rows the declared filters leave. A window that is missing gets a problem of its own."""
        backend: Any = self
        filterset = backend.get_filterset(request, queryset, view)
        if filterset is None:
            return queryset
        if not filterset.is_valid():
            raise Refused(*_invalid(filterset.errors.as_data()))
        rows: models.QuerySet[Any] = filterset.qs
        return rows


def _invalid(errors: dict[str, list[Any]]) -> tuple[str, int, dict[str, list[str]]]:
    codes = {name: [fault.code or "invalid" for fault in faults] for name, faults in errors.items()}
    missing = {name for name, found in codes.items() if "required" in found}
    if missing and missing <= {FROM, TO}:
        return "window_required", 400, codes
    return "validation_failed", 400, codes
