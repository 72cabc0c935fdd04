"""What is asked of an explanation, and what it says."""

from typing import Any

from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail

from backend.api.serializers import StrictSerializer
from backend.explaining.paths import State
from centers.examples import CENTER_ID, STAFF_ID
from centers.models import Staff
from centers.roles import CODENAMES
from centers.serializers import shown
from patients.examples import MEMBER_ID, PATIENT_ID
from patients.serializers.references import a_patient

CODENAME_CHOICES = [(codename, codename.replace("_", " ")) for codename in CODENAMES]
EXAMPLE: dict[str, Any] = {
    "staff": STAFF_ID,
    "patient": PATIENT_ID,
    "center": CENTER_ID,
    "codename": "view_chart",
    "allowed": True,
    "missing": [],
    "grounds": [
        {
            "state": "live",
            "container": "patient",
            "words": "belongs to the patient's care team; from 2026-01-05 00:00",
            "grounds": [f"care_team_member:{MEMBER_ID}"],
            "starts_at": "2026-01-05T05:00:00Z",
            "expires_at": None,
        }
    ],
    "held": ["find_patient", "view_chart", "view_patient"],
    "sessions": [],
}


class ExplanationQuery(StrictSerializer):
    """Who, with whom, what: a person and a patient of a center one reviews, and a codename."""

    staff = serializers.UUIDField()
    patient = a_patient("review_access")
    codename = serializers.ChoiceField(CODENAME_CHOICES)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """The person, if one who works or worked at the patient's center."""
        found = Staff.known_at(attrs["patient"].center_id, attrs["staff"])
        if found is None:
            raise serializers.ValidationError({"staff": ErrorDetail("", code="does_not_exist")})
        return attrs | {"staff": found}


class GroundSerializer(StrictSerializer):
    state = serializers.ChoiceField([(state.value, state.value) for state in State])
    container = serializers.CharField(help_text="Where the grant lies: center or patient.")
    words = serializers.CharField(help_text="Dates by the clocks of the center.")
    grounds = serializers.ListField(child=serializers.CharField())
    starts_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField(allow_null=True)


class StaffedSerializer(StrictSerializer):
    session = serializers.UUIDField(source="session_id")
    starts_at = serializers.DateTimeField()
    role = serializers.CharField()


@shown(EXAMPLE)
class ExplanationSerializer(StrictSerializer):
    """`sessions` stand apart: staffing one opens its calendar rows with this patient, and never the patient."""

    staff = serializers.UUIDField(source="staff.pk")
    patient = serializers.UUIDField(source="patient.pk")
    center = serializers.UUIDField(source="patient.center_id")
    codename = serializers.CharField()
    allowed = serializers.BooleanField()
    missing = serializers.ListField(child=serializers.CharField())
    grounds = GroundSerializer(many=True)
    held = serializers.ListField(child=serializers.CharField(), help_text="All that the person holds now.")
    sessions = StaffedSerializer(many=True, source="staffed")
