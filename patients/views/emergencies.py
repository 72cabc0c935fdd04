"""Emergency accesses over REST: opened by listed staff, read and judged by privacy officers."""

from typing import Any, ClassVar

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer

from backend.api.recorder import current
from backend.api.views import CreateMixin, GatedViewSet, ListMixin, RetrieveMixin
from centers.models import EmergencyListing
from centers.names import name_here
from patients import actions, filters, serializers
from patients.models import EmergencyAccess

Reader = BaseSerializer[Any]


class EmergencyAccessViewSet(ListMixin, RetrieveMixin, CreateMixin, GatedViewSet):
    """Who broke the glass for whom: a privacy officer's queue, and for everybody else their own."""

    model = EmergencyAccess
    serializer_class = serializers.EmergencyAccessSerializer
    filterset_class = filters.EmergencyAccessFilters
    codenames = {
        "list": "review_access",
        "retrieve": "review_access",
        "create": "view_center",
        "end": "review_access",
        "review": "review_access",
    }
    input_serializers: ClassVar[dict[str, type[Reader]]] = {
        "create": serializers.NewEmergencyAccess,
        "review": serializers.EmergencyReview,
    }

    def may_create(self) -> bool:
        """Whether the person is listed anywhere."""
        return super().may_create() and EmergencyListing.names(self.user)

    def get_serializer_class(self) -> type[Reader]:
        """A list does not count the log."""
        return serializers.EmergencyRow if self.action == "list" else serializers.EmergencyAccessSerializer

    def visible(self, codename: str) -> QuerySet[EmergencyAccess]:
        """Accesses with the people their representation names."""
        rows: QuerySet[EmergencyAccess] = super().visible(codename).select_related("center", "patient", "staff")
        return rows.annotate(called=name_here())

    def object_version(self, obj: EmergencyAccess) -> str:
        """Its version, whether its hours still run, and how much was read under it."""
        return f"{obj.version}.{obj.is_open}.{obj.entries}"

    def perform_create(self, serializer: Any) -> EmergencyAccess:
        """Open the access; a refusal is told to the privacy officers of the center it was asked of."""
        values = dict(serializer.validated_data)
        self.handled = values["center"]
        factor: Any = getattr(self.request.auth, "second_factor_at", None)
        return actions.open_emergency(staff=self.user, second_factor_at=factor, by=current().actor, **values)

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def end(self, request: Request, pk: str) -> Response:
        """End it before its hours are over: one's own, or one that one reviews."""
        return self.respond(actions.end_emergency(access=self.get_object(), by=current().actor))

    @action(detail=True, methods=["post"])
    def review(self, request: Request, pk: str) -> Response:
        """Judge it, once; nobody judges their own."""
        access = self.get_object()
        reviewed = actions.review_emergency(
            access=access, reviewer=self.user, by=current().actor, **self.body().validated_data
        )
        return self.respond(reviewed)
