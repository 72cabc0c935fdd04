"""Sessions over REST: lists within a window, one session, and what happens to it."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, ClassVar
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer

from backend.api.recorder import current
from backend.api.views import ListMixin, RetrieveMixin
from scheduling import actions, filters, serializers
from scheduling.models import Attendance, Session, SessionStaff
from scheduling.views.roster import RosterActions
from scheduling.views.windows import asked_window

Reader = type[BaseSerializer[Any]]
VERBS = ("withdraw", "reinstate", "call_off", "move", "shorten", "substitute")


class SessionViewSet(RosterActions, ListMixin, RetrieveMixin):
    """The calendar: sessions with staff and counts; who is in them stands under `attendance/`."""

    serializer_class = serializers.SessionSerializer
    filterset_class = filters.SessionFilters
    codenames = {
        "list": "view_schedule",
        "retrieve": "view_schedule",
        **dict.fromkeys(VERBS, "manage_schedule"),
        **RosterActions.codenames,
    }
    input_serializers: ClassVar[dict[str, Reader]] = {
        "withdraw": serializers.Reason,
        "call_off": serializers.Reason,
        "move": serializers.SessionMove,
        "shorten": serializers.Shortening,
        "substitute": serializers.Substitution,
        **RosterActions.input_serializers,
    }
    http_method_names = ["get", "post", "put", "patch"]
    uses: Mapping[UUID, Mapping[str, int]] = {}
    people: Mapping[UUID, Sequence[Mapping[str, Any]]] = {}

    def visible(self, codename: str) -> QuerySet[Session]:
        """A list asks within its window, and shows more of each session."""
        rows = Session._default_manager.all()
        if self.action == "list":
            return rows.visible_to(self.user, codename, asked_window(self.request)).shown()
        return rows.visible_to(self.user, codename)

    def get_serializer_context(self) -> dict[str, Any]:
        """With the staff and the counts of the sessions at hand."""
        return {**super().get_serializer_context(), "uses": self.uses, "people": self.people}

    def object_version(self, obj: Session) -> str:
        """Its own version and that of its roster, whose counts it shows."""
        return f"{obj.version}.{obj.roster_version}"

    def respond(
        self, obj: Session, status: int = HTTPStatus.OK, *, headers: Mapping[str, str] | None = None
    ) -> Response:
        """One session with its staff and counts."""
        self._read_about([obj.id])
        return super().respond(obj, status, headers=headers)

    def respond_list(self, rows: Sequence[Session]) -> Response:
        """A page of sessions with their staff and counts, read at once."""
        self._read_about([session.id for session in rows])
        return super().respond_list(rows)

    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, pk: str) -> Response:
        """Take the session off the schedule, before its day."""
        return self._did(actions.withdraw_session)

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def reinstate(self, request: Request, pk: str) -> Response:
        """Undo a withdrawal, a closing or a calling-off."""
        session = self.get_object()
        return self.respond(actions.reinstate_session(session=session, by=current().actor))

    @action(detail=True, methods=["post"], url_path="call-off")
    def call_off(self, request: Request, pk: str) -> Response:
        """Call the session off on its day; all who were expected are marked."""
        return self._did(actions.call_off_session)

    @action(detail=True, methods=["post"])
    def move(self, request: Request, pk: str) -> Response:
        """Another start, another room, or both; the roster is that of the new day."""
        return self._did(actions.move_session)

    @action(detail=True, methods=["post"])
    def shorten(self, request: Request, pk: str) -> Response:
        """Let the session end sooner."""
        return self._did(actions.shorten_session)

    @action(detail=True, methods=["post"])
    def substitute(self, request: Request, pk: str) -> Response:
        """Let somebody stand in for somebody who staffs the session, until a stated hour."""
        session = self.get_object()
        asked = dict(self.body().validated_data)
        person = actions.therapist(session.center_id, asked.pop("substitute"), field="substitute")
        return self.respond(actions.substitute(session=session, substitute=person, by=current().actor, **asked))

    def _read_about(self, ids: Sequence[UUID]) -> None:
        self.uses = Attendance._default_manager.all().uses_of(ids)
        self.people = SessionStaff._default_manager.all().people_of(ids)

    def _did(self, verb: Any) -> Response:
        session = self.get_object()
        return self.respond(verb(session=session, by=current().actor, **self.body().validated_data))
