"""Log entries as a reviewer reads them, and the rows of a patient's access report."""

from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers

from audit.models import LogEntry
from backend.api.serializers import StrictModelSerializer, StrictSerializer

EXAMPLE = {
    "id": "01980f6e-2d50-7c3a-9d4b-6f1f0c8a1e55",
    "at": "2026-03-02T18:04:11.120000Z",
    "kind": "read",
    "action": "read",
    "outcome": "ok",
    "purpose": "",
    "actor_id": "01980f6e-1b00-7aaa-8c0d-3f6a5b7c9d01",
    "actor_name": "Olga Marsh",
    "actor_role": "counselor",
    "center": "01980f6e-0a00-7bbb-9e1f-2a3b4c5d6e02",
    "patients": ["01980f6e-0c00-7ccc-a111-1a2b3c4d5e03"],
    "object_type": "patients.patient",
    "object_id": "01980f6e-0c00-7ccc-a111-1a2b3c4d5e03",
    "changes": {},
    "details": {"route": "patient-detail", "method": "GET", "codename": "view_patient", "status": 200},
    "request_id": "01980f6e-2d4f-7000-8000-0d1e2f3a4b5c",
    "address": "10.0.0.9",
    "leaf": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
}
REPORTED = {
    "who": EXAMPLE["actor_name"],
    "role": EXAMPLE["actor_role"],
    "what": EXAMPLE["action"],
    "about": EXAMPLE["object_type"],
    "outcome": EXAMPLE["outcome"],
    "when": EXAMPLE["at"],
    "why": EXAMPLE["purpose"],
    "request": EXAMPLE["request_id"],
}


@extend_schema_serializer(examples=[OpenApiExample("A counselor opened a record", value=EXAMPLE, response_only=True)])
class LogEntrySerializer(StrictModelSerializer):
    """One entry. Patients appear by id only: who may know their names asks for them elsewhere, and is logged there."""

    center = serializers.UUIDField(source="center_id", read_only=True, allow_null=True)
    patients = serializers.ListField(child=serializers.UUIDField(), read_only=True)
    object_id = serializers.CharField(source="object_pk", read_only=True)
    changes = serializers.DictField(read_only=True, help_text="Old and new value by field; digests begin with hmac:")
    details = serializers.DictField(read_only=True)
    leaf = serializers.SerializerMethodField()

    class Meta:
        model = LogEntry
        fields = (
            "id",
            "at",
            "kind",
            "action",
            "outcome",
            "purpose",
            "actor_id",
            "actor_name",
            "actor_role",
            "center",
            "patients",
            "object_type",
            "object_id",
            "changes",
            "details",
            "request_id",
            "address",
            "leaf",
        )
        read_only_fields = fields

    def get_leaf(self, entry: LogEntry) -> str:
        """The fingerprint of the entry (SHA-256), in hexadecimal."""
        return bytes(entry.leaf).hex()


@extend_schema_serializer(examples=[OpenApiExample("A counselor opened a record", value=REPORTED, response_only=True)])
class AccessReportSerializer(StrictSerializer):
    """One line of a patient's access report: who, in which role, did what, when, and why."""

    who = serializers.CharField(source="actor_name", read_only=True)
    role = serializers.CharField(source="actor_role", read_only=True)
    what = serializers.CharField(source="action", read_only=True)
    about = serializers.CharField(source="object_type", read_only=True)
    outcome = serializers.CharField(read_only=True)
    when = serializers.DateTimeField(source="at", read_only=True)
    why = serializers.CharField(source="purpose", read_only=True)
    request = serializers.CharField(source="request_id", read_only=True)
