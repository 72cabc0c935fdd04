"""Enrollments over REST: listed, withdrawn and reinstated; made by enrolling in a group."""

from http import HTTPStatus
from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer

from backend.api.recorder import current
from backend.api.views import GatedViewSet, ListMixin, RetrieveMixin
from groups import actions, filters, serializers
from groups.models import Enrollment

Reader = BaseSerializer[Any]


class EnrollmentViewSet(ListMixin, RetrieveMixin, GatedViewSet):
    """Patients on rosters, over ranges of days."""

    model = Enrollment
    serializer_class = serializers.EnrollmentSerializer
    filterset_class = filters.EnrollmentFilters
    codenames = {
        "list": "view_schedule",
        "retrieve": "view_schedule",
        "withdraw": "manage_roster",
        "reinstate": "manage_roster",
    }
    input_serializers: ClassVar[dict[str, type[Reader]]] = {"withdraw": serializers.Withdrawal}
    http_method_names = ["get", "post"]

    @extend_schema(responses={200: serializers.EnrollmentSerializer, 204: None})
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, pk: str) -> Response:
        """Take the patient off the roster from a day on; one that had not begun is taken back whole (204)."""
        enrollment = self.get_object()
        ended = actions.withdraw(enrollment=enrollment, by=current().actor, **self.body().validated_data)
        return Response(status=HTTPStatus.NO_CONTENT) if ended is None else self.respond(ended)

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def reinstate(self, request: Request, pk: str) -> Response:
        """Take a withdrawal back, if the seat is still free."""
        return self.respond(actions.reinstate(enrollment=self.get_object(), by=current().actor))
