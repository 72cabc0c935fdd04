"""Groups over REST, their rosters of any day, and enrolling in them."""

from http import HTTPStatus
from typing import Any, ClassVar

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse
from rest_framework.serializers import BaseSerializer

from backend.api.gate import reach_of
from backend.api.recorder import current
from backend.api.views import CreateMixin, GatedViewSet, ListMixin, RetrieveMixin, UpdateMixin
from groups import actions, filters, serializers
from groups.models import TherapyGroup

Reader = BaseSerializer[Any]


class GroupViewSet(ListMixin, RetrieveMixin, CreateMixin, UpdateMixin, GatedViewSet):
    """Therapy groups; `series` is what their sessions belong to."""

    model = TherapyGroup
    serializer_class = serializers.GroupSerializer
    filterset_class = filters.GroupFilters
    codenames = {
        "list": "view_center",
        "retrieve": "view_center",
        "create": "manage_roster",
        "partial_update": "manage_roster",
        "roster": "view_schedule",
        "enroll": "manage_roster",
    }
    input_serializers: ClassVar[dict[str, type[Reader]]] = {
        "create": serializers.NewGroup,
        "partial_update": serializers.GroupInput,
        "enroll": serializers.NewEnrollment,
    }
    query_serializers: ClassVar[dict[str, type[Any]]] = {"roster": serializers.RosterQuery}
    http_method_names = ["get", "post", "patch"]

    def get_queryset(self) -> QuerySet[TherapyGroup]:
        """A roster is open to whoever sees the group and somebody's schedule; its rows are those one may know of."""
        if self.action == "roster" and reach_of(self.user).holds(self.codename):
            return self.visible(self.codenames["retrieve"])
        return super().get_queryset()

    def perform_create(self, serializer: Any) -> TherapyGroup:
        """Open the group."""
        return actions.open_group(by=current().actor, **serializer.validated_data)

    def perform_update(self, serializer: Any) -> TherapyGroup:
        """Change what may change."""
        return actions.revise_group(serializer.instance, by=current().actor, **serializer.validated_data)

    @extend_schema(responses=serializers.GroupRosterSerializer)
    @action(detail=True, methods=["get"])
    def roster(self, request: Request, pk: str) -> Response:
        """Who is on the roster of a day: enrolled, admitted, and not on leave."""
        group: TherapyGroup = self.get_object()
        day = self.query().get("at") or group.today()
        rows = list(group.roster_for(self.user, self.codename, day))
        self.release([row.patient for row in rows])
        found = {"group": group.pk, "at": day, "capacity": group.capacity, "patients": rows}
        return Response(serializers.GroupRosterSerializer(found).data)

    @extend_schema(request=serializers.NewEnrollment, responses={201: serializers.EnrollmentSerializer})
    @action(detail=True, methods=["post"])
    def enroll(self, request: Request, pk: str) -> Response:
        """Put a patient on the roster; the sessions to come expect the patient from then on."""
        group = self.get_object()
        enrollment = actions.enroll(group=group, by=current().actor, **self.body().validated_data)
        self.release(enrollment)
        shown = serializers.EnrollmentSerializer(enrollment, context=self.get_serializer_context())
        location = reverse("enrollment-detail", args=[enrollment.pk])
        return Response(shown.data, status=HTTPStatus.CREATED, headers={"Location": location})
