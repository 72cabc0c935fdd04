"""Centers, their programs with dated rules, their rooms and the times they are closed."""

import datetime as dt

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from backend.api.models import Identified, Versioned
from centers.querysets import CenterQuerySet, ClosureQuerySet, ProgramQuerySet, ProgramRuleQuerySet, RoomQuerySet
from centers.roles import PERMISSIONS


class Weekday(models.IntegerChoices):
    """Days of the week as Python counts them."""

    MON = 0
    TUE = 1
    WED = 2
    THU = 3
    FRI = 4
    SAT = 5
    SUN = 6


class LevelOfCare(models.TextChoices):
    """ASAM levels served outside a residence (3rd and 4th edition codes)."""

    EARLY_INTERVENTION = "0.5", "early intervention"
    OUTPATIENT_1 = "1.0", "outpatient"
    OUTPATIENT = "1.5", "outpatient therapy"
    MEDICALLY_MANAGED_OUTPATIENT = "1.7", "medically managed outpatient"
    INTENSIVE_OUTPATIENT = "2.1", "intensive outpatient"
    PARTIAL_HOSPITALIZATION = "2.5", "partial hospitalization"
    MEDICALLY_MANAGED_INTENSIVE = "2.7", "medically managed intensive outpatient"


class SessionKind(models.TextChoices):
    """What a session is for."""

    PSYCHOTHERAPY_GROUP = "psychotherapy_group"
    SKILLS_GROUP = "skills_group"
    PSYCHOEDUCATION = "psychoeducation"
    FAMILY = "family"
    SUPPORT_FACILITATED = "support_facilitated"
    MUTUAL_HELP = "mutual_help"
    INDIVIDUAL = "individual"


class Center(Identified, Versioned):
    """A treatment center: the outer wall of everything that is confidential."""

    name = models.CharField(max_length=200)
    discreet_name = models.CharField(max_length=100, help_text="The name messages to patients may use.")
    timezone = models.CharField(max_length=64)
    week_starts_on = models.PositiveSmallIntegerField(choices=Weekday, default=Weekday.MON)
    phone = models.CharField(max_length=50, blank=True)
    phone_e164 = models.CharField(max_length=20, blank=True)
    street = models.CharField(max_length=200, blank=True)
    city = models.CharField(max_length=100, blank=True)
    region = models.CharField(max_length=100, blank=True)
    postal_code = models.CharField(max_length=20, blank=True)
    country = models.CharField(max_length=2)
    calendar_from = models.DateField(help_text="The first day the calendar holds sessions for.")
    calendar_to = models.DateField(help_text="The first day the calendar does not yet hold.")
    sending_since = models.DateTimeField(null=True, blank=True, help_text="Reminders go out since; null: switched off.")
    import_digest = models.CharField(max_length=64, blank=True, editable=False)

    objects = CenterQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        permissions = PERMISSIONS
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(fields=["name"], name="center_name_once"),
            models.CheckConstraint(condition=Q(calendar_to__gt=F("calendar_from")), name="center_calendar_in_order"),
            models.CheckConstraint(condition=Q(week_starts_on__lte=6), name="center_week_starts_on_a_weekday"),
        ]

    def __str__(self) -> str:
        return self.name


class Program(Identified, Versioned):
    """A program a center runs, such as adult evening IOP. Its numbers are rows of ProgramRule."""

    class Population(models.TextChoices):
        ADULT = "adult"
        ADOLESCENT = "adolescent"

    center = models.ForeignKey(Center, on_delete=models.PROTECT, related_name="programs")
    code = models.CharField(max_length=50)
    name = models.CharField(max_length=200)
    population = models.CharField(max_length=20, choices=Population, default=Population.ADULT)
    is_part2 = models.BooleanField(default=True, help_text="A Part 2 program (42 CFR 2.11, 2.12).")

    objects = ProgramQuerySet.as_manager()

    class Meta:
        ordering = ["code", "id"]
        constraints = [
            models.UniqueConstraint(fields=["center", "code"], name="program_code_once_per_center"),
            models.UniqueConstraint(fields=["id", "center"], name="program_id_center"),
        ]
        indexes = [models.Index(fields=["center", "code", "id"], name="program_list")]

    def __str__(self) -> str:
        return self.code


