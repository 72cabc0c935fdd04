"""What serializers stand on: nothing unknown is read, nothing is shown that the reader's codenames do not open."""

import datetime as dt
import hashlib
from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.db import models
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail
from rest_framework.request import Request

from backend.api.gate import ScopedQuerySet, User, reach_of
from backend.api.grant_tables import containers, parent_name

# In a serializer's context: what it reads is an address's query, where every value is text.
FROM_QUERY = "from_query"


class MomentField(serializers.DateTimeField):
    """A moment of RFC 3339. One without an offset is refused: it would be read in the server's zone.

    It is kept and shown in UTC, so that the answer to a write has the bytes that reading it has.
    """

    default_error_messages = {"naive": "naive"}

    def enforce_timezone(self, value: Any) -> Any:
        """The moment in UTC; a naive one fails, and one that the calendar's first or last day has no room for."""
        if value.tzinfo is None:
            self.fail("naive")
        try:
            return value.astimezone(dt.UTC)
        except OverflowError:
            self.fail("overflow")


class VisibleRelatedField(serializers.PrimaryKeyRelatedField[Any]):
    """A reference to a row on which the user holds `codename`; any other is answered like a row that does not exist."""

    def __init__(self, *, codename: str, **options: Any) -> None:
        self.codename = codename
        options.setdefault("pk_field", serializers.UUIDField())
        super().__init__(**options)

    def get_queryset(self) -> models.QuerySet[Any]:
        """The rows that may be named."""
        rows = super().get_queryset()
        if not isinstance(rows, ScopedQuerySet):
            message = f"{self.field_name}: a queryset that knows its scope is needed"
            raise TypeError(message)
        return rows.visible_to(self.context["request"].user, self.codename)


class StrictSerializer(serializers.Serializer[Any]):
    """Refuses fields a body may not hold, unknown or only read, and values of another JSON type than the field's."""

    def to_internal_value(self, data: Any) -> Any:
        """The validated values. Names that are not known are never repeated in the answer."""
        refuse_unknown(self.fields, data)
        if not self.context.get(FROM_QUERY):
            refuse_other_types(self.fields, data)
        return super().to_internal_value(data)


class StrictModelSerializer(serializers.ModelSerializer[Any]):
    """The same for a model; its instants want an offset."""

    serializer_field_mapping = {
        **serializers.ModelSerializer.serializer_field_mapping,
        models.DateTimeField: MomentField,
    }

    def to_internal_value(self, data: Any) -> Any:
        """The validated values. Names that are not known are never repeated in the answer."""
        refuse_unknown(self.fields, data)
        refuse_other_types(self.fields, data)
        return super().to_internal_value(data)


class FieldsByCodename(serializers.BaseSerializer[Any]):
    """Shows a field only where the reader holds a codename that opens it (the minimum necessary).

    `Meta.fields_for` maps codenames to the fields they open; a field named under none of them is shown to every reader.
    """

    def to_representation(self, instance: Any) -> Any:
        """What this reader sees of this object; other fields are absent, not empty."""
        shown = super().to_representation(instance)
        request: Request = self.context["request"]
        for name in hidden_fields(type(self), request.user, instance):
            shown.pop(name, None)
        return shown


def hidden_fields(serializer: type[Any], user: User, instance: Any) -> frozenset[str]:
    """The fields of a serializer that `user` does not see on `instance`."""
    fields_for: Mapping[str, Iterable[str]] = getattr(getattr(serializer, "Meta", None), "fields_for", {})
    if not fields_for:
        return frozenset()
    held = reach_of(user).codenames_on(*place_of(instance))
    opened = {name for codename, names in fields_for.items() if codename in held for name in names}
    return frozenset(name for names in fields_for.values() for name in names) - opened


def field_set_digest(serializer: type[Any], user: User, instance: Any) -> str:
    """A short name for the set of fields `user` sees of `instance`; part of its ETag, since roles see other bytes."""
    hidden = ",".join(sorted(hidden_fields(serializer, user, instance)))
    return hashlib.sha256(f"{serializer.__name__}:{hidden}".encode()).hexdigest()[:8]


def place_of(instance: Any) -> tuple[UUID | None, UUID | None]:
    """The ids of the outer and the inner container an object lies in, or is."""
    outer, inner = containers()
    outer_id = instance.pk if isinstance(instance, outer) else getattr(instance, f"{parent_name()}_id", None)
    inner_id = instance.pk if isinstance(instance, inner) else getattr(instance, f"{inner._meta.model_name}_id", None)
    return outer_id, inner_id


def refuse_unknown(fields: Mapping[str, Any], data: Any) -> None:
    """Refuse a body that names a field which is not known, or only read."""
    if not isinstance(data, Mapping):
        return
    faults = {name: [_fault("read_only")] for name in data if name in fields and fields[name].read_only}
    if data.keys() - fields.keys():
        faults["non_field_errors"] = [_fault("unknown_field")]
    if faults:
        raise serializers.ValidationError(faults)


def refuse_other_types(fields: Mapping[str, Any], data: Any) -> None:
    """Refuse a number for a text, a text for a number, and either for a truth: DRF would take one for the other."""
    if not isinstance(data, Mapping):
        return
    faults = {
        name: [_fault("invalid_choice" if isinstance(field, serializers.ChoiceField) else "invalid")]
        for name, field in fields.items()
        if not field.read_only and data.get(name) is not None and _is_of_another_type(field, data[name])
    }
    if faults:
        raise serializers.ValidationError(faults)


def _is_of_another_type(field: Any, value: Any) -> bool:
    """Whether DRF would convert the value. What it refuses itself is left to it."""
    if isinstance(field, serializers.ListField):
        return isinstance(value, list) and any(_is_of_another_type(field.child, each) for each in value)
    if isinstance(field, serializers.BooleanField):
        return isinstance(value, str | int | float) and not isinstance(value, bool)
    if isinstance(field, serializers.IntegerField):
        return isinstance(value, str | bool)
    if isinstance(field, serializers.ChoiceField):
        # Choices are texts or numbers, and a truth is neither.
        return isinstance(value, bool) or (isinstance(value, str | int | float) and value not in ("", *field.choices))
    texts = (serializers.CharField, serializers.UUIDField, VisibleRelatedField)
    return isinstance(field, texts) and isinstance(value, int | float)


def _fault(code: str) -> ErrorDetail:
    return ErrorDetail(code, code=code)
