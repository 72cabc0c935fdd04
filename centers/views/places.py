"""Centers, programs with their rule versions, rooms and closures over REST."""

from http import HTTPStatus
from typing import Any, ClassVar

from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer

from backend.api.recorder import current
from backend.api.views import CreateMixin, GatedViewSet, ListMixin, RetrieveMixin, UpdateMixin
from centers import actions, filters, serializers
from centers.models import Center, Closure, Program, ProgramRule, Room

READ = {"list": "view_center", "retrieve": "view_center"}
CHANGE = {"update": "manage_center", "partial_update": "manage_center"}
Reader = BaseSerializer[Any]


class CenterViewSet(ListMixin, RetrieveMixin, UpdateMixin, GatedViewSet):
    """The centers one works at."""

    model = Center
    serializer_class = serializers.CenterSerializer
    codenames = READ | CHANGE
    input_serializers: ClassVar[dict[str, type[Reader]]] = {
        "update": serializers.CenterInput,
        "partial_update": serializers.CenterInput,
    }

    def perform_update(self, serializer: Any) -> Center:
        """Change what may change."""
        revised: Center = actions.revise(serializer.instance, by=current().actor, **serializer.validated_data)
        return revised


class ProgramViewSet(ListMixin, RetrieveMixin, CreateMixin, UpdateMixin, GatedViewSet):
    """Programs; their numbers are rule versions."""

    model = Program
    serializer_class = serializers.ProgramSerializer
    filterset_class = filters.ProgramFilters
    codenames = READ | CHANGE | {"create": "manage_center"}
    input_serializers: ClassVar[dict[str, type[Reader]]] = {
        "create": serializers.NewProgram,
        "update": serializers.ProgramInput,
        "partial_update": serializers.ProgramInput,
    }

    def perform_create(self, serializer: Any) -> Program:
        """Open the program."""
        return actions.open_program(by=current().actor, **serializer.validated_data)

    def perform_update(self, serializer: Any) -> Program:
        """Change what may change."""
        revised: Program = actions.revise(serializer.instance, by=current().actor, **serializer.validated_data)
        return revised


class ProgramRuleViewSet(ListMixin, RetrieveMixin, CreateMixin, GatedViewSet):
    """Versions of programs' rules: added, never changed."""

    model = ProgramRule
    serializer_class = serializers.ProgramRuleSerializer
    filterset_class = filters.ProgramRuleFilters
    codenames = READ | {"create": "manage_center"}
    input_serializers: ClassVar[dict[str, type[Reader]]] = {"create": serializers.NewProgramRule}

    def perform_create(self, serializer: Any) -> ProgramRule:
        """Add the version."""
        return actions.add_rule_version(by=current().actor, **serializer.validated_data)


class RoomViewSet(ListMixin, RetrieveMixin, CreateMixin, UpdateMixin, GatedViewSet):
    """Rooms."""

    model = Room
    serializer_class = serializers.RoomSerializer
    filterset_class = filters.RoomFilters
    codenames = READ | CHANGE | {"create": "manage_center"}
    input_serializers: ClassVar[dict[str, type[Reader]]] = {
        "create": serializers.NewRoom,
        "update": serializers.RoomInput,
        "partial_update": serializers.RoomInput,
    }

    def perform_create(self, serializer: Any) -> Room:
        """Open the room."""
        return actions.open_room(by=current().actor, **serializer.validated_data)

    def perform_update(self, serializer: Any) -> Room:
        """Change what may change."""
        revised: Room = actions.revise(serializer.instance, by=current().actor, **serializer.validated_data)
        return revised


class ClosureViewSet(ListMixin, RetrieveMixin, CreateMixin, GatedViewSet):
    """Times in which a center holds no sessions."""

    model = Closure
    serializer_class = serializers.ClosureSerializer
    filterset_class = filters.ClosureFilters
    codenames = READ | {"create": "manage_center", "destroy": "manage_center"}
    input_serializers: ClassVar[dict[str, type[Reader]]] = {"create": serializers.NewClosure}

    def perform_create(self, serializer: Any) -> Closure:
        """Close the center for that time."""
        return actions.add_closure(by=current().actor, **serializer.validated_data)

    def destroy(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Take back a closure entered by mistake."""
        closure = self.get_object()
        self.require_match(closure)
        actions.take_back_closure(closure=closure, by=current().actor)
        return Response(status=HTTPStatus.NO_CONTENT)
