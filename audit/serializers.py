"""Log entries as a reviewer reads them, and the rows of a patient's access report."""

from rest_framework import serializers

from audit.models import LogEntry
from backend.api.serializers import StrictModelSerializer, StrictSerializer


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
