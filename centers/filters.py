"""What the lists of centers can be asked for."""

import datetime as dt
from typing import Any

from django.db.models import QuerySet
from django_filters.filters import BooleanFilter, DateFilter

from backend.api.clock import now
from backend.api.filters import MomentFilter, StrictFilterSet
from centers.models import (
    Closure,
    EmergencyListing,
    Position,
    Program,
    ProgramRule,
    RoleAssignment,
    Room,
    ServiceAccount,
    ServiceToken,
)
from centers.querysets import EmergencyListingQuerySet, PositionQuerySet, RoleAssignmentQuerySet


class ProgramFilters(StrictFilterSet):
    class Meta:
        model = Program
        fields = ["center", "code"]


class ProgramRuleFilters(StrictFilterSet):
    class Meta:
        model = ProgramRule
        fields = ["center", "program"]


class RoomFilters(StrictFilterSet):
    class Meta:
        model = Room
        fields = ["center", "code"]


class ClosureFilters(StrictFilterSet):
    """`date_from` counts, `date_to` does not: local dates of the center."""

    date_from = DateFilter(field_name="date", lookup_expr="gte")
    date_to = DateFilter(field_name="date", lookup_expr="lt")

    class Meta:
        model = Closure
        fields = ["center"]


class StaffFilters(StrictFilterSet):
    """`left` tells those who no longer work here from those who do."""

    left = BooleanFilter(field_name="ended_at", method="having_left")

    class Meta:
        model = Position
        fields = ["center", "title"]

    def having_left(self, rows: PositionQuerySet, _name: str, left: Any) -> QuerySet[Position]:
        """Those who have, or have not; who leaves on a day to come still works here."""
        return rows.over(now()) if left else rows.not_ended()


class RoleAssignmentFilters(StrictFilterSet):
    """`ends_after` leaves out what was over at that moment."""

    ends_after = MomentFilter(field_name="ends_at", method="not_over")

    class Meta:
        model = RoleAssignment
        fields = ["center", "staff"]

    def not_over(self, rows: RoleAssignmentQuerySet, _name: str, at: dt.datetime) -> QuerySet[RoleAssignment]:
        """Those that end later, or never."""
        return rows.not_over(at)


class ServiceAccountFilters(StrictFilterSet):
    """`closed` tells accounts that were closed from those that were not."""

    closed = BooleanFilter(field_name="deactivated_at", lookup_expr="isnull", exclude=True)

    class Meta:
        model = ServiceAccount
        fields = ["center"]


class ServiceTokenFilters(StrictFilterSet):
    """`revoked` tells tokens that were revoked from those that were not."""

    revoked = BooleanFilter(field_name="revoked_at", lookup_expr="isnull", exclude=True)

    class Meta:
        model = ServiceToken
        fields = ["center", "account"]


class EmergencyListingFilters(StrictFilterSet):
    """`ends_after` leaves out what was over at that moment."""

    ends_after = MomentFilter(field_name="ends_at", method="not_over")

    class Meta:
        model = EmergencyListing
        fields = ["center", "staff"]

    def not_over(self, rows: EmergencyListingQuerySet, _name: str, at: dt.datetime) -> QuerySet[EmergencyListing]:
        """Those that end later, or never."""
        return rows.not_over(at)
