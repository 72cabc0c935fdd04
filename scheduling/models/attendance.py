"""Who is expected at a session, who came, and every change of that."""

import datetime as dt
from typing import Any

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import Deferrable, F, Q

from backend.api.clock import now
from backend.api.errors import Refused
from backend.api.models import Identified, Versioned
from backend.api.recorder import Actor
from centers.models import Center
from patients.models import Patient
from scheduling.models.sessions import Session
from scheduling.querysets import AttendanceMoveQuerySet, AttendanceQuerySet


class Status(models.TextChoices):
    """The one vocabulary of attendance, for API, database and files."""

    EXPECTED = "expected"
    PRESENT = "present"
    LATE = "late"
    LEFT_EARLY = "left_early"
    LATE_AND_LEFT_EARLY = "late_and_left_early"
    EXCUSED_ABSENCE = "excused_absence"
    NO_SHOW = "no_show"
    CANCELLED_BY_PATIENT = "cancelled_by_patient"
    CANCELLED_BY_PROGRAM = "cancelled_by_program"
    NOT_EXPECTED = "not_expected"
    ENTERED_IN_ERROR = "entered_in_error"


CAME = (Status.PRESENT, Status.LATE, Status.LEFT_EARLY, Status.LATE_AND_LEFT_EARLY)
MISSED = (Status.EXCUSED_ABSENCE, Status.NO_SHOW)
CANCELLED = (Status.CANCELLED_BY_PATIENT, Status.CANCELLED_BY_PROGRAM)
# These take a seat and the patient's time; the others leave both free.
OCCUPYING = (Status.EXPECTED, *CAME)
RECORDED = (*CAME, *MISSED, *CANCELLED)
# Every move a status may make. A recorded status may be corrected into any other recorded one.
MOVES: dict[Status, frozenset[Status]] = {
    Status.EXPECTED: frozenset({*RECORDED, Status.NOT_EXPECTED, Status.ENTERED_IN_ERROR}),
    Status.NOT_EXPECTED: frozenset({Status.EXPECTED}),
    Status.ENTERED_IN_ERROR: frozenset({Status.EXPECTED}),
} | {status: frozenset({*RECORDED, Status.EXPECTED, Status.ENTERED_IN_ERROR} - {status}) for status in RECORDED}


class Origin(models.TextChoices):
    """How a patient came to be in a session; stays for good."""

    ROSTER = "roster"
    GUEST = "guest"
    WALK_IN = "walk_in"


