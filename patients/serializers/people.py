"""Patients as they are read and written; who reads sees what the codenames held open."""

import re
from itertools import pairwise
from typing import Any, ClassVar

from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail

from backend.api.gate import reach_of
from backend.api.serializers import FieldsByCodename, StrictModelSerializer, StrictSerializer
from centers.serializers import managed_center, sent, shown
from patients import examples
from patients.models import AvailabilityWindow, ContactPoint, Patient

# The shape of a BCP 47 tag (RFC 5646): a language, then subtags.
LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*")
MOST_WINDOWS = 50


class WindowSerializer(StrictModelSerializer):
    """A stretch of the week in the patient's local wall time; 0 is Monday."""

    class Meta:
        model = AvailabilityWindow
        fields = ["weekday", "from_time", "to_time"]

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """The end comes after the start. A window is whole also where a patient is changed in part."""
        missing = self.fields.keys() - attrs.keys()
        if missing:
            raise serializers.ValidationError({name: ErrorDetail("", code="required") for name in sorted(missing)})
        if attrs["to_time"] <= attrs["from_time"]:
            raise serializers.ValidationError({"to_time": ErrorDetail("", code="window_order")})
        return attrs


class PointOfPatient(StrictModelSerializer):
    class Meta:
        model = ContactPoint
        fields = ["id", "kind", "value", "normalized", "suppressed_at"]


@shown(examples.PATIENT)
class PatientSerializer(FieldsByCodename, StrictModelSerializer):
    """Name and record number for who may find the patient; how and when to reach them, and the birth date, for few."""

    contact_points = PointOfPatient(many=True, source="points_in_use", read_only=True)
    availability = WindowSerializer(many=True, read_only=True)

    class Meta:
        model = Patient
        fields = [
            "id",
            "center",
            "mrn",
            "first_name",
            "last_name",
            "preferred_name",
            "language",
            "timezone",
            "contact_preference",
            "availability",
            "contact_points",
            "birth_date",
        ]
        fields_for: ClassVar[dict[str, list[str]]] = {
            "view_patient": ["language", "timezone", "contact_preference", "availability", "contact_points"],
            "view_chart": ["birth_date"],
        }


class WrittenPatient(StrictModelSerializer):
    """What both bodies have in common."""

    availability: serializers.ListSerializer[Any] = serializers.ListSerializer(
        child=WindowSerializer(), required=False, max_length=MOST_WINDOWS
    )

    def validate_language(self, value: str) -> str:
        """A tag of a language."""
        if not LANGUAGE.fullmatch(value):
            raise serializers.ValidationError("", code="language_unknown")
        return value

    def validate_availability(self, value: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Windows of one day do not overlap."""
        windows = sorted((one["weekday"], one["from_time"], one["to_time"]) for one in value)
        for (day, _, ends), (next_day, starts, _) in pairwise(windows):
            if day == next_day and starts < ends:
                raise serializers.ValidationError("", code="windows_overlap")
        return value


@sent(examples.NEW_PATIENT)
class NewPatient(WrittenPatient):
    center = managed_center("manage_patient")

    class Meta:
        model = Patient
        fields = [
            "center",
            "mrn",
            "first_name",
            "last_name",
            "preferred_name",
            "birth_date",
            "language",
            "timezone",
            "contact_preference",
            "availability",
        ]
        # The database refuses a record number in use; a look beforehand would tell of centers one does not see.
        validators: ClassVar[list[Any]] = []


@sent({"words": "ashgr"})
class PatientSearch(StrictSerializer):
    """How a name begins, or a whole record number; at one center if it is given."""

    words = serializers.CharField(max_length=200)
    center = serializers.UUIDField(allow_null=True, default=None)


@sent(examples.PATIENT_CHANGE)
class PatientInput(WrittenPatient):
    class Meta:
        model = Patient
        fields = [
            "mrn",
            "first_name",
            "last_name",
            "preferred_name",
            "birth_date",
            "language",
            "timezone",
            "contact_preference",
            "availability",
        ]
        validators: ClassVar[list[Any]] = []

    def validate_birth_date(self, value: Any) -> Any:
        """Who does not see the birth date does not change it: an answer would tell whether a guess was right."""
        patient: Any = self.instance
        held = reach_of(self.context["request"].user).codenames_on(patient.center_id, patient.pk)
        if "view_chart" not in held:
            raise serializers.ValidationError("", code="read_only")
        return value
