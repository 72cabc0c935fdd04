"""Therapy groups, the enrollments that make their rosters, and their facilitators."""

import datetime as dt
from uuid import UUID

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Q

from backend.api.clock import now
from backend.api.models import Identified, Versioned
from backend.api.ranges import DateRange
from centers.models import Center, Program, RoleAssignment, Staff
from centers.wall_time import local_date
from groups.querysets import EnrollmentQuerySet, FacilitatorQuerySet, TherapyGroupQuerySet
from patients.models import Episode, Patient
from scheduling.models import Series
from scheduling.models.series import Lead


class TherapyGroup(Identified, Versioned):
    """A therapy group; its sessions are those of its series.

    No day may hold more enrollments than `capacity`: a database trigger counts under the group's lock, whatever wrote.
    """

    class Membership(models.TextChoices):
        OPEN = "open"
        CLOSED = "closed", "new members join in cohorts, guests never"

    center = models.ForeignKey(Center, on_delete=models.PROTECT, related_name="therapy_groups")
    series = models.OneToOneField(Series, on_delete=models.PROTECT, related_name="therapy_group")
    program = models.ForeignKey(Program, on_delete=models.PROTECT, related_name="therapy_groups")
    code = models.CharField(max_length=50)
    name = models.CharField(max_length=200)
    membership = models.CharField(max_length=10, choices=Membership, default=Membership.OPEN)
    capacity = models.PositiveIntegerField()
    min_size = models.PositiveIntegerField()
    facilitator_group = models.OneToOneField("auth.Group", on_delete=models.PROTECT, related_name="therapy_group")

    objects = TherapyGroupQuerySet.as_manager()

    class Meta:
        ordering = ["code", "id"]
        constraints = [
            models.UniqueConstraint(fields=["center", "code"], name="therapygroup_code_once_per_center"),
            models.UniqueConstraint(fields=["id", "center"], name="therapygroup_id_center"),
            models.CheckConstraint(condition=Q(capacity__gte=F("min_size")), name="therapygroup_sizes_in_order"),
            models.CheckConstraint(condition=Q(capacity__gte=1), name="therapygroup_has_a_seat"),
        ]
        indexes = [models.Index(fields=["center", "code", "id"], name="therapygroup_list")]

    def __str__(self) -> str:
        return self.code

    def today(self) -> dt.date:
        """The calendar date at the center now."""
        return local_date(self.center.timezone, now())

    def roster_for(self, user: Staff, codename: str, day: dt.date) -> EnrollmentQuerySet:
        """Those on the roster of a day on whom `user` holds `codename`, by name."""
        rows = Enrollment.objects.visible_to(user, codename).filter(group=self)
        return rows.roster_on(day).order_by("patient__sort_key", "id")


class Enrollment(Identified, Versioned):
    """A patient on a group's roster over a range of days; half-open. The roster of any day is a query over these."""

    group = models.ForeignKey(TherapyGroup, on_delete=models.PROTECT, related_name="enrollments")
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="enrollments")
    center = models.ForeignKey(Center, on_delete=models.PROTECT, related_name="+")
    episode = models.ForeignKey(Episode, on_delete=models.PROTECT, related_name="enrollments")
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)
    ends_with_care = models.BooleanField(default=False, help_text="A discharge ended it; undoing that takes it back.")
    would_end_on = models.DateField(null=True, blank=True, help_text="When it was to end, had care gone on.")
    reason = models.CharField(max_length=500, blank=True, help_text="Why it ended.")
    enrolled_by = models.CharField(max_length=64)

    objects = EnrollmentQuerySet.as_manager()

    class Meta:
        ordering = ["starts_on", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gt=F("starts_on")), name="enrollment_in_order"
            ),
            ExclusionConstraint(
                name="enrollment_no_overlap",
                expressions=[
                    ("group", RangeOperators.EQUAL),
                    ("patient", RangeOperators.EQUAL),
                    (DateRange("starts_on", "ends_on"), RangeOperators.OVERLAPS),
                ],
            ),
        ]
        indexes = [
            models.Index(fields=["center", "starts_on", "id"], name="enrollment_list"),
            models.Index(fields=["group", "starts_on", "id"], name="enrollment_of_group"),
            models.Index(fields=["patient", "starts_on", "id"], name="enrollment_of_patient"),
        ]

    def __str__(self) -> str:
        return f"enrollment {self.id}"

    def end(self, on: dt.date | None, reason: str = "", *, with_care: bool = False) -> None:
        """Let the enrollment last until a day, or on without an end; what it projects is the caller's.

        One that ends with care remembers when it was to end.
        """
        self.would_end_on, self.ends_with_care = (self.ends_on, True) if with_care else (None, False)
        self.ends_on, self.reason = on, reason
        self.bump()
        self.save(update_fields=["ends_on", "reason", "ends_with_care", "would_end_on", "version"])


class Facilitator(Identified, Versioned):
    """Somebody leads a group, from which day until which; sees the patients on its roster meanwhile."""

    group = models.ForeignKey(TherapyGroup, on_delete=models.PROTECT, related_name="facilitators")
    center = models.ForeignKey(Center, on_delete=models.PROTECT, related_name="+")
    staff = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="facilitations")
    role = models.CharField(max_length=10, choices=Lead, default=Lead.LEAD)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)

    objects = FacilitatorQuerySet.as_manager()

    class Meta:
        ordering = ["role", "starts_on", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gt=F("starts_on")), name="facilitator_in_order"
            ),
            ExclusionConstraint(
                name="facilitator_no_overlap",
                expressions=[
                    ("group", RangeOperators.EQUAL),
                    ("staff", RangeOperators.EQUAL),
                    (DateRange("starts_on", "ends_on"), RangeOperators.OVERLAPS),
                ],
            ),
        ]
        indexes = [models.Index(fields=["center", "starts_on", "id"], name="facilitator_list")]

    def __str__(self) -> str:
        return f"facilitator {self.id}"

    def covers(self, day: dt.date) -> bool:
        """Whether the person leads on `day`; the day it ends is out."""
        return self.starts_on <= day and (self.ends_on is None or self.ends_on > day)

    @classmethod
    def candidates(cls, group: TherapyGroup) -> models.QuerySet[Staff]:
        """Those who may be appointed, by name."""
        held = RoleAssignment.objects.not_over(now()).treating().filter(center=group.center_id)
        return Staff.objects.filter(pk__in=held.values("staff"), is_active=True).order_by("last_name", "first_name")

    @classmethod
    def candidate(cls, group: TherapyGroup, staff_id: UUID) -> Staff | None:
        """The person of that id, if one who treats patients at the group's center now or later; None for anybody else.

        Leading opens the patients of the roster, which those who bill, direct or administer are not to see by it.
        """
        held = RoleAssignment.objects.not_over(now()).treating().filter(staff=staff_id, center=group.center_id)
        found = held.select_related("staff").first()
        return found.staff if found else None
