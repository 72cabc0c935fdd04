"""Care-team members and tasks for staff as they are read and written, and the query of a report's page."""

from typing import Any

from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail

from backend.api.clock import now
from backend.api.serializers import MomentField, StrictModelSerializer, StrictSerializer
from centers.serializers import sent, shown
from patients import examples
from patients.models import CareTeamMember, StaffTask
from patients.serializers.references import a_patient


@shown(examples.MEMBER)
class MemberSerializer(StrictModelSerializer):
    class Meta:
        model = CareTeamMember
        fields = ["id", "center", "patient", "staff", "starts_at", "ends_at"]


@sent(examples.NEW_MEMBER)
class NewMember(StrictSerializer):
    patient = a_patient("manage_patient")
    staff = serializers.UUIDField()
    starts_at = MomentField(allow_null=True, default=None)
    ends_at = MomentField(allow_null=True, default=None)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """The person, if one who treats patients at the patient's center then."""
        at = max(attrs["starts_at"] or now(), now())
        found = CareTeamMember.candidate(attrs["patient"], attrs["staff"], at)
        if found is None:
            raise serializers.ValidationError({"staff": ErrorDetail("", code="does_not_exist")})
        return attrs | {"staff": found}


@sent({"at": "2026-03-02T14:00:00Z"})
class MemberEnd(StrictSerializer):
    at = MomentField(allow_null=True, default=None, help_text="Now unless given.")


@shown(examples.TASK)
class TaskSerializer(StrictModelSerializer):
    class Meta:
        model = StaffTask
        fields = [
            "id",
            "center",
            "patient",
            "kind",
            "subject",
            "note",
            "assigned_to",
            "raised_at",
            "due_at",
            "done_at",
        ]


class PageQuery(StrictSerializer):
    """Which page of a report."""

    cursor = serializers.CharField(required=False)
    page_size = serializers.CharField(required=False)
