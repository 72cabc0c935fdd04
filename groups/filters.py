"""What the lists of groups can be asked for."""

import datetime as dt

from django.db.models import QuerySet
from django_filters.filters import DateFilter

from backend.api.filters import StrictFilterSet
from groups.models import Enrollment, Facilitator, TherapyGroup
from groups.querysets import EnrollmentQuerySet, FacilitatorQuerySet


class GroupFilters(StrictFilterSet):
    class Meta:
        model = TherapyGroup
        fields = ["center", "program", "code"]


class EnrollmentFilters(StrictFilterSet):
    """`on`: enrollments that cover that day."""

    on = DateFilter(method="covering")

    class Meta:
        model = Enrollment
        fields = ["center", "group", "patient"]

    def covering(self, rows: EnrollmentQuerySet, _name: str, day: dt.date) -> QuerySet[Enrollment]:
        """Those of that day."""
        return rows.on(day)


class FacilitatorFilters(StrictFilterSet):
    """`on`: who leads on that day."""

    on = DateFilter(method="leading")

    class Meta:
        model = Facilitator
        fields = ["center", "group", "staff"]

    def leading(self, rows: FacilitatorQuerySet, _name: str, day: dt.date) -> QuerySet[Facilitator]:
        """Those of that day."""
        return rows.on(day)
