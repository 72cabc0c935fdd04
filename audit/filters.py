"""What the log can be asked for."""

from typing import Any
from uuid import UUID

from django.db import models
from django_filters.filters import CharFilter, ChoiceFilter, UUIDFilter

from audit.kinds import Kind
from audit.models import LogEntry
from audit.querysets import LogEntryQuerySet
from backend.api.filters import FROM, TO, MomentFilter, StrictFilterSet


class LogEntryFilters(StrictFilterSet):
    """All optional. `from` and `to` bound a half-open window of moments with offset; `patient` finds who is named.

    `purpose` is told word for word: `emergency:` and an id for what was read under an emergency access.
    """

    center = UUIDFilter(field_name="center_id")
    patient = UUIDFilter(method="named")
    actor = CharFilter(field_name="actor_id", max_length=100)
    kind = ChoiceFilter(choices=Kind.choices)
    action = CharFilter(max_length=100)
    purpose = CharFilter(max_length=100)

    class Meta:
        model = LogEntry
        fields: list[str] = []

    @classmethod
    def get_filters(cls) -> dict[str, Any]:
        """Also the two whose names Python keeps to itself."""
        base: Any = super()
        moment: Any = MomentFilter
        found: dict[str, Any] = base.get_filters()
        found[FROM] = moment(field_name="at", lookup_expr="gte")
        found[TO] = moment(field_name="at", lookup_expr="lt")
        return found

    def named(self, rows: LogEntryQuerySet, _name: str, patient_id: UUID) -> models.QuerySet[LogEntry]:
        """Entries that name the patient."""
        return rows.naming(patient_id)
