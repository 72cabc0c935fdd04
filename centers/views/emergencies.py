"""Who may break the glass, over REST."""

from http import HTTPStatus
from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer

from backend.api.recorder import current
from backend.api.views import CreateMixin, GatedViewSet, ListMixin, RetrieveMixin
from centers import actions, filters, serializers
from centers.models import EmergencyListing


class EmergencyListingViewSet(ListMixin, RetrieveMixin, CreateMixin, GatedViewSet):
    """Who may break the glass at a center, from when until when."""

    model = EmergencyListing
    serializer_class = serializers.EmergencyListingSerializer
    filterset_class = filters.EmergencyListingFilters
    codenames = {"list": "view_center", "retrieve": "view_center", "create": "manage_staff", "end": "manage_staff"}
    input_serializers: ClassVar[dict[str, type[BaseSerializer[Any]]]] = {
        "create": serializers.NewEmergencyListing,
        "end": serializers.ListingEnd,
    }

    def perform_create(self, serializer: Any) -> EmergencyListing:
        """Put the person on the list."""
        return actions.list_for_emergencies(by=current().actor, **serializer.validated_data)

    @extend_schema(responses={200: serializers.EmergencyListingSerializer, 204: None})
    @action(detail=True, methods=["post"])
    def end(self, request: Request, pk: str) -> Response:
        """Take the person off the list; a listing that had not begun is taken back whole (204)."""
        ended = actions.end_listing(listing=self.get_object(), by=current().actor, **self.body().validated_data)
        return Response(status=HTTPStatus.NO_CONTENT) if ended is None else self.respond(ended)
