"""Which groups, enrollments and facilitators one may see; the roster of a day."""

import datetime as dt
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Self
from uuid import UUID

from django.db.models import Count, Exists, F, OuterRef, Q

from backend.api.gate import ScopedQuerySet
from patients.models import Episode, LeaveOfAbsence

if TYPE_CHECKING:
    from groups.models import Enrollment, Facilitator, TherapyGroup


class TherapyGroupQuerySet(ScopedQuerySet["TherapyGroup"]):
    """Therapy groups."""

    scope = {"centers.Center": "center_id"}

    def locked(self, pk: UUID) -> "TherapyGroup":
        """The group with its series and center, its row locked: whoever counts seats locks the group first."""
        rows = self.select_for_update(no_key=True, of=("self",)).select_related("series", "center")
        return rows.get(pk=pk)


class EnrollmentQuerySet(ScopedQuerySet["Enrollment"]):
    """Enrollments."""

    scope = {"centers.Center": "center_id", "patients.Patient": "patient_id"}

    def on(self, day: dt.date) -> Self:
        """Enrollments that cover `day`; the day one ends is out."""
        return self.lasting_beyond(day).filter(starts_on__lte=day)

    def lasting_beyond(self, day: dt.date) -> Self:
        """Enrollments that are open, or end after `day`."""
        return self.filter(Q(ends_on__isnull=True) | Q(ends_on__gt=day))

    def overlapping(self, starts_on: dt.date, ends_on: dt.date | None) -> Self:
        """Enrollments with a day in the half-open range; an end of None is open."""
        later = self.lasting_beyond(starts_on)
        return later.filter(starts_on__lt=ends_on) if ends_on else later

    def outlasting_care(self) -> Self:
        """Enrollments that go on beyond the discharge from their episode."""
        later = Q(ends_on__isnull=True) | Q(ends_on__gt=F("episode__discharged_on"))
        return self.filter(later, episode__discharged_on__isnull=False)

    def roster_on(self, day: dt.date) -> Self:
        """The roster of `day`, past or to come: enrolled, admitted, and not on leave. Patients come with it."""
        episodes = Episode.objects.in_care_on(day).filter(patient=OuterRef("patient"))
        leaves = LeaveOfAbsence.objects.covering(day).filter(patient=OuterRef("patient"))
        return self.on(day).filter(Exists(episodes), ~Exists(leaves)).select_related("patient")

    def counted_on(self, days: Mapping[UUID, dt.date]) -> dict[UUID, int]:
        """How many are enrolled in each group on the day named for it; one statement."""
        condition = Q()
        for day in sorted(set(days.values())):
            groups = [pk for pk, asked in days.items() if asked == day]
            lasting = Q(ends_on__isnull=True) | Q(ends_on__gt=day)
            condition |= Q(group_id__in=groups, starts_on__lte=day) & lasting
        if not condition:
            return {}
        counted = self.filter(condition).order_by().values_list("group_id").annotate(Count("id"))
        return dict(counted)

    def of_groups(self, group_ids: Collection[UUID] | None) -> Self:
        """The enrollments of some groups; of all when none are named."""
        return self.all() if group_ids is None else self.filter(group_id__in=group_ids)

    def fullest(self, starts_on: dt.date, ends_on: dt.date | None) -> int:
        """How many are enrolled on the fullest day of the half-open range. Asked of one group's enrollments.

        That day is the range's first, or the first day of an enrollment within it.
        """
        held = list(self.overlapping(starts_on, ends_on).order_by().values_list("starts_on", "ends_on"))
        days = {max(first, starts_on) for first, _ in held}
        return max(
            (sum(first <= day and (last is None or last > day) for first, last in held) for day in days), default=0
        )


class FacilitatorQuerySet(ScopedQuerySet["Facilitator"]):
    """Facilitators."""

    scope = {"centers.Center": "center_id"}

    def of_groups(self, group_ids: Collection[UUID] | None) -> Self:
        """The facilitators of some groups; of all when none are named."""
        return self.all() if group_ids is None else self.filter(group_id__in=group_ids)

    def lasting_beyond(self, day: dt.date) -> Self:
        """Facilitators without an end, or with one after `day`."""
        return self.filter(Q(ends_on__isnull=True) | Q(ends_on__gt=day))

    def on(self, day: dt.date) -> Self:
        """Facilitators on `day`; the day one ends is out."""
        return self.lasting_beyond(day).filter(starts_on__lte=day)
