"""A session on the calendar, with all that reports will ask of it, and who staffs it."""

import datetime as dt

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import Deferrable, F, Q
from psycopg.types.range import TimestamptzRange

from backend.api.errors import Refused
from backend.api.models import Identified, Versioned
from backend.api.ranges import DateTimeRange
from centers.models import Center, Room
from centers.models.places import SessionKind
from scheduling.models.series import Lead, Mode, Pattern, Series
from scheduling.querysets import SessionQuerySet, SessionStaffQuerySet


class Session(Identified, Versioned):
    """One meeting of a series, known by the local start its pattern gave, whatever happened later.

    The database lets a room hold one scheduled session at a time. `minutes` and `break_minutes` are the pattern's,
    frozen; the instants are the actual ones. Withdrawn and closed sessions stay as rows.
    """

    class Status(models.TextChoices):
        SCHEDULED = "scheduled"
        WITHDRAWN = "withdrawn", "taken off the schedule before the day"
        CLOSED = "closed", "off because the center is closed"

    center = models.ForeignKey(Center, on_delete=models.PROTECT, related_name="sessions")
    series = models.ForeignKey(Series, on_delete=models.PROTECT, related_name="sessions")
    pattern = models.ForeignKey(Pattern, on_delete=models.PROTECT, null=True, blank=True, related_name="sessions")
    original_date = models.DateField(help_text="In the center's zone, as the pattern gave it.")
    original_time = models.TimeField(help_text="Likewise.")
    minutes = models.PositiveIntegerField()
    break_minutes = models.PositiveIntegerField(default=0)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    break_starts_at = models.DateTimeField(null=True, blank=True)
    break_ends_at = models.DateTimeField(null=True, blank=True)
    local_date = models.DateField(help_text="The date of the actual start in the center's zone.")
    kind = models.CharField(max_length=30, choices=SessionKind)
    mode = models.CharField(max_length=20, choices=Mode, default=Mode.IN_PERSON)
    room = models.ForeignKey(Room, on_delete=models.PROTECT, null=True, blank=True, related_name="sessions")
    topic = models.CharField(max_length=500, blank=True)
    seats = models.PositiveIntegerField()
    status = models.CharField(max_length=10, choices=Status, default=Status.SCHEDULED)
    status_reason = models.CharField(max_length=500, blank=True)
    called_off_at = models.DateTimeField(null=True, blank=True)
    roster_version = models.PositiveIntegerField(default=1, editable=False)
    during = models.GeneratedField(
        expression=DateTimeRange("starts_at", "ends_at"), output_field=DateTimeRangeField(), db_persist=True
    )
    on_schedule = models.GeneratedField(
        expression=models.ExpressionWrapper(Q(status="scheduled"), output_field=models.BooleanField()),
        output_field=models.BooleanField(),
        db_persist=True,
    )

    objects = SessionQuerySet.as_manager()

    class Meta:
        ordering = ["starts_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["series", "original_date", "original_time"], name="session_original_start_once"
            ),
            models.CheckConstraint(
                condition=Q(status__in=["scheduled", "withdrawn", "closed"]), name="session_status_known"
            ),
            models.CheckConstraint(condition=Q(kind__in=SessionKind.values), name="session_kind_known"),
            models.UniqueConstraint(fields=["id", "center"], name="session_id_center"),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="session_in_order"),
            models.CheckConstraint(
                condition=Q(break_starts_at__isnull=True, break_ends_at__isnull=True)
                | Q(
                    break_starts_at__gte=F("starts_at"),
                    break_ends_at__gt=F("break_starts_at"),
                    break_ends_at__lte=F("ends_at"),
                ),
                name="session_break_within",
            ),
            ExclusionConstraint(
                name="session_room_taken",
                expressions=[("room", RangeOperators.EQUAL), ("during", RangeOperators.OVERLAPS)],
                condition=Q(status="scheduled", room__isnull=False),
                deferrable=Deferrable.IMMEDIATE,
            ),
        ]
        indexes = [
            models.Index(fields=["center", "starts_at", "id"], name="session_list"),
            models.Index(fields=["center", "original_date"], name="session_by_original_date"),
            models.Index(fields=["series", "starts_at"], name="session_of_series"),
        ]

    def __str__(self) -> str:
        return f"session {self.id}"

    @property
    def span(self) -> TimestamptzRange:
        """The actual time, half-open, as its copies in attendance and staff hold it."""
        return TimestamptzRange(self.starts_at, self.ends_at, "[)")

    @property
    def stands(self) -> bool:
        """Whether the session is on the schedule and not called off."""
        return self.status == self.Status.SCHEDULED and self.called_off_at is None

    def turn(self, to: "Session.Status", reason: str) -> None:
        """Put the session on or off the schedule. Raises Refused for a move that `SESSION_MOVES` does not allow."""
        if to not in SESSION_MOVES[self.Status(self.status)]:
            raise Refused("session_move_not_allowed")
        self.status, self.status_reason = to, reason

    def place(self, starts_at: dt.datetime, day: dt.date) -> None:
        """Put the session at another start, on local date `day`; length and break move along."""
        shift = starts_at - self.starts_at
        self.starts_at, self.ends_at, self.local_date = starts_at, self.ends_at + shift, day
        if self.break_starts_at and self.break_ends_at:
            self.break_starts_at, self.break_ends_at = self.break_starts_at + shift, self.break_ends_at + shift

    def cut(self, minutes: int) -> None:
        """Let the session end `minutes` after its start; what of the break lies beyond is no break.

        Raises Refused unless that is sooner than now.
        """
        ends_at = self.starts_at + dt.timedelta(minutes=minutes)
        if not self.starts_at < ends_at < self.ends_at:
            raise Refused("not_shorter")
        self.ends_at = ends_at
        if self.break_starts_at and self.break_ends_at:
            self.break_ends_at = min(self.break_ends_at, ends_at)
            if self.break_starts_at >= self.break_ends_at:
                self.break_starts_at = self.break_ends_at = None


