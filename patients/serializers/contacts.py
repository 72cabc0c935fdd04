"""Contact points and answers about texts as they are read and written."""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail

from backend.api.serializers import StrictModelSerializer, StrictSerializer
from centers.serializers import sent, shown
from patients import examples
from patients.models import ContactPoint, MessagingConsent
from patients.serializers.references import a_patient


@shown(examples.POINT)
class ContactPointSerializer(StrictModelSerializer):
    class Meta:
        model = ContactPoint
        fields = [
            "id",
            "patient",
            "center",
            "kind",
            "value",
            "normalized",
            "ended_at",
            "suppressed_at",
            "suppressed_reason",
        ]


class Addressed(StrictSerializer):
    """Reads a value as its kind wants it; numbers are read by the verb, which knows the country."""

    value = serializers.CharField(max_length=254)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """An e-mail address looks like one."""
        if "value" in attrs and self.kind_of(attrs) == ContactPoint.Kind.EMAIL:
            try:
                validate_email(attrs["value"])
            except ValidationError as error:
                raise serializers.ValidationError({"value": ErrorDetail("", code="invalid")}) from error
        return attrs

    def kind_of(self, attrs: dict[str, Any]) -> str:
        """The kind of the value."""
        point: Any = self.instance
        return str(attrs["kind"] if point is None else point.kind)


@sent(examples.NEW_POINT)
class NewContactPoint(Addressed):
    """The one in use of the same kind is replaced."""

    patient = a_patient("manage_patient")
    kind = serializers.ChoiceField(ContactPoint.Kind.choices)


@sent({"value": "(706) 555-0143"})
class ContactPointInput(Addressed):
    pass


@shown(examples.CONSENT)
class ConsentSerializer(StrictModelSerializer):
    class Meta:
        model = MessagingConsent
        fields = ["id", "patient", "given", "answered_on", "recorded_at"]


@sent({"given": True, "answered_on": "2026-01-05"})
class ConsentAnswer(StrictSerializer):
    """Answered today in the center's zone unless given."""

    given = serializers.BooleanField()
    answered_on = serializers.DateField(allow_null=True, default=None)
