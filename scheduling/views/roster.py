"""Who is in a session, over REST: the whole roster, one person, a guest."""

from http import HTTPStatus
from typing import Any, ClassVar
from uuid import UUID

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import exceptions
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer

from backend.api import preconditions
from backend.api.models import StoredAnswer
from backend.api.recorder import current
from backend.api.views import UUID_PATTERN, GatedViewSet
from scheduling import actions, serializers
from scheduling.actions import Roster
from scheduling.models import Attendance, Session


class RosterActions(GatedViewSet):
    """The actions below a session that name its people."""

    model = Session
    codenames = {
        "attendance": "view_schedule",
        "record_attendance": "record_attendance",
        "person": "view_schedule",
        "record_person": "record_attendance",
        "guests": "record_attendance",
    }
    search_actions = frozenset({"guests"})
    input_serializers: ClassVar[dict[str, type[BaseSerializer[Any]]]] = {
        "record_attendance": serializers.RosterInput,
        "record_person": serializers.OneMark,
        "guests": serializers.GuestInput,
    }

    @extend_schema(responses=serializers.RosterSerializer)
    @action(detail=True, methods=["get"])
    def attendance(self, request: Request, pk: str) -> Response:
        """Everybody in the session whom the reader may see, and the tag of the roster."""
        session = self.get_object()
        rows = Attendance._default_manager.visible_in(session, self.user, self.codename).listed()
        roster = Roster(session, list(rows))
        current_tag = self._roster_tag(roster)
        if preconditions.is_known(request, current_tag):
            self.release([*roster.rows])
            return Response(status=HTTPStatus.NOT_MODIFIED, headers={"ETag": current_tag})
        return self._respond_roster(roster)

    @extend_schema(request=serializers.RosterInput, responses=serializers.RosterSerializer)
    @attendance.mapping.put
    def record_attendance(self, request: Request, pk: str) -> Response:
        """Record the whole roster: everybody expected exactly once, all or nothing."""
        session = self.get_object()
        preconditions.matches(request, "")
        marks = [serializers.mark_of(row, row["patient"]) for row in self.body().validated_data["rows"]]
        roster = actions.record_roster(session=session, marks=marks, by=current().actor, expect=self._expect)
        return self._respond_roster(roster)

    @extend_schema(responses=serializers.AttendanceSerializer, operation_id="sessions_person_retrieve")
    @action(detail=True, methods=["get"], url_path=f"attendance/(?P<patient>{UUID_PATTERN})")
    def person(self, request: Request, pk: str, patient: str) -> Response:
        """One person in the session, with the tag of that row alone."""
        return self._respond_row(self._row(patient))

    @extend_schema(
        request=serializers.OneMark,
        responses=serializers.AttendanceSerializer,
        operation_id="sessions_person_partial_update",
    )
    @person.mapping.patch
    def record_person(self, request: Request, pk: str, patient: str) -> Response:
        """Record one person; two people may so mark two rows of one session at once."""
        row = self._row(patient)
        preconditions.matches(request, "")
        changed = actions.record_one(
            attendance=row,
            mark=serializers.mark_of(self.body().validated_data, row.patient_id),
            by=current().actor,
            expect=self._expect,
        )
        return self._respond_row(changed)

    @extend_schema(responses={201: serializers.AttendanceSerializer})
    @action(detail=True, methods=["post"])
    def guests(self, request: Request, pk: str) -> Response:
        """Add a guest by exact record number; a number of nobody's is answered like one of somebody not in care."""
        session = self.get_object()
        row = actions.add_guest(session=session, by=current().actor, **self.body().validated_data)
        location = f"{request.path.removesuffix('guests/')}attendance/{row.patient_id}/"
        return self._respond_row(row, HTTPStatus.CREATED, {"Location": location})

    def may_replay(self, stored: StoredAnswer) -> bool:
        """A guest's answer is shown again to whoever may still see everybody it names in this session."""
        if self.action != "guests":
            return super().may_replay(stored)
        rows = Attendance._default_manager.visible_in(self.get_object(), self.user, self.codename)
        return set(stored.patients) <= set(rows.values_list("patient_id", flat=True))

    def _row(self, patient: str) -> Attendance:
        """The attendance of one person, by the rule of attendance: by patient, by center, or as staff of the session.

        Raises PermissionDenied where it may be read only, Http404 where not even that.
        """
        readable = self.codenames["retrieve"]
        session = self.visible(readable).filter(pk=self.kwargs["pk"]).first()
        if session is None:
            raise Http404
        self.handled = session
        rows = Attendance._default_manager.all()
        for codename in (self.codename, readable):
            found = rows.visible_in(session, self.user, codename).listed().filter(patient=UUID(patient)).first()
            if found is not None and codename == self.codename:
                return found
            if found is not None:
                raise exceptions.PermissionDenied
        raise Http404

    def _expect(self, version: str) -> None:
        """Whoever records sees all there is to see."""
        preconditions.require_match(self.request, preconditions.tag(version, serializers.TOLD))

    def _roster_tag(self, roster: Roster) -> str:
        return preconditions.tag(roster.version, serializers.field_set(self.user, roster.rows))

    def _respond_roster(self, roster: Roster) -> Response:
        self.release([*roster.rows])
        data = serializers.RosterSerializer(roster, context=self.get_serializer_context()).data
        return Response(data, headers={"ETag": self._roster_tag(roster)})

    def _respond_row(
        self, row: Attendance, status: int = HTTPStatus.OK, headers: dict[str, str] | None = None
    ) -> Response:
        self.release(row)
        data = serializers.AttendanceSerializer(row, context=self.get_serializer_context()).data
        tag = serializers.tag_of_row(self.user, row)
        return Response(data, status=status, headers={"ETag": tag, **(headers or {})})
