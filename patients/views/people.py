"""Patients over REST, with their answers about texts and the report of who looked at them."""

from typing import Any, ClassVar

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer

from audit.serializers import AccessReportSerializer
from backend.api.pagination import CursorPages
from backend.api.recorder import current
from backend.api.views import CreateMixin, GatedViewSet, ListMixin, RetrieveMixin, UpdateMixin
from patients import actions, filters, reports, serializers
from patients.models import Patient

Reader = BaseSerializer[Any]
PAGED = ("search", "access_report")


class PatientViewSet(ListMixin, RetrieveMixin, CreateMixin, UpdateMixin, GatedViewSet):
    """People in care; a search is logged, by whom and what was found, never the words."""

    model = Patient
    serializer_class = serializers.PatientSerializer
    filterset_class = filters.PatientFilters
    codenames = {
        "list": "find_patient",
        "search": "find_patient",
        "retrieve": "find_patient",
        "create": "manage_patient",
        "partial_update": "manage_patient",
        "consents": "view_patient",
        "answer_consent": "manage_patient",
        "access_report": "review_access",
    }
    input_serializers: ClassVar[dict[str, type[Reader]]] = {
        "search": serializers.PatientSearch,
        "create": serializers.NewPatient,
        "partial_update": serializers.PatientInput,
        "answer_consent": serializers.ConsentAnswer,
    }
    query_serializers: ClassVar[dict[str, type[Any]]] = dict.fromkeys(PAGED, serializers.PageQuery)
    search_actions = frozenset({"search"})
    http_method_names = ["get", "post", "patch"]

    def visible(self, codename: str) -> QuerySet[Patient]:
        """Patients with all that their representation tells, in a constant number of statements."""
        rows: Any = super().visible(codename)
        found: QuerySet[Patient] = rows.shown()
        return found

    def may_create(self) -> bool:
        """A search creates nothing: who may find nobody is answered like a list that is empty."""
        return self.action == "search" or super().may_create()

    def object_version(self, obj: Patient) -> str:
        """The patient's version and those of the contact points in use."""
        return obj.shown_version

    def perform_create(self, serializer: Any) -> Patient:
        """Register the patient."""
        return actions.register_patient(by=current().actor, **serializer.validated_data).reread()

    def perform_update(self, serializer: Any) -> Patient:
        """Change what is known of the patient."""
        revised = actions.revise_patient(serializer.instance, by=current().actor, **serializer.validated_data)
        return revised.reread()

    @extend_schema(responses=serializers.PatientSerializer(many=True))
    @action(detail=False, methods=["post"], filter_backends=[])
    def search(self, request: Request) -> Response:
        """Patients whose name begins with the words, or whose record number they are: a body stays out of addresses.

        Pages follow as of a list: send the same body to `next`.
        """
        rows: Any = self.get_queryset()
        sought = self.body().validated_data
        if sought["center"] is not None:
            rows = rows.filter(center_id=sought["center"])
        return self.respond_list(self.paginate_queryset(rows.found_by(sought["words"])) or [])

    @extend_schema(responses=serializers.ConsentSerializer(many=True))
    @action(detail=True, methods=["get"], pagination_class=None, filter_backends=[])
    def consents(self, request: Request, pk: str) -> Response:
        """Every answer to whether texts may be sent; the first in the list counts."""
        patient = self.get_object()
        self.release(patient)
        return Response(serializers.ConsentSerializer(patient.messaging_consents.all(), many=True).data)

    @extend_schema(request=serializers.ConsentAnswer, responses={201: serializers.ConsentSerializer})
    @consents.mapping.post
    def answer_consent(self, request: Request, pk: str) -> Response:
        """Add an answer; earlier ones stay."""
        patient = self.get_object()
        consent = actions.answer_consent(patient=patient, by=current().actor, **self.body().validated_data)
        self.release(patient)
        return Response(serializers.ConsentSerializer(consent).data, status=201)

    @extend_schema(responses=AccessReportSerializer(many=True))
    @action(detail=True, methods=["get"], url_path="access-report", filter_backends=[])
    def access_report(self, request: Request, pk: str) -> Response:
        """Who saw or changed what about the patient, when and why; latest first. Reading it is logged as well."""
        patient = self.get_object()
        self.release(patient)
        pages = CursorPages()
        entries = pages.paginate_queryset(reports.access_report(patient), request)
        return pages.get_paginated_response(AccessReportSerializer(entries, many=True).data)
