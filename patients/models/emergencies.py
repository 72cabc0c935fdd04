"""Breaking the glass: who opened which patient's record, for what reason, until when, who was told, and the verdict."""

import datetime as dt
from functools import cached_property

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Length
from django.db.models.lookups import GreaterThanOrEqual

from audit.models import LogEntry
from backend.api.clock import now
from backend.api.models import Identified, Versioned
from backend.api.ranges import DateTimeRange
from centers.models import Center, Position
from patients.models.people import Patient
from patients.querysets import EmergencyAccessQuerySet, EmergencyNoticeQuerySet

LONGEST = dt.timedelta(hours=24)
SHORTEST_REASON = 20
FEWEST_WORDS = 4
# A request that began inside the access may be logged a moment after its end.
GRACE = dt.timedelta(minutes=1)
INSTANT = dt.timedelta(microseconds=1)


def reason_of_substance(text: str) -> str | None:
    """The reason with its blanks folded; None for one too thin to be judged by: short, of few words, or of no words.

    Words count once, and only if made of more than one character again and again.
    """
    folded = " ".join(text.split())
    words = {word for word in folded.casefold().split() if len({char for char in word if char.isalpha()}) > 1}
    return folded if len(folded) >= SHORTEST_REASON and len(words) >= FEWEST_WORDS else None


class EmergencyAccess(Identified, Versioned):
    """One person may read one patient's record for some hours. The record; grants are its projection.

    It names what 42 CFR 2.51(c) asks for: who, of which center, when, and the nature of the emergency. It is never
    lengthened, stays for good, and is judged once, by somebody else.
    """

    class Nature(models.TextChoices):
        MEDICAL = "medical", "a medical emergency"
        RISK_TO_SELF = "risk_to_self", "somebody may harm themselves"
        RISK_TO_OTHERS = "risk_to_others", "somebody may harm others"
        DISASTER = "disaster", "a disaster keeps those who care away"
        OTHER = "other"

    class Verdict(models.TextChoices):
        JUSTIFIED = "justified"
        NOT_JUSTIFIED = "not_justified"
        NEEDS_FOLLOW_UP = "needs_follow_up"

    center = models.ForeignKey(Center, on_delete=models.PROTECT, related_name="+")
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="emergency_accesses")
    staff = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="emergency_accesses")
    nature = models.CharField(max_length=20, choices=Nature)
    reason = models.CharField(max_length=1000)
    starts_at = models.DateTimeField(default=now)
    ends_at = models.DateTimeField()
    ended_by = models.CharField(max_length=64, blank=True)
    reviewed_at = models.DateTimeField(null=True, blank=True)
    reviewed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    verdict = models.CharField(max_length=20, choices=Verdict, blank=True)
    note = models.CharField(max_length=1000, blank=True)

    objects = EmergencyAccessQuerySet.as_manager()

    class Meta:
        ordering = ["-starts_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at"), ends_at__lte=F("starts_at") + LONGEST),
                name="emergencyaccess_a_few_hours",
            ),
            models.CheckConstraint(
                condition=GreaterThanOrEqual(Length("reason"), SHORTEST_REASON), name="emergencyaccess_has_a_reason"
            ),
            models.CheckConstraint(
                condition=Q(reviewed_by__isnull=True) | ~Q(reviewed_by=F("staff")),
                name="emergencyaccess_judged_by_another",
            ),
            models.CheckConstraint(
                condition=Q(reviewed_at__isnull=True, reviewed_by__isnull=True, verdict="", note="")
                | Q(
                    reviewed_at__gte=F("starts_at"),
                    reviewed_by__isnull=False,
                    verdict__in=["justified", "not_justified", "needs_follow_up"],
                ),
                name="emergencyaccess_judged_whole",
            ),
            # A new one needs the earlier one judged; and two never live side by side.
            models.UniqueConstraint(
                fields=["staff", "patient"], condition=Q(reviewed_at__isnull=True), name="emergencyaccess_one_unjudged"
            ),
            ExclusionConstraint(
                name="emergencyaccess_no_overlap",
                expressions=[
                    ("staff", RangeOperators.EQUAL),
                    ("patient", RangeOperators.EQUAL),
                    (DateTimeRange("starts_at", "ends_at"), RangeOperators.OVERLAPS),
                ],
            ),
            models.UniqueConstraint(fields=["id", "center"], name="emergencyaccess_id_center"),
            models.UniqueConstraint(fields=["id", "patient"], name="emergencyaccess_id_patient"),
        ]
        indexes = [
            models.Index(fields=["center", "-starts_at", "id"], name="emergencyaccess_list"),
            models.Index(fields=["patient", "-starts_at", "id"], name="emergencyaccess_of_patient"),
            models.Index(fields=["staff", "-starts_at", "id"], name="emergencyaccess_of_staff"),
        ]

    def __str__(self) -> str:
        return f"emergency access {self.id}"

    @property
    def staff_name(self) -> str:
        """What its holder is called at the center; lists read it along, as `called`."""
        called: str | None = vars(self).get("called")
        return called or Position.objects.name_of(self.staff, self.center_id)

    @property
    def is_open(self) -> bool:
        """Whether it still lets its holder read."""
        return self.starts_at <= now() < self.ends_at

    @property
    def purpose(self) -> str:
        """The word by which the log labels what was read under it."""
        return f"{settings.GATE_LABELED_GROUNDS['emergency_access']}:{self.pk}"

    @property
    def logged_until(self) -> dt.datetime:
        """Until when entries of the log may bear its label."""
        return self.ends_at + GRACE

    @cached_property
    def entries(self) -> int:
        """How many entries of the log were made under it; found by its holder and its hours, which are indexed."""
        made = LogEntry.objects.within(self.starts_at, self.logged_until)
        return made.filter(actor_id=str(self.staff_id), purpose=self.purpose, center_id=self.center_id).count()

    def end(self, at: dt.datetime, by: str) -> None:
        """Let it end at a moment before its hours are over; grants are the caller's to project."""
        self.ends_at, self.ended_by = max(at, self.starts_at + INSTANT), by
        self.bump()
        self.save(update_fields=["ends_at", "ended_by", "version"])


class EmergencyNotice(Identified):
    """One person is to be told that an emergency access waits for review; the row is the order, and proof it went."""

    center = models.ForeignKey(Center, on_delete=models.PROTECT, related_name="+")
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="+")
    access = models.ForeignKey(EmergencyAccess, on_delete=models.PROTECT, related_name="notices")
    officer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    # From when on it may be sent; whoever claims it moves this on, so that nobody else sends meanwhile.
    due_at = models.DateTimeField(default=now)
    sent_at = models.DateTimeField(null=True, blank=True)

    objects = EmergencyNoticeQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["access", "officer"], name="emergencynotice_once_per_officer")]
        indexes = [
            models.Index(
                fields=["center", "due_at", "id"], condition=Q(sent_at__isnull=True), name="emergencynotice_due"
            ),
        ]

    def __str__(self) -> str:
        return f"emergency notice {self.id}"

    def note_sent(self) -> None:
        """Remember that the message went."""
        self.sent_at = now()
        self.save(update_fields=["sent_at"])
