"""Emergency accesses as they are opened, read and judged."""

from typing import ClassVar
from urllib.parse import urlencode

from rest_framework import serializers

from backend.api.serializers import FieldsByCodename, StrictModelSerializer, StrictSerializer
from centers.serializers import managed_center, sent, shown
from patients import examples
from patients.models import EmergencyAccess

STATES = [("open", "open"), ("ended", "ended")]


@shown(examples.EMERGENCY_ROW)
class EmergencyRow(FieldsByCodename, StrictModelSerializer):
    """Who opened whose record, when and why, and the verdict; its note is for those who review."""

    record_number = serializers.CharField(source="patient.mrn", read_only=True)
    staff_name = serializers.CharField(read_only=True)
    state = serializers.SerializerMethodField()

    class Meta:
        model = EmergencyAccess
        fields = [
            "id",
            "center",
            "patient",
            "record_number",
            "staff",
            "staff_name",
            "nature",
            "reason",
            "starts_at",
            "ends_at",
            "state",
            "reviewed_at",
            "reviewed_by",
            "verdict",
            "note",
        ]
        fields_for: ClassVar[dict[str, list[str]]] = {"review_access": ["note"]}

    def get_state(self, access: EmergencyAccess) -> str:
        """`open` while its hours run, `ended` after them; `reviewed_at` tells whether it was judged."""
        return "open" if access.is_open else "ended"


@shown(examples.EMERGENCY)
class EmergencyAccessSerializer(EmergencyRow):
    """Also how many entries of the log were made under it, and where a reviewer reads them."""

    entries = serializers.IntegerField(read_only=True)
    entries_url = serializers.SerializerMethodField()

    class Meta(EmergencyRow.Meta):
        fields = [*EmergencyRow.Meta.fields, "entries", "entries_url"]

    def get_entries_url(self, access: EmergencyAccess) -> str:
        """The log, by holder, hours and label: the first two are indexed."""
        query = {
            "center": access.center_id,
            "actor": access.staff_id,
            "purpose": access.purpose,
            "from": access.starts_at.isoformat(),
            "to": access.logged_until.isoformat(),
        }
        return f"/api/v1/audit-entries/?{urlencode(query)}"


@sent(examples.NEW_EMERGENCY)
class NewEmergencyAccess(StrictSerializer):
    """The record number is compared as it is: who knows the patient has it, and nobody else finds it here."""

    center = managed_center("view_center")
    record_number = serializers.CharField(max_length=50, trim_whitespace=False)
    nature = serializers.ChoiceField(EmergencyAccess.Nature.choices)
    reason = serializers.CharField(max_length=1000)


@sent(examples.REVIEW)
class EmergencyReview(StrictSerializer):
    verdict = serializers.ChoiceField(EmergencyAccess.Verdict.choices)
    note = serializers.CharField(max_length=1000, allow_blank=True, default="")
