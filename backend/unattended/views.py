"""What is without anybody, over REST, for those who hand over."""

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer

from backend.api.views import GatedViewSet
from backend.unattended.finding import find_unattended
from backend.unattended.serializers import UnattendedQuery, UnattendedSerializer
from patients.models import Patient
from scheduling.views.reports import NOT_PAGED


class UnattendedViewSet(GatedViewSet):
    """Patients without a care team, groups without a lead, sessions without staff, tasks of those who left."""

    model = Patient
    serializer_class = UnattendedSerializer
    codenames = {"list": "manage_patient"}
    query_serializers: ClassVar[dict[str, type[Serializer[Any]]]] = {"list": UnattendedQuery}
    http_method_names = ["get"]

    @extend_schema(parameters=[UnattendedQuery, *NOT_PAGED], responses=UnattendedSerializer, operation_id="unattended")
    def list(self, request: Request) -> Response:
        """At one center, now and in the coming days. The log names every patient told of."""
        asked = self.query()
        found = find_unattended(asked["center"], days=asked["days"])
        named = {one.pk for one in found.patients} | {one.patient_id for one in found.tasks if one.patient_id}
        self.released.add_patients(asked["center"].pk, named)
        return Response(UnattendedSerializer(found).data)