class Attendance(Identified, Versioned):
    """A patient in a session, made while still expected, so that the database itself refuses overlaps.

    `during` and `on_schedule` are the session's own, held equal by a foreign key that cascades.
    Minutes are per patient: the overlap of `[arrived_at or start, left_at or end]` with the session, less its break
    where breaks do not count.
    """

    session = models.ForeignKey(Session, on_delete=models.PROTECT, related_name="attendances")
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="attendances")
    center = models.ForeignKey(Center, on_delete=models.PROTECT, related_name="+")
    status = models.CharField(max_length=30, choices=Status, default=Status.EXPECTED)
    origin = models.CharField(max_length=10, choices=Origin, default=Origin.ROSTER)
    arrived_at = models.DateTimeField(null=True, blank=True)
    left_at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(max_length=500, blank=True)
    note = models.TextField(max_length=5000, blank=True)
    collaterals = models.PositiveSmallIntegerField(null=True, blank=True, help_text="Family members who came along.")
    made_up_by = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="The visit as a guest that makes up for this missed session; one visit may make up for several.",
    )
    approved_by = models.CharField(max_length=64, blank=True)
    recorded_by = models.CharField(max_length=64, blank=True)
    recorded_at = models.DateTimeField(null=True, blank=True)
    during = DateTimeRangeField(editable=False)
    on_schedule = models.BooleanField(default=True, editable=False)
    starts_at = models.GeneratedField(
        expression=models.Func("during", function="lower"), output_field=models.DateTimeField(), db_persist=True
    )
    occupies = models.GeneratedField(
        expression=models.ExpressionWrapper(
            Q(status__in=[status.value for status in OCCUPYING]), output_field=models.BooleanField()
        ),
        output_field=models.BooleanField(),
        db_persist=True,
    )

    objects = AttendanceQuerySet.as_manager()

    class Meta:
        ordering = ["starts_at", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(status__in=Status.values), name="attendance_status_known"),
            models.CheckConstraint(condition=Q(origin__in=Origin.values), name="attendance_origin_known"),
            models.UniqueConstraint(fields=["session", "patient"], name="attendance_once"),
            models.CheckConstraint(
                condition=Q(left_at__isnull=True) | Q(arrived_at__isnull=True) | Q(left_at__gte=F("arrived_at")),
                name="attendance_times_in_order",
            ),
            models.CheckConstraint(
                condition=Q(arrived_at__isnull=True, left_at__isnull=True)
                | Q(status__in=[status.value for status in CAME]),
                name="attendance_times_only_for_those_who_came",
            ),
            models.CheckConstraint(
                condition=Q(made_up_by__isnull=True) | ~Q(made_up_by=F("id")), name="attendance_makeup_is_another"
            ),
            ExclusionConstraint(
                name="attendance_patient_taken",
                expressions=[("patient", RangeOperators.EQUAL), ("during", RangeOperators.OVERLAPS)],
                condition=Q(on_schedule=True, occupies=True),
                deferrable=Deferrable.IMMEDIATE,
            ),
        ]
        indexes = [
            models.Index(fields=["center", "starts_at", "id"], name="attendance_list"),
            models.Index(fields=["patient", "starts_at", "id"], name="attendance_of_patient"),
        ]

    def __str__(self) -> str:
        return f"attendance {self.id}"

    @property
    def etag_version(self) -> str:
        """What changes whenever the bytes of the row do: its version, and that of the name in it."""
        return f"{self.version}.{self.patient.version}"

    def move(
        self, to: Status, *, by: Actor, at: dt.datetime, reason: str = "", **values: Any
    ) -> "AttendanceMove | None":
        """Change the status, and the times and notes with it; returns the row of history, None where all stands so.

        Every verb that changes attendance goes through here; it writes nothing, the verb stores both rows. Times not
        given are forgotten: only who came has some. Raises Refused for a move that `MOVES` does not allow.
        """
        wanted = {"arrived_at": None, "left_at": None, "reason": reason, **values}
        if to == self.status and all(getattr(self, name) == value for name, value in wanted.items()):
            return None
        came_from = Status(self.status)
        if to != came_from and to not in MOVES[came_from]:
            raise Refused("status_move_not_allowed")
        for name, value in wanted.items():
            setattr(self, name, value)
        self.status, self.recorded_by, self.recorded_at = to, by.id, at
        self.bump()
        return self.history(came_from, by=by, at=at)

    def history(self, came_from: str, *, by: Actor, at: dt.datetime) -> "AttendanceMove":
        """The row of history that says how the attendance came to be as it is now."""
        return AttendanceMove(
            attendance=self,
            patient_id=self.patient_id,
            center_id=self.center_id,
            from_status=came_from,
            to_status=self.status,
            arrived_at=self.arrived_at,
            left_at=self.left_at,
            by=by.id,
            at=at,
            reason=self.reason,
        )


class AttendanceMove(Identified):
    """One change of an attendance: from what, to what, by whom, when and why. Never changed; the database refuses."""

    attendance = models.ForeignKey(Attendance, on_delete=models.PROTECT, related_name="moves")
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="+")
    center = models.ForeignKey(Center, on_delete=models.PROTECT, related_name="+")
    from_status = models.CharField(max_length=30, choices=Status, blank=True)
    to_status = models.CharField(max_length=30, choices=Status)
    arrived_at = models.DateTimeField(null=True, blank=True)
    left_at = models.DateTimeField(null=True, blank=True)
    by = models.CharField(max_length=64, help_text="A staff member's id, or system:<name>.")
    at = models.DateTimeField(default=now)
    reason = models.CharField(max_length=500, blank=True)

    objects = AttendanceMoveQuerySet.as_manager()

    class Meta:
        ordering = ["at", "id"]
        indexes = [
            models.Index(fields=["attendance", "at", "id"], name="attendancemove_list"),
        ]

    def __str__(self) -> str:
        return f"attendance move {self.id}"
