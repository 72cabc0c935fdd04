"""Care-team members and tasks for staff over REST."""

from http import HTTPStatus
from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer

from backend.api.recorder import current
from backend.api.views import CreateMixin, GatedViewSet, ListMixin, RetrieveMixin
from patients import actions, filters, serializers
from patients.models import CareTeamMember, StaffTask

Reader = BaseSerializer[Any]


class MemberViewSet(ListMixin, RetrieveMixin, CreateMixin, GatedViewSet):
    """Who belongs to a patient's care team, from when until when."""

    model = CareTeamMember
    serializer_class = serializers.MemberSerializer
    filterset_class = filters.MemberFilters
    codenames = {
        "list": "view_patient",
        "retrieve": "view_patient",
        "create": "manage_patient",
        "end": "manage_patient",
    }
    input_serializers: ClassVar[dict[str, type[Reader]]] = {
        "create": serializers.NewMember,
        "end": serializers.MemberEnd,
    }
    http_method_names = ["get", "post"]

    def perform_create(self, serializer: Any) -> CareTeamMember:
        """Let the person join."""
        return actions.join_care_team(by=current().actor, **serializer.validated_data)

    @extend_schema(responses={200: serializers.MemberSerializer, 204: None})
    @action(detail=True, methods=["post"])
    def end(self, request: Request, pk: str) -> Response:
        """End the membership; one that had not begun is taken back whole (204)."""
        member = self.get_object()
        ended = actions.leave_care_team(member=member, by=current().actor, **self.body().validated_data)
        if ended is None:
            return Response(status=HTTPStatus.NO_CONTENT)
        return self.respond(ended)


class TaskViewSet(ListMixin, RetrieveMixin, GatedViewSet):
    """Tasks for staff; the service raises them, people do them."""

    model = StaffTask
    serializer_class = serializers.TaskSerializer
    filterset_class = filters.TaskFilters
    codenames = {
        "list": "view_patient",
        "retrieve": "view_patient",
        "done": "manage_patient",
        "reopen": "manage_patient",
    }
    http_method_names = ["get", "post"]

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def done(self, request: Request, pk: str) -> Response:
        """The task is done."""
        return self.respond(actions.do_task(task=self.get_object(), by=current().actor))

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def reopen(self, request: Request, pk: str) -> Response:
        """It was not done after all."""
        return self.respond(actions.reopen_task(task=self.get_object(), by=current().actor))
