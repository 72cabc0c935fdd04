"""What would go, over REST: the reminders a schedule gives, sent or not."""

from typing import Any, ClassVar

from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from backend.api.errors import Refused
from backend.api.filters import FROM, TO
from reminders.examples import PLANNED
from reminders.models import Channel, Reminder
from reminders.planning import Planned, planned
from scheduling.views.reports import NOT_PAGED, ReportQuery, ReportViewSet

MAX_DAYS = 31


class PlannedQuery(ReportQuery):
    """A center and at most a month of days, by original dates."""

    codename = "view_reminders"

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Every reminder of a month is worked out anew; more is for the command."""
        attrs = super().validate(attrs)
        if (attrs[TO] - attrs[FROM]).days > MAX_DAYS:
            raise Refused("validation_failed", 400, {TO: "max_value"})
        return attrs


class PlannedRow(serializers.Serializer[Planned]):
    """One reminder that would go."""

    patient = serializers.UUIDField(source="occasion.person.id")
    session = serializers.UUIDField(source="occasion.session_id")
    session_key = serializers.CharField(source="occasion.key")
    offset_hours = serializers.IntegerField()
    channel = serializers.ChoiceField(choices=Channel.choices)
    due_at = serializers.DateTimeField()


@extend_schema_serializer(many=False, examples=[OpenApiExample("Example", value=PLANNED, response_only=True)])
class PlannedRows(serializers.Serializer[Any]):
    """All of them: a window is at most a month."""

    results = PlannedRow(many=True)


class PlannedReminderViewSet(ReportViewSet):
    """What a center's schedule and rosters give, whether or not the center sends, and whatever the time is now."""

    model = Reminder
    serializer_class = PlannedRow
    codenames = {"list": "view_reminders"}
    query_serializers: ClassVar[dict[str, type[serializers.Serializer[Any]]]] = {"list": PlannedQuery}

    @extend_schema(responses=PlannedRows, parameters=NOT_PAGED)
    def list(self, request: Request) -> Response:
        """Reminders of the sessions in the window."""
        query = self.query()
        rows = planned(query["center"], query[FROM], query[TO])
        self.released.add_patients(query["center"].id, {row.occasion.person.id for row in rows})
        return Response({"results": [PlannedRow(row).data for row in rows]})
