"""Staff and their roles over REST."""

from http import HTTPStatus
from typing import Any, ClassVar
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer

from backend.api.gate import reach_of
from backend.api.recorder import current
from backend.api.views import CreateMixin, GatedViewSet, ListMixin, RetrieveMixin, UpdateMixin
from centers import actions, filters, serializers
from centers.models import Position, RoleAssignment
from centers.roles import Code

Reader = BaseSerializer[Any]
FIND_PATIENT = Code.FIND_PATIENT
TOLD = ("taken", "unattended")
ONE = ("retrieve", "update", "partial_update", "deactivate", "depart", "stay", "invite", "reset_second_factor")


class StaffViewSet(ListMixin, RetrieveMixin, CreateMixin, UpdateMixin, GatedViewSet):
    """Who works at a center: positions, addressed by the person's id."""

    model = Position
    serializer_class = serializers.StaffSerializer
    filterset_class = filters.StaffFilters
    codenames = {
        "list": "view_center",
        "retrieve": "view_center",
        "create": "manage_staff",
        "update": "manage_staff",
        "partial_update": "manage_staff",
        "deactivate": "manage_staff",
        "depart": "manage_staff",
        "stay": "manage_staff",
        "invite": "manage_staff",
        "reset_second_factor": "manage_staff",
    }
    input_serializers: ClassVar[dict[str, type[Reader]]] = {
        "create": serializers.NewStaff,
        "update": serializers.StaffInput,
        "partial_update": serializers.StaffInput,
        "depart": serializers.DepartureInput,
    }
    query_serializers: ClassVar[dict[str, type[Any]]] = dict.fromkeys(ONE, serializers.AtCenter)

    def visible(self, codename: str) -> QuerySet[Position]:
        """Positions with all that their representation tells, in a constant number of statements."""
        rows: Any = super().visible(codename)
        found: QuerySet[Position] = rows.with_people()
        return found

    def get_object(self) -> Position:
        """The position of the person in the route, at the center in the query if the person has several."""
        staff_id, center_id = UUID(self.kwargs["pk"]), self.query().get("center")
        readable: Any = self.visible(self.codenames["retrieve"])
        self.kwargs["pk"] = str(readable.id_of(staff_id, center_id) or staff_id)
        found: Position = super().get_object()
        return found

    def object_version(self, obj: Position) -> str:
        """The position's version, and the roles held now; the account's own would tell of other centers."""
        return ".".join([str(obj.version), *obj.present_roles])

    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Take somebody on. The account has no password: send an invitation."""
        position = actions.hire(by=current().actor, **self.body().validated_data)
        self.recheck(position)
        location = {"Location": f"{request.path}{position.staff_id}/"}
        return self.respond(position.reread(), HTTPStatus.CREATED, headers=location)

    def perform_update(self, serializer: Any) -> Position:
        """Change title, credentials or supervisor."""
        revised = actions.revise_position(serializer.instance, by=current().actor, **serializer.validated_data)
        return revised.reread()

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def deactivate(self, request: Request, pk: str) -> Response:
        """End the position and the roles at this center; without any other position the account closes."""
        departure = actions.leave_center(position=self.get_object(), by=current().actor)
        return self.respond(departure.position.reread())

    @extend_schema(request=serializers.DepartureInput, responses=serializers.DepartureSerializer)
    @action(detail=True, methods=["post"])
    def depart(self, request: Request, pk: str) -> Response:
        """Take everything away at this center in one call, and list it; or tell what that would take."""
        position, asked = self.get_object(), self.body().validated_data
        departure = actions.leave_center(position=position, by=current().actor, **asked)
        reach = reach_of(self.user)
        seen = {pk for pk in departure.patient_ids if FIND_PATIENT in reach.codenames_on(position.center_id, pk)}
        self.released.add_patients(position.center_id, seen)
        told: dict[str, Any] = {
            name: serializers.shown_items(getattr(departure, name), seen.__contains__) for name in TOLD
        }
        told |= {"staff": position.staff_id, "center": position.center_id, **asked, "at": departure.at}
        return Response(serializers.DepartureSerializer(told).data)

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def stay(self, request: Request, pk: str) -> Response:
        """Take a leaving on a day to come back; all that it had shortened lasts as it would have."""
        staying = actions.stay_at_center(position=self.get_object(), by=current().actor)
        return self.respond(staying.reread())

    @extend_schema(request=None, responses={202: serializers.StaffSerializer})
    @action(detail=True, methods=["post"])
    def invite(self, request: Request, pk: str) -> Response:
        """Send the person a link to set the first password; nobody else sees it."""
        position = self.get_object()
        actions.send_invitation(staff=position.staff, center=position.center, by=current().actor)
        return self.respond(position, HTTPStatus.ACCEPTED)

    @extend_schema(request=None)
    @action(detail=True, methods=["post"], url_path="reset-second-factor")
    def reset_second_factor(self, request: Request, pk: str) -> Response:
        """Take a lost second factor away; the person is signed out, told by e-mail, and sets up another."""
        position = self.get_object()
        return self.respond(actions.reset_second_factor(position=position, by=current().actor))


class RoleAssignmentViewSet(ListMixin, RetrieveMixin, CreateMixin, GatedViewSet):
    """Who holds which role at a center, from when until when."""

    model = RoleAssignment
    serializer_class = serializers.RoleAssignmentSerializer
    filterset_class = filters.RoleAssignmentFilters
    codenames = {"list": "view_center", "retrieve": "view_center", "create": "manage_staff", "end": "manage_staff"}
    input_serializers: ClassVar[dict[str, type[Reader]]] = {
        "create": serializers.NewRoleAssignment,
        "end": serializers.RoleEnd,
    }

    def visible(self, codename: str) -> QuerySet[RoleAssignment]:
        """Assignments with the names of their roles."""
        return super().visible(codename).select_related("role")

    def perform_create(self, serializer: Any) -> RoleAssignment:
        """Assign the role."""
        values = dict(serializer.validated_data)
        return actions.assign_role(staff=values.pop("staff").staff, by=current().actor, **values)

    @extend_schema(responses={200: serializers.RoleAssignmentSerializer, 204: None})
    @action(detail=True, methods=["post"])
    def end(self, request: Request, pk: str) -> Response:
        """End the assignment; one that had not begun is taken back whole (204)."""
        assignment = self.get_object()
        ended = actions.end_role(assignment=assignment, by=current().actor, **self.body().validated_data)
        return Response(status=HTTPStatus.NO_CONTENT) if ended is None else self.respond(ended)
