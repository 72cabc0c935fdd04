"""Series and their weekly patterns over REST."""

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer

from backend.api.errors import Refused
from backend.api.recorder import current
from backend.api.views import CreateMixin, ListMixin, RetrieveMixin
from scheduling import actions, filters, serializers
from scheduling.models import Pattern, Series

Reader = type[BaseSerializer[Any]]


class SeriesViewSet(ListMixin, RetrieveMixin, CreateMixin):
    """What people belong to: groups' series, and individual courses, which are opened here."""

    model = Series
    serializer_class = serializers.SeriesSerializer
    filterset_class = filters.SeriesFilters
    codenames = {"list": "view_schedule", "retrieve": "view_schedule", "create": "manage_schedule"}
    input_serializers: ClassVar[dict[str, Reader]] = {"create": serializers.NewCourse}
    http_method_names = ["get", "post"]

    def perform_create(self, serializer: BaseSerializer[Any]) -> Series:
        """Open a course; a patient of another center is answered like one that does not exist."""
        values = dict(serializer.validated_data)
        if values["patient"].center_id != values["center"].id:
            raise Refused("validation_failed", 400, {"patient": "does_not_exist"})
        staff = actions.colleague(values["center"].id, values.pop("staff"), field="staff")
        self.release(values["patient"])
        return actions.open_course(staff=staff, by=current().actor, **values)


class PatternViewSet(ListMixin, RetrieveMixin, CreateMixin):
    """The weekly pattern. A row is never edited: it ends, and another begins."""

    model = Pattern
    serializer_class = serializers.PatternSerializer
    filterset_class = filters.PatternFilters
    codenames = {
        "list": "view_schedule",
        "retrieve": "view_schedule",
        "create": "manage_schedule",
        "change": "manage_schedule",
        "end": "manage_schedule",
    }
    input_serializers: ClassVar[dict[str, Reader]] = {
        "create": serializers.NewPattern,
        "change": serializers.PatternChange,
        "end": serializers.PatternEnd,
    }
    http_method_names = ["get", "post"]

    def perform_create(self, serializer: BaseSerializer[Any]) -> Pattern:
        """Add a row to a series, and its sessions."""
        return actions.add_pattern(by=current().actor, **serializer.validated_data)

    @action(detail=True, methods=["post"])
    def change(self, request: Request, pk: str) -> Response:
        """Change this and following: answers the row that begins on the day given."""
        pattern = self.get_object()
        fields = dict(self.body().validated_data)
        since = fields.pop("from")
        return self.respond(actions.change_pattern(pattern=pattern, since=since, by=current().actor, **fields))

    @extend_schema(request=serializers.PatternEnd)
    @action(detail=True, methods=["post"])
    def end(self, request: Request, pk: str) -> Response:
        """End the row on a day; its untouched sessions from then on are withdrawn."""
        pattern = self.get_object()
        return self.respond(actions.end_pattern(pattern=pattern, by=current().actor, **self.body().validated_data))