SESSION_MOVES: dict[Session.Status, frozenset[Session.Status]] = {
    Session.Status.SCHEDULED: frozenset({Session.Status.WITHDRAWN, Session.Status.CLOSED}),
    Session.Status.WITHDRAWN: frozenset({Session.Status.SCHEDULED}),
    Session.Status.CLOSED: frozenset({Session.Status.SCHEDULED, Session.Status.WITHDRAWN}),
}


class SessionStaff(Identified):
    """Somebody staffs a session. The database refuses a second session at the same time.

    `during` and `on_schedule` are the session's own, held equal by a foreign key that cascades. Whoever is substituted
    stays as a row that is not active. A substitute's access ends at `access_until`, later than the session by the
    database's rule, and moves along with it.
    """

    session = models.ForeignKey(Session, on_delete=models.PROTECT, related_name="staff")
    center = models.ForeignKey(Center, on_delete=models.PROTECT, related_name="+")
    staff = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="session_staff")
    role = models.CharField(max_length=10, choices=Lead)
    replaces = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    is_active = models.BooleanField(default=True)
    access_until = models.DateTimeField(null=True, blank=True, help_text="When a substitute's access ends.")
    during = DateTimeRangeField(editable=False)
    on_schedule = models.BooleanField(default=True, editable=False)
    starts_at = models.GeneratedField(
        expression=models.Func("during", function="lower"), output_field=models.DateTimeField(), db_persist=True
    )

    objects = SessionStaffQuerySet.as_manager()

    class Meta:
        ordering = ["role", "id"]
        constraints = [
            models.UniqueConstraint(fields=["session", "staff"], name="sessionstaff_once"),
            models.CheckConstraint(
                condition=Q(access_until__isnull=True)
                | Q(access_until__gt=models.Func("during", function="upper", output_field=models.DateTimeField())),
                name="sessionstaff_access_outlasts_session",
            ),
            ExclusionConstraint(
                name="sessionstaff_taken",
                expressions=[("staff", RangeOperators.EQUAL), ("during", RangeOperators.OVERLAPS)],
                condition=Q(on_schedule=True, is_active=True),
                deferrable=Deferrable.IMMEDIATE,
            ),
        ]
        indexes = [models.Index(fields=["staff", "starts_at", "session"], name="sessionstaff_of_staff")]

    def __str__(self) -> str:
        return f"session staff {self.id}"
