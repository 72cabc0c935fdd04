"""Contact points over REST."""

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer

from backend.api.recorder import current
from backend.api.views import CreateMixin, GatedViewSet, ListMixin, RetrieveMixin, UpdateMixin
from patients import actions, filters, serializers
from patients.models import ContactPoint

Reader = BaseSerializer[Any]


class ContactPointViewSet(ListMixin, RetrieveMixin, CreateMixin, UpdateMixin, GatedViewSet):
    """Numbers and addresses; one of a kind is in use at a time, earlier ones stay as they were."""

    model = ContactPoint
    serializer_class = serializers.ContactPointSerializer
    filterset_class = filters.ContactPointFilters
    codenames = {
        "list": "view_patient",
        "retrieve": "view_patient",
        "create": "manage_patient",
        "partial_update": "manage_patient",
        "end": "manage_patient",
    }
    input_serializers: ClassVar[dict[str, type[Reader]]] = {
        "create": serializers.NewContactPoint,
        "partial_update": serializers.ContactPointInput,
    }
    http_method_names = ["get", "post", "patch"]

    def perform_create(self, serializer: Any) -> ContactPoint:
        """Keep the number or address."""
        return actions.keep_contact_point(by=current().actor, **serializer.validated_data)

    def perform_update(self, serializer: Any) -> ContactPoint:
        """Correct it."""
        return actions.revise_contact_point(serializer.instance, by=current().actor, **serializer.validated_data)

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def end(self, request: Request, pk: str) -> Response:
        """Use it no longer."""
        return self.respond(actions.end_contact_point(point=self.get_object(), by=current().actor))
