"""What is without anybody, as it is asked for and told."""

from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers

from backend.api.serializers import StrictSerializer
from centers.examples import CENTER_ID
from centers.serializers import NamedPatient, managed_center
from patients.examples import PATIENT_ID

LONGEST = 92
TOLD: dict[str, Any] = {
    "center": CENTER_ID,
    "at": "2026-06-01T14:00:00Z",
    "until": "2026-06-15T14:00:00Z",
    "patients": [{"id": PATIENT_ID, "name": "Renée Ashgrove"}],
    "groups": [{"id": "01980f6e-2b01-7bbb-9e1f-2a3b4c5d6e31", "code": "TUE", "name": "Tuesday evening"}],
    "sessions": [
        {
            "id": "01980f6e-2b02-7bbb-9e1f-2a3b4c5d6e32",
            "series": "TUE",
            "starts_at": "2026-06-02T22:00:00Z",
            "ends_at": "2026-06-03T01:00:00Z",
        }
    ],
    "tasks": [
        {
            "id": "01980f6e-2b03-7bbb-9e1f-2a3b4c5d6e33",
            "kind": "other",
            "patient": PATIENT_ID,
            "raised_at": "2026-05-30T14:00:00Z",
        }
    ],
    "more": False,
}


class UnattendedQuery(StrictSerializer):
    """A center whose patients one manages, and for how many days ahead to look at sessions."""

    center = managed_center("manage_patient")
    days = serializers.IntegerField(min_value=1, max_value=LONGEST, default=14)


class UnattendedGroup(serializers.Serializer[Any]):
    """A group nobody leads today."""

    id = serializers.UUIDField()
    code = serializers.CharField()
    name = serializers.CharField()


class UnattendedSession(serializers.Serializer[Any]):
    """A session on the schedule that nobody will hold."""

    id = serializers.UUIDField()
    series = serializers.CharField(source="series.code")
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()


class UnattendedTask(serializers.Serializer[Any]):
    """An open task of somebody who has left."""

    id = serializers.UUIDField()
    kind = serializers.CharField()
    patient = serializers.UUIDField(source="patient_id", allow_null=True)
    raised_at = serializers.DateTimeField()


class UnattendedPatient(NamedPatient):
    """A patient in care on whose team there is nobody."""

    name = serializers.CharField(source="full_name")


@extend_schema_serializer(many=False, examples=[OpenApiExample("Example", value=TOLD, response_only=True)])
class UnattendedSerializer(serializers.Serializer[Any]):
    """Some of each kind; `more` says that there are others, which come up as these are seen to."""

    center = serializers.UUIDField(source="center.pk")
    at = serializers.DateTimeField()
    until = serializers.DateTimeField()
    patients = UnattendedPatient(many=True)
    groups = UnattendedGroup(many=True)
    sessions = UnattendedSession(many=True)
    tasks = UnattendedTask(many=True)
    more = serializers.BooleanField()
