"""What repeats every week, who leads it and who belongs to it."""

import datetime as dt

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Q

from backend.api.models import Identified, Versioned
from backend.api.ranges import DateRange
from centers.models import Center, Program, Room
from centers.models.places import SessionKind, Weekday
from patients.models import Patient
from scheduling.querysets import ParticipationQuerySet, PatternQuerySet, SeriesQuerySet, SeriesStaffQuerySet


class Mode(models.TextChoices):
    """How people meet."""

    IN_PERSON = "in_person"
    VIDEO = "telehealth_video"
    AUDIO = "telehealth_audio"


class Lead(models.TextChoices):
    """What somebody is in a session."""

    LEAD = "lead"
    CO_LEAD = "co_lead"
    OBSERVER = "observer"
    TRAINEE = "trainee"


class Series(Identified, Versioned):
    """What people belong to: one per group, one per individual course. Its patterns give the sessions."""

    class Form(models.TextChoices):
        GROUP = "group"
        INDIVIDUAL = "individual"

    center = models.ForeignKey(Center, on_delete=models.PROTECT, related_name="series")
    code = models.CharField(max_length=50)
    form = models.CharField(max_length=10, choices=Form)
    program = models.ForeignKey(Program, on_delete=models.PROTECT, null=True, blank=True, related_name="series")
    seats = models.PositiveIntegerField(help_text="How many patients a session holds, members and guests.")
    takes_guests = models.BooleanField(default=True)
    materialized_to = models.DateField(null=True, blank=True, help_text="Sessions exist up to here; this day is out.")

    objects = SeriesQuerySet.as_manager()

    class Meta:
        ordering = ["code", "id"]
        verbose_name_plural = "series"
        constraints = [
            models.UniqueConstraint(fields=["center", "code"], name="series_code_once_per_center"),
            models.UniqueConstraint(fields=["id", "center"], name="series_id_center"),
            models.CheckConstraint(condition=Q(seats__gte=1), name="series_has_a_seat"),
        ]
        indexes = [models.Index(fields=["center", "code", "id"], name="series_list")]

    def __str__(self) -> str:
        return self.code


class Pattern(Identified, Versioned):
    """One row of the weekly pattern: a session on each such weekday within the validity.

    Times are the center's wall clock.
    """

    series = models.ForeignKey(Series, on_delete=models.PROTECT, related_name="patterns")
    center = models.ForeignKey(Center, on_delete=models.PROTECT, related_name="+")
    weekday = models.PositiveSmallIntegerField(choices=Weekday)
    start_time = models.TimeField()
    minutes = models.PositiveIntegerField(help_text="Elapsed minutes; a session may run past midnight.")
    break_offset = models.PositiveIntegerField(null=True, blank=True, help_text="Minutes from the start to the break.")
    break_minutes = models.PositiveIntegerField(default=0)
    kind = models.CharField(max_length=30, choices=SessionKind)
    mode = models.CharField(max_length=20, choices=Mode, default=Mode.IN_PERSON)
    room = models.ForeignKey(Room, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    topic = models.CharField(max_length=500, blank=True)
    valid_from = models.DateField(null=True, blank=True)
    valid_to = models.DateField(null=True, blank=True)

    objects = PatternQuerySet.as_manager()

    class Meta:
        ordering = ["weekday", "start_time", "id"]
        constraints = [
            models.UniqueConstraint(fields=["id", "center"], name="pattern_id_center"),
            models.CheckConstraint(condition=Q(weekday__lte=6), name="pattern_on_a_weekday"),
            models.CheckConstraint(condition=Q(kind__in=SessionKind.values), name="pattern_kind_known"),
            models.CheckConstraint(condition=Q(minutes__gte=1, minutes__lte=1440), name="pattern_has_a_length"),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_from__isnull=True) | Q(valid_to__gt=F("valid_from")),
                name="pattern_validity_in_order",
            ),
            models.CheckConstraint(
                condition=Q(break_offset__isnull=True, break_minutes=0)
                | Q(
                    break_offset__isnull=False,
                    break_minutes__gte=1,
                    minutes__gte=F("break_offset") + F("break_minutes"),
                ),
                name="pattern_break_within",
            ),
        ]
        indexes = [models.Index(fields=["series", "weekday", "start_time"], name="pattern_of_series")]

    def __str__(self) -> str:
        return f"pattern {self.id}"


class SeriesStaff(Identified):
    """Somebody leads a series' sessions, from which day until which."""

    series = models.ForeignKey(Series, on_delete=models.PROTECT, related_name="staff")
    center = models.ForeignKey(Center, on_delete=models.PROTECT, related_name="+")
    staff = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=10, choices=Lead)
    starts_on = models.DateField(null=True, blank=True)
    ends_on = models.DateField(null=True, blank=True)

    objects = SeriesStaffQuerySet.as_manager()

    class Meta:
        ordering = ["role", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(starts_on__isnull=True) | Q(ends_on__gt=F("starts_on")),
                name="seriesstaff_in_order",
            ),
            ExclusionConstraint(
                name="seriesstaff_no_overlap",
                expressions=[
                    ("series", RangeOperators.EQUAL),
                    ("staff", RangeOperators.EQUAL),
                    (DateRange("starts_on", "ends_on"), RangeOperators.OVERLAPS),
                ],
            ),
        ]
        indexes = [models.Index(fields=["series", "role"], name="seriesstaff_of_series")]

    def __str__(self) -> str:
        return f"series staff {self.id}"

    def leads_on(self, day: dt.date) -> bool:
        """Whether `day` lies in the stretch; the day it ends is out."""
        return (self.starts_on or day) <= day and (self.ends_on is None or day < self.ends_on)


class Participation(Identified):
    """A patient belongs to a series over a range of days; groups project their enrollments here, under the same id."""

    series = models.ForeignKey(Series, on_delete=models.PROTECT, related_name="participations")
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="participations")
    center = models.ForeignKey(Center, on_delete=models.PROTECT, related_name="+")
    starts_on = models.DateField(null=True, blank=True)
    ends_on = models.DateField(null=True, blank=True)

    objects = ParticipationQuerySet.as_manager()

    class Meta:
        ordering = ["starts_on", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(starts_on__isnull=True) | Q(ends_on__gt=F("starts_on")),
                name="participation_in_order",
            ),
            ExclusionConstraint(
                name="participation_no_overlap",
                expressions=[
                    ("series", RangeOperators.EQUAL),
                    ("patient", RangeOperators.EQUAL),
                    (DateRange("starts_on", "ends_on"), RangeOperators.OVERLAPS),
                ],
            ),
        ]
        indexes = [
            models.Index(fields=["series", "starts_on"], name="participation_of_series"),
            models.Index(fields=["patient", "starts_on", "id"], name="participation_of_patient"),
        ]

    def __str__(self) -> str:
        return f"participation {self.id}"
