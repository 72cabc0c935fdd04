"""Reminders, their attempts and rules, and the sending switch as they are read and written; no address, no words."""

from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers

from backend.api.serializers import MomentField, StrictModelSerializer, StrictSerializer, VisibleRelatedField
from centers.models import Center
from reminders import examples
from reminders.models import Attempt, Reminder, ReminderRule


def shown(value: dict[str, Any]) -> Any:
    """An example of an answer, for the OpenAPI document."""
    return extend_schema_serializer(examples=[OpenApiExample("Example", value=value, response_only=True)])


def sent(value: dict[str, Any]) -> Any:
    """An example of a body."""
    return extend_schema_serializer(examples=[OpenApiExample("Example", value=value, request_only=True)])


class AttemptSerializer(StrictModelSerializer):
    class Meta:
        model = Attempt
        fields = ["id", "channel", "started_at", "ended_at", "outcome", "error_code"]


@shown(examples.REMINDER)
class ReminderSerializer(StrictModelSerializer):
    class Meta:
        model = Reminder
        fields = [
            "id",
            "center",
            "patient",
            "session",
            "local_day",
            "offset_hours",
            "session_starts_at",
            "due_at",
            "state",
            "reason",
            "attempts_made",
            "planned_at",
            "settled_at",
        ]


@shown(examples.DETAIL)
class ReminderDetail(ReminderSerializer):
    """Also: every attempt at it, the oldest first."""

    attempts = AttemptSerializer(many=True, read_only=True)

    class Meta(ReminderSerializer.Meta):
        fields = [*ReminderSerializer.Meta.fields, "attempts"]


@shown(examples.RULE)
class ReminderRuleSerializer(StrictModelSerializer):
    class Meta:
        model = ReminderRule
        fields = ["id", "center", "offset_hours"]


@sent(examples.NEW_RULE)
class NewReminderRule(StrictSerializer):
    center = VisibleRelatedField(codename="manage_reminders", queryset=Center._default_manager.all())
    offset_hours = serializers.IntegerField(min_value=1, max_value=336)


@shown(examples.SWITCH)
class SwitchSerializer(serializers.Serializer[Center]):
    """Whether a center's reminders go out, and since when."""

    center = serializers.UUIDField(source="id", read_only=True)
    on = serializers.SerializerMethodField()
    sending_since = MomentField(read_only=True, allow_null=True)

    def get_on(self, center: Center) -> bool:
        """Whether they go out."""
        return center.sending_since is not None


@sent(examples.NEW_SWITCH)
class NewSwitch(StrictSerializer):
    center = VisibleRelatedField(codename="manage_reminders", queryset=Center._default_manager.all())
    on = serializers.BooleanField()
