"""Episodes of care, the stays at a level of care within them, and leaves of absence."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Q

from backend.api.models import Identified, Versioned
from backend.api.ranges import DateRange
from centers.models import Center, Program
from centers.models.places import LevelOfCare
from patients.models.people import Patient
from patients.querysets import EpisodeQuerySet, LeaveOfAbsenceQuerySet, LevelOfCareStayQuerySet


class DischargeReason(models.TextChoices):
    """TEDS-D REASON."""

    COMPLETED = "1", "completed"
    DROPPED_OUT = "2", "dropped out"
    TERMINATED = "3", "terminated by facility"
    TRANSFERRED = "4", "transferred"
    INCARCERATED = "5", "incarcerated"
    DEATH = "6", "death"
    OTHER = "7", "other"


class Episode(Identified, Versioned):
    """One admission of a patient to a program. Half-open: the day of discharge is not a day of care."""

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="episodes")
    center = models.ForeignKey(Center, on_delete=models.PROTECT, related_name="+")
    program = models.ForeignKey(Program, on_delete=models.PROTECT, related_name="episodes")
    admitted_on = models.DateField()
    discharged_on = models.DateField(null=True, blank=True)
    discharge_reason = models.CharField(max_length=1, choices=DischargeReason, blank=True)
    last_contact_on = models.DateField(null=True, blank=True)

    objects = EpisodeQuerySet.as_manager()

    class Meta:
        ordering = ["-admitted_on", "id"]
        constraints = [
            models.UniqueConstraint(fields=["id", "center"], name="episode_id_center"),
            models.UniqueConstraint(fields=["id", "patient"], name="episode_id_patient"),
            models.CheckConstraint(
                condition=Q(discharged_on__isnull=True) | Q(discharged_on__gt=F("admitted_on")),
                name="episode_in_order",
            ),
            models.CheckConstraint(
                condition=Q(discharged_on__isnull=True, discharge_reason="")
                | (Q(discharged_on__isnull=False) & ~Q(discharge_reason="")),
                name="episode_discharge_has_a_reason",
            ),
            ExclusionConstraint(
                name="episode_no_overlap_in_program",
                expressions=[
                    ("patient", RangeOperators.EQUAL),
                    ("program", RangeOperators.EQUAL),
                    (DateRange("admitted_on", "discharged_on"), RangeOperators.OVERLAPS),
                ],
            ),
        ]
        indexes = [
            models.Index(fields=["center", "-admitted_on", "id"], name="episode_list"),
            models.Index(fields=["patient", "-admitted_on", "id"], name="episode_of_patient"),
        ]

    def __str__(self) -> str:
        return f"episode {self.id}"


class LevelOfCareStay(Identified, Versioned):
    """A stretch of an episode at one ASAM level.

    Stays of a patient at 2.1 and above never overlap; 1.x may run beside.
    """

    class Edition(models.TextChoices):
        THIRD = "3", "third"
        FOURTH = "4", "fourth"

    episode = models.ForeignKey(Episode, on_delete=models.PROTECT, related_name="stays")
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="stays")
    center = models.ForeignKey(Center, on_delete=models.PROTECT, related_name="+")
    level_of_care = models.CharField(max_length=3, choices=LevelOfCare)
    asam_edition = models.CharField(max_length=1, choices=Edition, default=Edition.THIRD)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)

    objects = LevelOfCareStayQuerySet.as_manager()

    class Meta:
        ordering = ["-starts_on", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gt=F("starts_on")), name="levelofcarestay_in_order"
            ),
            ExclusionConstraint(
                name="levelofcarestay_no_overlap",
                expressions=[
                    ("patient", RangeOperators.EQUAL),
                    (DateRange("starts_on", "ends_on"), RangeOperators.OVERLAPS),
                ],
                condition=Q(level_of_care__gte="2"),
            ),
        ]
        indexes = [models.Index(fields=["patient", "-starts_on", "id"], name="levelofcarestay_of_patient")]

    def __str__(self) -> str:
        return f"stay {self.id}"


class LeaveOfAbsence(Identified, Versioned):
    """Days on which a patient in care is not expected. Half-open; leaves of one patient do not overlap."""

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="leaves")
    center = models.ForeignKey(Center, on_delete=models.PROTECT, related_name="+")
    starts_on = models.DateField()
    ends_on = models.DateField()
    reason = models.CharField(max_length=1000, blank=True)

    objects = LeaveOfAbsenceQuerySet.as_manager()

    class Meta:
        ordering = ["-starts_on", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(ends_on__gt=F("starts_on")), name="leaveofabsence_in_order"),
            ExclusionConstraint(
                name="leaveofabsence_no_overlap",
                expressions=[
                    ("patient", RangeOperators.EQUAL),
                    (DateRange("starts_on", "ends_on"), RangeOperators.OVERLAPS),
                ],
            ),
        ]
        indexes = [
            models.Index(fields=["center", "-starts_on", "id"], name="leaveofabsence_list"),
            models.Index(fields=["patient", "-starts_on", "id"], name="leaveofabsence_of_patient"),
        ]

    def __str__(self) -> str:
        return f"leave {self.id}"
