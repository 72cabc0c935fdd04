"""What the lists of patients can be asked for."""

import datetime as dt

from django.db.models import QuerySet
from django_filters.filters import BooleanFilter, ChoiceFilter, DateFilter

from backend.api.clock import now
from backend.api.filters import MomentFilter, StrictFilterSet
from patients.models import (
    CareTeamMember,
    ContactPoint,
    EmergencyAccess,
    Episode,
    LeaveOfAbsence,
    LevelOfCareStay,
    Patient,
    StaffTask,
)
from patients.querysets import (
    CareTeamMemberQuerySet,
    EmergencyAccessQuerySet,
    EpisodeQuerySet,
    LeaveOfAbsenceQuerySet,
)


class PatientFilters(StrictFilterSet):
    """By center alone: names and record numbers are searched by a body, since addresses end up in logs."""

    class Meta:
        model = Patient
        fields = ["center"]


class EpisodeFilters(StrictFilterSet):
    """`in_care_on`: episodes that cover that day."""

    in_care_on = DateFilter(method="covering")

    class Meta:
        model = Episode
        fields = ["center", "patient", "program"]

    def covering(self, rows: EpisodeQuerySet, _name: str, day: dt.date) -> QuerySet[Episode]:
        """Those in care that day."""
        return rows.in_care_on(day)


class StayFilters(StrictFilterSet):
    class Meta:
        model = LevelOfCareStay
        fields = ["patient", "episode"]


class MemberFilters(StrictFilterSet):
    """`ends_after` leaves out what was over at that moment."""

    ends_after = MomentFilter(field_name="ends_at", method="not_over")

    class Meta:
        model = CareTeamMember
        fields = ["center", "patient", "staff"]

    def not_over(self, rows: CareTeamMemberQuerySet, _name: str, at: dt.datetime) -> QuerySet[CareTeamMember]:
        """Those that end later, or never."""
        return rows.lasting_beyond(at)


class EmergencyAccessFilters(StrictFilterSet):
    """`state`: open (its hours run), ended, awaiting_review (not judged, open or not), or reviewed."""

    state = ChoiceFilter(
        choices=[(word, word) for word in ("open", "ended", "awaiting_review", "reviewed")], method="in_state"
    )

    class Meta:
        model = EmergencyAccess
        fields = ["center", "patient", "staff"]

    def in_state(self, rows: EmergencyAccessQuerySet, _name: str, state: str) -> QuerySet[EmergencyAccess]:
        """Those in that state now."""
        if state == "open":
            return rows.open_at(now())
        if state == "ended":
            return rows.over(now())
        return rows.filter(reviewed_at__isnull=state == "awaiting_review")


class ContactPointFilters(StrictFilterSet):
    """`in_use` tells those that count from those replaced or ended."""

    in_use = BooleanFilter(field_name="ended_at", lookup_expr="isnull")

    class Meta:
        model = ContactPoint
        fields = ["patient", "kind"]


class LeaveFilters(StrictFilterSet):
    """`on`: leaves that cover that day."""

    on = DateFilter(method="covering")

    class Meta:
        model = LeaveOfAbsence
        fields = ["center", "patient"]

    def covering(self, rows: LeaveOfAbsenceQuerySet, _name: str, day: dt.date) -> QuerySet[LeaveOfAbsence]:
        """Those away that day."""
        return rows.covering(day)


class TaskFilters(StrictFilterSet):
    """`open` tells what is still to do from what is done."""

    open = BooleanFilter(field_name="done_at", lookup_expr="isnull")

    class Meta:
        model = StaffTask
        fields = ["center", "patient", "kind", "assigned_to"]