class ProgramRule(Identified, Versioned):
    """One version of a program's rules, in force from a day on until the next version.

    The version in effect on the first day of a week governs the whole week. Minutes are per patient and week.
    """

    program = models.ForeignKey(Program, on_delete=models.PROTECT, related_name="rules")
    center = models.ForeignKey(Center, on_delete=models.PROTECT, related_name="+")
    effective_from = models.DateField()
    level_of_care = models.CharField(max_length=3, choices=LevelOfCare)
    weekly_minutes_min = models.PositiveIntegerField()
    weekly_minutes_max = models.PositiveIntegerField(null=True, blank=True)
    min_days = models.PositiveSmallIntegerField()
    breaks_count = models.BooleanField()
    uncounted_kinds = ArrayField(models.CharField(max_length=30, choices=SessionKind), default=list, blank=True)
    attendance_opens_hours = models.PositiveSmallIntegerField(default=12, help_text="Hours before a session.")
    attendance_closes_days = models.PositiveSmallIntegerField(default=14, help_text="Days after a session.")
    care_team_days_after_discharge = models.PositiveSmallIntegerField(default=14)

    objects = ProgramRuleQuerySet.as_manager()

    class Meta:
        ordering = ["effective_from", "id"]
        constraints = [
            models.UniqueConstraint(fields=["program", "effective_from"], name="programrule_one_version_a_day"),
            models.CheckConstraint(
                condition=Q(weekly_minutes_max__isnull=True) | Q(weekly_minutes_max__gte=F("weekly_minutes_min")),
                name="programrule_maximum_not_under_minimum",
            ),
            models.CheckConstraint(condition=Q(min_days__lte=7), name="programrule_days_fit_a_week"),
        ]

    def __str__(self) -> str:
        return f"{self.program_id} from {self.effective_from}"


class Room(Identified, Versioned):
    """A room of a center; the database lets it hold one session at a time."""

    center = models.ForeignKey(Center, on_delete=models.PROTECT, related_name="rooms")
    code = models.CharField(max_length=50)
    name = models.CharField(max_length=200)
    capacity = models.PositiveIntegerField()

    objects = RoomQuerySet.as_manager()

    class Meta:
        ordering = ["code", "id"]
        constraints = [
            models.UniqueConstraint(fields=["center", "code"], name="room_code_once_per_center"),
            models.UniqueConstraint(fields=["id", "center"], name="room_id_center"),
        ]
        indexes = [models.Index(fields=["center", "code", "id"], name="room_list")]

    def __str__(self) -> str:
        return self.code


class Closure(Identified, Versioned):
    """A time in which a center holds no sessions; half-open, as instants."""

    center = models.ForeignKey(Center, on_delete=models.PROTECT, related_name="closures")
    date = models.DateField()
    from_time = models.TimeField(null=True, blank=True, help_text="Null: from that midnight.")
    to_time = models.TimeField(null=True, blank=True, help_text="Null: until the next midnight.")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    reason = models.CharField(max_length=500, blank=True)

    objects = ClosureQuerySet.as_manager()

    class Meta:
        ordering = ["starts_at", "id"]
        constraints = [models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="closure_in_order")]
        indexes = [models.Index(fields=["center", "starts_at", "id"], name="closure_list")]

    def __str__(self) -> str:
        return f"closure {self.id}"

    def covers(self, starts_at: dt.datetime, ends_at: dt.datetime) -> bool:
        """Whether any of `[starts_at, ends_at)` lies in the closure."""
        return self.starts_at < ends_at and starts_at < self.ends_at
