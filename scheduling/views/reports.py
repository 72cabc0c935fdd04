"""Hours and seats over REST, as JSON and as CSV."""

import csv
import io
from collections.abc import Mapping
from dataclasses import asdict, fields
from typing import Any, ClassVar

from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from backend.api.errors import Refused
from backend.api.filters import FROM, TO
from backend.api.pagination import CURSOR, PAGE_SIZE
from backend.api.serializers import StrictSerializer, VisibleRelatedField
from backend.api.views import GatedViewSet
from centers.models import Center
from patients.models import Patient
from scheduling.examples import EXAMPLES, shown
from scheduling.hours import WeekOfHours, weekly_hours
from scheduling.models import Series
from scheduling.reports import GroupSummary, attendance_summary

MAX_DAYS = 371
# Of reports that come whole: the parameters of pages, which the schema would give every list.
NOT_PAGED = [OpenApiParameter(name, exclude=True) for name in (CURSOR, PAGE_SIZE)]
SUMMARY = OpenApiExample("Example", value=EXAMPLES["summary"], response_only=True)


class CsvRenderer(BaseRenderer):
    """The rows of an answer as CSV (RFC 4180); a problem stays a problem."""

    media_type = "text/csv"
    format = "csv"
    charset = "utf-8"

    def render(self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None) -> bytes:
        """One header row, then one row each; cells a spreadsheet would run as a formula are quoted as text."""
        if not isinstance(data, Mapping) or "results" not in data:
            return JSONRenderer().render(data)
        out = io.StringIO()
        writer = csv.DictWriter(out, fieldnames=(renderer_context or {})["view"].columns())
        writer.writeheader()
        writer.writerows({name: _cell(value) for name, value in row.items()} for row in data["results"])
        return out.getvalue().encode()


def _cell(value: Any) -> Any:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"'{value}" if isinstance(value, str) and value[:1] in {"=", "+", "-", "@", "\t", "\r"} else value


class ReportQuery(StrictSerializer):
    """A center and a half-open stretch of days, by original dates."""

    codename: ClassVar[str]

    def get_fields(self) -> dict[str, Any]:
        """`from` is no name Python lets a class have."""
        return {
            "center": VisibleRelatedField(codename=self.codename, queryset=Center._default_manager.all()),
            FROM: serializers.DateField(),
            TO: serializers.DateField(),
            "format": serializers.ChoiceField(choices=["json", "csv"], required=False),
            **super().get_fields(),
        }

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """A year and a week at most."""
        if attrs[TO] <= attrs[FROM]:
            raise Refused("validation_failed", 400, {TO: "window_order"})
        if (attrs[TO] - attrs[FROM]).days > MAX_DAYS:
            raise Refused("validation_failed", 400, {TO: "max_value"})
        return attrs


class HoursQuery(ReportQuery):
    """Of one patient, or page by page of all one may see."""

    codename = "view_hours"

    def get_fields(self) -> dict[str, Any]:
        """A center's hours are for whoever sees those of somebody in it; the rows say of whom."""
        return super().get_fields() | {
            "center": serializers.UUIDField(),
            "patient": serializers.UUIDField(required=False),
            CURSOR: serializers.CharField(required=False),
            PAGE_SIZE: serializers.CharField(required=False),
        }


class SummaryQuery(ReportQuery):
    codename = "view_aggregates"


@shown("hours")
class HoursRow(serializers.Serializer[WeekOfHours]):
    """A patient's week."""

    patient = serializers.UUIDField(source="patient_id")
    record_number = serializers.CharField(source="mrn")
    week_start = serializers.DateField()
    planned_minutes = serializers.IntegerField(source="planned")
    scheduled_minutes = serializers.IntegerField(source="scheduled")
    delivered_minutes = serializers.IntegerField(source="delivered")
    attended_minutes = serializers.IntegerField(source="attended")
    counted_minutes = serializers.IntegerField(source="counted")
    target_minutes = serializers.IntegerField(source="target")
    met = serializers.BooleanField()
    counted_days = serializers.IntegerField()
    min_days = serializers.IntegerField()
    days_met = serializers.BooleanField()

    def get_fields(self) -> dict[str, Any]:
        """`partial` is what the framework calls something else."""
        return super().get_fields() | {"partial": serializers.BooleanField()}


class ReportViewSet(GatedViewSet):
    """A report is a list of rows that are not stored."""

    is_report = True
    filter_backends = []
    renderer_classes = [JSONRenderer, CsvRenderer]
    http_method_names = ["get"]

    def columns(self) -> list[str]:
        """The names in a row, in their order; a file has them when it has no row."""
        raise NotImplementedError


class WeeklyHoursViewSet(ReportViewSet):
    """Planned, scheduled, delivered, attended and counted minutes per patient and week, paged by patients."""

    model = Patient
    serializer_class = HoursRow
    codenames = {"list": "view_hours"}
    query_serializers: ClassVar[dict[str, type[serializers.Serializer[Any]]]] = {"list": HoursQuery}

    def columns(self) -> list[str]:
        """Those of a week."""
        return list(HoursRow().fields)

    @extend_schema(responses=HoursRow(many=True))
    def list(self, request: Request) -> Response:
        """The weeks of a page of patients, by name. A file has no place for the next page: Link (RFC 8288) names it."""
        query = self.query()
        patients = self.get_queryset().filter(center=query["center"]).select_related("center")
        if "patient" in query:
            patients = patients.filter(pk=query["patient"])
        page: list[Patient] = self.paginate_queryset(patients) or []
        self.release([*page])
        ids = [patient.id for patient in page]
        weeks = weekly_hours(page[0].center, first=query[FROM], last=query[TO], patients=ids) if page else ()
        answer = self.get_paginated_response([HoursRow(week).data for week in weeks])
        if answer.data["next"]:
            answer.headers["Link"] = f'<{answer.data["next"]}>; rel="next"'
        return answer


class AttendanceSummaryViewSet(ReportViewSet):
    """How each group's seats were used: sums over many patients, never one of them."""

    model = Series
    codenames = {"list": "view_aggregates"}
    query_serializers: ClassVar[dict[str, type[serializers.Serializer[Any]]]] = {"list": SummaryQuery}

    def columns(self) -> list[str]:
        """Those of a group's summary."""
        return [*(column.name for column in fields(GroupSummary)), "no_show_rate"]

    @extend_schema(responses={200: dict}, parameters=NOT_PAGED, examples=[SUMMARY])
    def list(self, request: Request) -> Response:
        """One row per group."""
        query = self.query()
        rows = attendance_summary(query["center"], first=query[FROM], last=query[TO])
        return Response({"results": [_summary(row) for row in rows]})


def _summary(row: GroupSummary) -> dict[str, Any]:
    rate = row.no_show_rate
    return asdict(row) | {"no_show_rate": None if rate is None else f"{rate:.4f}"}
