"""Episodes, stays at a level of care and leaves over REST."""

from http import HTTPStatus
from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer

from backend.api.recorder import current
from backend.api.views import CreateMixin, GatedViewSet, ListMixin, RetrieveMixin, UpdateMixin
from patients import actions, filters, serializers
from patients.models import Episode, LeaveOfAbsence, LevelOfCareStay

READ = {"list": "view_patient", "retrieve": "view_patient"}
Reader = BaseSerializer[Any]


class EpisodeViewSet(ListMixin, RetrieveMixin, CreateMixin, GatedViewSet):
    """Episodes of care: created by admitting, ended by discharging."""

    model = Episode
    serializer_class = serializers.EpisodeSerializer
    filterset_class = filters.EpisodeFilters
    codenames = READ | dict.fromkeys(("create", "discharge", "undo_discharge", "change_level"), "manage_patient")
    input_serializers: ClassVar[dict[str, type[Reader]]] = {
        "create": serializers.NewEpisode,
        "discharge": serializers.NewDischarge,
        "change_level": serializers.LevelChange,
    }
    http_method_names = ["get", "post"]

    def perform_create(self, serializer: Any) -> Episode:
        """Admit."""
        return actions.admit(by=current().actor, **serializer.validated_data)

    @action(detail=True, methods=["post"])
    def discharge(self, request: Request, pk: str) -> Response:
        """End the episode; enrollments end with it."""
        episode = self.get_object()
        return self.respond(actions.discharge(episode=episode, by=current().actor, **self.body().validated_data))

    @extend_schema(request=None)
    @action(detail=True, methods=["post"], url_path="undo-discharge")
    def undo_discharge(self, request: Request, pk: str) -> Response:
        """Take back a discharge entered by mistake, and what it ended; a group that is full meanwhile raises a task."""
        return self.respond(actions.undo_discharge(episode=self.get_object(), by=current().actor))

    @action(detail=True, methods=["post"], url_path="change-level")
    def change_level(self, request: Request, pk: str) -> Response:
        """Continue the episode at another level of care from a day on."""
        episode = self.get_object()
        actions.change_level(episode=episode, by=current().actor, **self.body().validated_data)
        return self.respond(episode)


class StayViewSet(ListMixin, RetrieveMixin, GatedViewSet):
    """Stays at a level of care; they follow from admissions, changes of level and discharges."""

    model = LevelOfCareStay
    serializer_class = serializers.StaySerializer
    filterset_class = filters.StayFilters
    codenames = {"list": "view_chart", "retrieve": "view_chart"}
    http_method_names = ["get"]


class LeaveViewSet(ListMixin, RetrieveMixin, CreateMixin, UpdateMixin, GatedViewSet):
    """Leaves of absence; nobody is expected on a leave, the seat in a group is kept."""

    model = LeaveOfAbsence
    serializer_class = serializers.LeaveSerializer
    filterset_class = filters.LeaveFilters
    codenames = READ | dict.fromkeys(("create", "partial_update", "end"), "manage_patient")
    input_serializers: ClassVar[dict[str, type[Reader]]] = {
        "create": serializers.NewLeave,
        "partial_update": serializers.LeaveInput,
        "end": serializers.LeaveEnd,
    }
    http_method_names = ["get", "post", "patch"]

    def perform_create(self, serializer: Any) -> LeaveOfAbsence:
        """Take the leave."""
        return actions.take_leave(by=current().actor, **serializer.validated_data)

    def perform_update(self, serializer: Any) -> LeaveOfAbsence:
        """Change its days or reason."""
        return actions.revise_leave(serializer.instance, by=current().actor, **serializer.validated_data)

    @extend_schema(responses={200: serializers.LeaveSerializer, 204: None})
    @action(detail=True, methods=["post"])
    def end(self, request: Request, pk: str) -> Response:
        """End the leave early; one that had not begun is deleted (204)."""
        leave = self.get_object()
        ended = actions.end_leave(leave=leave, by=current().actor, **self.body().validated_data)
        return Response(status=HTTPStatus.NO_CONTENT) if ended is None else self.respond(ended)
