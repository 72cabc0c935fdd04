"""Explanations of access over REST, for those who review it."""

from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from backend.api.views import GatedViewSet
from backend.explaining.paths import explain
from backend.explaining.serializers import ExplanationQuery, ExplanationSerializer
from patients.models import Patient


class AccessViewSet(GatedViewSet):
    """By which grants somebody may do something with a patient, or why not."""

    model = Patient
    serializer_class = ExplanationSerializer
    codenames = {"explain": "review_access"}
    query_serializers = {"explain": ExplanationQuery}

    @extend_schema(parameters=[ExplanationQuery], responses=ExplanationSerializer, operation_id="access_explain")
    @action(detail=False, methods=["get"])
    def explain(self, request: Request) -> Response:
        """Why, or why not, now. Asking is logged as a look at the patient's record."""
        asked = self.query()
        self.release(asked["patient"])
        return Response(self.get_serializer(explain(**asked)).data)
