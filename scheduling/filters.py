"""What the lists of the calendar can be asked for."""

from typing import Any
from uuid import UUID

from django import forms
from django.db.models import QuerySet
from django_filters.filters import Filter

from backend.api.filters import StrictFilterSet, WindowFilterSet
from scheduling.models import Attendance, Pattern, Series, Session

ME = "me"


class PersonFormField(forms.Field):
    """`me`, or the id of a member of staff."""

    def to_python(self, value: Any) -> UUID | str | None:
        """The id, or `me`; None for nothing."""
        if value in self.empty_values or value == ME:
            return value or None
        try:
            return UUID(str(value))
        except ValueError as error:
            raise forms.ValidationError("no id", code="invalid") from error


class PersonFilter(Filter):
    """Compares with a person's id."""

    field_class = PersonFormField

    def __init__(self, **options: Any) -> None:
        base: Any = super()
        base.__init__(**options)


class SeriesFilters(StrictFilterSet):
    class Meta:
        model = Series
        fields = ["center", "code", "form", "program"]


class PatternFilters(StrictFilterSet):
    class Meta:
        model = Pattern
        fields = ["center", "series", "weekday"]


class SessionFilters(WindowFilterSet):
    """`staff` is `me` or an id: the sessions that person staffs."""

    window_field = "starts_at"
    staff = PersonFilter(method="staffed_by")

    class Meta:
        model = Session
        fields = ["center", "series", "status", "kind"]

    def staffed_by(self, rows: QuerySet[Session], name: str, value: UUID | str) -> QuerySet[Session]:
        """Sessions a person staffs now; whoever was substituted does not."""
        person = self.request.user.pk if value == ME else value
        return rows.filter(staff__staff_id=person, staff__is_active=True)


class AttendanceFilters(WindowFilterSet):
    window_field = "starts_at"

    class Meta:
        model = Attendance
        fields = ["center", "patient", "session", "status"]
