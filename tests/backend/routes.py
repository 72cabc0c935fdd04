"""Addresses for the tests of the ground: real patients and rooms behind the base viewset, and one that breaks."""

import time
from typing import Any, ClassVar

from django.db import OperationalError, connection
from django.http import HttpRequest, HttpResponse
from django.urls import path
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.routers import SimpleRouter

from backend.api import pages
from backend.api.errors import Refused
from backend.api.filters import StrictFilterSet
from backend.api.serializers import (
    FieldsByCodename,
    MomentField,
    StrictModelSerializer,
    StrictSerializer,
    VisibleRelatedField,
)
from backend.api.urls import api_urlpatterns
from backend.api.views import CreateMixin, GatedViewSet, ListMixin, RetrieveMixin, UpdateMixin
from centers.models import Center, Room
from patients.models import Patient


class PatientSerializer(FieldsByCodename, StrictModelSerializer):
    """A patient; the birth date is for those who see charts."""

    class Meta:
        model = Patient
        fields = ["id", "mrn", "first_name", "last_name", "birth_date", "contact_preference"]
        read_only_fields = ["mrn"]
        fields_for: ClassVar[dict[str, list[str]]] = {"view_chart": ["birth_date"]}


class PatientInput(StrictModelSerializer):
    class Meta:
        model = Patient
        fields = ["first_name", "last_name", "contact_preference"]


class RoomSerializer(StrictModelSerializer):
    class Meta:
        model = Room
        fields = ["id", "center", "code", "name", "capacity"]


class RoomInput(StrictModelSerializer):
    center = VisibleRelatedField(codename="manage_center", queryset=Center.objects.all())

    class Meta:
        model = Room
        fields = ["center", "code", "name", "capacity"]
        validators: ClassVar[list[Any]] = []


class NoteInput(StrictSerializer):
    at = MomentField()
    words = serializers.CharField(max_length=20)


class MomentQuery(StrictSerializer):
    at = MomentField()


class PatientFilters(StrictFilterSet):
    class Meta:
        model = Patient
        fields = ["mrn", "center"]


class PatientViewSet(ListMixin, RetrieveMixin, UpdateMixin, GatedViewSet):
    """Patients, and actions that fail in the ways actions fail."""

    model = Patient
    serializer_class = PatientSerializer
    filterset_class = PatientFilters
    search_parameters = frozenset({"mrn"})
    codenames = {
        "list": "find_patient",
        "retrieve": "view_patient",
        "update": "manage_patient",
        "partial_update": "manage_patient",
        "note": "view_patient",
        "fail": "view_patient",
        "visits": "view_patient",
        "destroy": "manage_patient",
    }
    query_serializers = {"visits": MomentQuery}
    input_serializers = {"update": PatientInput, "partial_update": PatientInput, "note": NoteInput}

    def perform_update(self, serializer: Any) -> Patient:
        serializer.instance.bump()
        patient: Patient = super().perform_update(serializer)
        return patient

    @action(detail=True, methods=["post"])
    def note(self, request: Request, pk: str) -> Response:
        patient = self.get_object()
        self.body()
        patient.bump()
        patient.save()
        return self.respond(patient)

    @action(detail=True)
    def visits(self, request: Request, pk: str) -> Response:
        patient = self.get_object()
        self.release(Patient.objects.filter(pk=patient.pk))
        return Response({"at": self.query()["at"].isoformat()})

    def destroy(self, request: Request, pk: str) -> Response:
        patient = self.get_object()
        self.require_match(patient)
        patient.delete()
        return Response(status=204)

    @action(detail=True, methods=["post"])
    def undeclared(self, request: Request, pk: str) -> Response:
        return Response({"never": "sent"})

    @action(detail=True, methods=["post"], url_path="fail/(?P<how>[a-z_]+)")
    def fail(self, request: Request, pk: str, how: str) -> Response:
        patient = self.get_object()
        patient.last_name = "Unkept"
        patient.save()
        FAILURES[how]()
        return self.respond(patient)


class RoomViewSet(ListMixin, CreateMixin, GatedViewSet):
    model = Room
    serializer_class = RoomSerializer
    input_serializers = {"create": RoomInput}
    codenames = {"list": "view_center", "create": "manage_center"}


def refuse() -> None:
    raise Refused("roster_full", errors={"patient": "does_not_exist"})


def break_down() -> None:
    message = "Quillfeather is in the message"
    raise RuntimeError(message)


def broken_page(request: HttpRequest) -> HttpResponse:
    break_down()
    return HttpResponse()


def lose_the_database() -> None:
    message = "Quillfeather"
    raise OperationalError(message)


def sql(statement: str) -> Any:
    def run() -> None:
        with connection.cursor() as cursor:
            cursor.execute(statement)

    return run


def dawdle() -> None:
    """Many statements, each of them short."""
    for _ in range(100):
        sql("SELECT pg_sleep(0.05)")()


def stand_idle() -> None:
    time.sleep(0.6)
    sql("SELECT 1")()


FAILURES = {
    "slow": sql("SELECT pg_sleep(5)"),
    "dawdle": dawdle,
    "idle": stand_idle,
    "refused": refuse,
    "broken": break_down,
    "outage": lose_the_database,
    "overflow": sql("SELECT 99999999999::int"),
    "locked": sql("DO $$ BEGIN RAISE EXCEPTION 'x' USING ERRCODE = '55P03'; END $$"),
    "deadlock": sql("DO $$ BEGIN RAISE EXCEPTION 'x' USING ERRCODE = '40P01'; END $$"),
    "trigger": sql("DO $$ BEGIN RAISE EXCEPTION 'x' USING CONSTRAINT = 'room_is_taken'; END $$"),
    "constraint": sql("DO $$ BEGIN RAISE EXCEPTION 'x' USING ERRCODE = '23P01', CONSTRAINT = 'room_is_taken'; END $$"),
}

router = SimpleRouter()
router.register("api/v1/patients", PatientViewSet, basename="patient")
router.register("api/v1/rooms", RoomViewSet, basename="room")
urlpatterns = [*router.urls, *api_urlpatterns, path("api/broken/", broken_page)]
handler400, handler403, handler404, handler500 = (
    pages.bad_request,
    pages.permission_denied,
    pages.not_found,
    pages.server_error,
)
