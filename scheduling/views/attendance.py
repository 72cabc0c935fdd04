"""Attendance over sessions, over REST: what a patient attended, and how a record came to be."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from backend.api.views import ListMixin, RetrieveMixin
from scheduling import filters, serializers
from scheduling.models import Attendance
from scheduling.views.windows import asked_window


class AttendanceViewSet(ListMixin, RetrieveMixin):
    """Attendance within a window, of one patient or of all one may see; it is changed through its session."""

    model = Attendance
    serializer_class = serializers.AttendanceSerializer
    filterset_class = filters.AttendanceFilters
    codenames = {"list": "view_schedule", "retrieve": "view_schedule", "history": "view_schedule"}
    http_method_names = ["get"]

    def visible(self, codename: str) -> QuerySet[Attendance]:
        """With the name and number each row shows; a list asks within its window."""
        window = asked_window(self.request) if self.action == "list" else None
        return Attendance._default_manager.all().visible_to(self.user, codename, window).select_related("patient")

    def object_etag(self, obj: Attendance) -> str:
        """The same tag as in the roster."""
        return serializers.tag_of_row(self.user, obj)

    @extend_schema(responses=serializers.AttendanceHistorySerializer)
    @action(detail=True, methods=["get"])
    def history(self, request: Request, pk: str) -> Response:
        """Every change of the record, oldest first: from what to what, by whom, when and why."""
        row = self.get_object()
        self.release(row)
        context = self.get_serializer_context()
        moves: Any = serializers.AttendanceMoveSerializer(row.moves.all(), many=True, context=context).data
        if not serializers.tells_reasons(self.user, row):
            moves = [{name: value for name, value in move.items() if name != "reason"} for move in moves]
        return Response({"results": moves})
