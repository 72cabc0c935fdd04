"""Facilitators over REST."""

from http import HTTPStatus
from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer

from backend.api.recorder import current
from backend.api.views import CreateMixin, GatedViewSet, ListMixin, RetrieveMixin
from groups import actions, filters, serializers
from groups.models import Facilitator

Reader = BaseSerializer[Any]


class FacilitatorViewSet(ListMixin, RetrieveMixin, CreateMixin, GatedViewSet):
    """Who leads a group, from which day until which; they see the patients on its roster meanwhile."""

    model = Facilitator
    serializer_class = serializers.FacilitatorSerializer
    filterset_class = filters.FacilitatorFilters
    codenames = {
        "list": "view_center",
        "retrieve": "view_center",
        "create": "manage_roster",
        "end": "manage_roster",
    }
    input_serializers: ClassVar[dict[str, type[Reader]]] = {
        "create": serializers.NewFacilitator,
        "end": serializers.FacilitationEnd,
    }
    http_method_names = ["get", "post"]

    def perform_create(self, serializer: Any) -> Facilitator:
        """Appoint the person."""
        return actions.appoint_facilitator(by=current().actor, **serializer.validated_data)

    @extend_schema(responses={200: serializers.FacilitatorSerializer, 204: None})
    @action(detail=True, methods=["post"])
    def end(self, request: Request, pk: str) -> Response:
        """Let the person lead no longer from a day on; one who had not begun is taken back whole (204)."""
        facilitator = self.get_object()
        ended = actions.end_facilitation(facilitator=facilitator, by=current().actor, **self.body().validated_data)
        return Response(status=HTTPStatus.NO_CONTENT) if ended is None else self.respond(ended)
