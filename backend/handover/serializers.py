"""A handover as it is asked for and answered."""

from typing import Any

from rest_framework import serializers

from backend.api.serializers import StrictSerializer
from centers.serializers import managed_center, sent, shown

CENTER_ID = "01980f6e-0a00-7bbb-9e1f-2a3b4c5d6e02"
GIVER_ID = "01980f6e-1b00-7aaa-8c0d-3f6a5b7c9d01"
RECEIVER_ID = "01980f6e-1b01-7aaa-8c0d-3f6a5b7c9d02"
PATIENT_ID = "01980f6e-1a04-7bbb-9e1f-2a3b4c5d6e14"
MOST = 500
ASKED: dict[str, Any] = {
    "center": CENTER_ID,
    "giver": GIVER_ID,
    "receiver": RECEIVER_ID,
    "on": "2026-11-30",
    "patients": None,
    "groups": None,
    "dry_run": True,
}
TOLD: dict[str, Any] = {
    "center": CENTER_ID,
    "giver": GIVER_ID,
    "receiver": RECEIVER_ID,
    "at": "2026-11-30T05:00:00Z",
    "dry_run": True,
    "moved": [
        {
            "kind": "care_team",
            "id": "01980f6e-2a01-7bbb-9e1f-2a3b4c5d6e21",
            "new": "01980f6e-2a02-7bbb-9e1f-2a3b4c5d6e22",
            "of": None,
            "patient": PATIENT_ID,
        }
    ],
}


def ids(**options: Any) -> serializers.ListField:
    """Some ids, or null for all there are."""
    return serializers.ListField(child=serializers.UUIDField(), allow_null=True, max_length=MOST, **options)


@sent(ASKED)
class NewHandover(StrictSerializer):
    """Whose caseload goes to whom; `patients` and `groups` are ids, or null for all. No group goes unless asked for."""

    center = managed_center("manage_patient")
    giver = serializers.UUIDField()
    receiver = serializers.UUIDField()
    on = serializers.DateField(allow_null=True, default=None, help_text="From the beginning of this day; now if null.")
    patients = ids(default=None)
    groups = ids(default=list)
    courses = serializers.BooleanField(default=True, help_text="Individual courses of these patients as well.")
    tasks = serializers.BooleanField(default=True, help_text="Open tasks as well, when it is now.")
    dry_run = serializers.BooleanField(default=False, help_text="Tell what would go, and leave all as it is.")


class MovedSerializer(serializers.Serializer[Any]):
    """One thing that went; `new` is null where the receiver had it already, `of` is the group or the series."""

    kind = serializers.ChoiceField(["care_team", "group", "course", "task"])
    id = serializers.UUIDField()
    new = serializers.UUIDField(allow_null=True)
    of = serializers.UUIDField(allow_null=True)
    patient = serializers.UUIDField(allow_null=True)


@shown(TOLD)
class HandoverSerializer(serializers.Serializer[Any]):
    """What went, from when on."""

    center = serializers.UUIDField()
    giver = serializers.UUIDField()
    receiver = serializers.UUIDField()
    at = serializers.DateTimeField()
    dry_run = serializers.BooleanField()
    moved = MovedSerializer(many=True)
