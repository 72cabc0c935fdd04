"""The outbox: what is to be told to whom and when, each attempt at it, and the addresses that said stop."""

import datetime as dt
from typing import ClassVar
from uuid import UUID

from django.db import models
from django.db.models import F, Q

from backend.api.clock import now
from backend.api.errors import Refused
from backend.api.models import Identified, Versioned
from centers.models import Center
from patients.models import ContactPoint, Patient
from reminders.channels import ChannelError, Outcome, Receipt, RejectedError, UnavailableError
from reminders.querysets import AttemptQuerySet, ReminderQuerySet, ReminderRuleQuerySet
from scheduling.models import Session


class Channel(models.TextChoices):
    """How a message goes."""

    SMS = "sms"
    EMAIL = "email"


class ReminderRule(Identified):
    """How long before the first session of a day a patient is reminded: the same wall time so many hours earlier."""

    center = models.ForeignKey(Center, on_delete=models.PROTECT, related_name="reminder_rules")
    offset_hours = models.PositiveSmallIntegerField()

    objects = ReminderRuleQuerySet.as_manager()

    class Meta:
        ordering = ["-offset_hours", "id"]
        constraints = [
            models.UniqueConstraint(fields=["center", "offset_hours"], name="reminderrule_once"),
            models.CheckConstraint(
                condition=Q(offset_hours__gte=1, offset_hours__lte=336), name="reminderrule_in_range"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.offset_hours} hours before"


class Reminder(Identified, Versioned):
    """The intent to remind one patient of one day of sessions by one rule; there is one such row, ever.

    A dispatcher claims it (lease, attempt id), a worker sends it. `unknown` means nobody knows whether it went: the
    provider is asked before anything is sent again.
    """

    class State(models.TextChoices):
        PLANNED = "planned"
        CLAIMED = "claimed", "a worker has it"
        UNKNOWN = "unknown", "nobody knows whether it went"
        SENT = "sent", "the provider has it"
        DELIVERED = "delivered"
        FAILED = "failed", "given up"
        CANCELED = "canceled", "no longer wanted"
        SKIPPED = "skipped", "not wanted at the moment of sending"

    center = models.ForeignKey(Center, on_delete=models.PROTECT, related_name="+")
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="reminders")
    local_day = models.DateField(help_text="The day of sessions, in the patient's zone.")
    offset_hours = models.PositiveSmallIntegerField()
    session = models.ForeignKey(Session, on_delete=models.PROTECT, related_name="+", help_text="The day's first.")
    session_starts_at = models.DateTimeField()
    due_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State, default=State.PLANNED)
    reason = models.CharField(max_length=40, blank=True, help_text="Why it was canceled, skipped or given up; a code.")
    lease_until = models.DateTimeField(null=True, blank=True)
    claim = models.UUIDField(null=True, blank=True, help_text="The attempt that holds it; fences late writers.")
    attempts_made = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField(null=True, blank=True)
    planned_at = models.DateTimeField(default=now)
    settled_at = models.DateTimeField(null=True, blank=True)

    objects = ReminderQuerySet.as_manager()

    class Meta:
        ordering = ["due_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    state__in=["planned", "claimed", "unknown", "sent", "delivered", "failed", "canceled", "skipped"]
                ),
                name="reminder_state_known",
            ),
            models.UniqueConstraint(fields=["patient", "local_day", "offset_hours"], name="reminder_once"),
            models.UniqueConstraint(fields=["id", "center"], name="reminder_id_center"),
            models.CheckConstraint(
                condition=~Q(state="claimed") | Q(claim__isnull=False, lease_until__isnull=False),
                name="reminder_claim_has_a_lease",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["planned", "claimed"]) | Q(due_at__lt=F("session_starts_at")),
                name="reminder_due_before_the_session",
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_at"], condition=Q(state__in=["planned", "claimed", "unknown"]), name="reminder_open"
            ),
            models.Index(fields=["center", "due_at", "id"], name="reminder_list"),
            models.Index(fields=["patient", "due_at", "id"], name="reminder_of_patient"),
            models.Index(fields=["session"], name="reminder_of_session"),
        ]

    def __str__(self) -> str:
        return f"reminder {self.id}"

    # Every move a state may make; the statements of `outbox` keep to it, too.
    MOVES: ClassVar[dict[str, frozenset[str]]] = {
        State.PLANNED: frozenset({State.CLAIMED, State.CANCELED, State.SKIPPED}),
        State.CLAIMED: frozenset(
            {State.PLANNED, State.UNKNOWN, State.SENT, State.DELIVERED, State.FAILED, State.SKIPPED}
        ),
        State.UNKNOWN: frozenset({State.PLANNED, State.UNKNOWN, State.SENT, State.DELIVERED, State.FAILED}),
        State.CANCELED: frozenset({State.PLANNED}),
    }

    @property
    def key(self) -> tuple[UUID, dt.date, int]:
        """What there is one reminder of."""
        return self.patient_id, self.local_day, self.offset_hours

    def begin(self, lease_until: dt.datetime) -> None:
        """Count an attempt and hold the claim anew; the caller has the row lock."""
        self.attempts_made += 1
        self.lease_until = lease_until
        self.bump()
        self.save()

    def settle(self, outcome: Outcome) -> None:
        """The provider has the message, or more."""
        self._move(self.State.DELIVERED if outcome is Outcome.DELIVERED else self.State.SENT, settled_at=now())

    def put_back(self, until: dt.datetime) -> None:
        """Let it be claimed again, not before `until`."""
        self._move(self.State.PLANNED, next_try_at=until)

    def doubt(self, claim: UUID, until: dt.datetime) -> None:
        """Nobody knows whether it went; the attempt keeps it until the provider has been asked."""
        self._move(self.State.UNKNOWN, claim=claim, next_try_at=until)

    def skip(self, reason: str) -> None:
        """Not wanted at the moment of sending."""
        self._move(self.State.SKIPPED, reason=reason, settled_at=now())

    def give_up(self, reason: str) -> None:
        """Nothing more is tried."""
        self._move(self.State.FAILED, reason=reason, settled_at=now())

    def _move(
        self,
        to: str,
        *,
        reason: str = "",
        claim: UUID | None = None,
        next_try_at: dt.datetime | None = None,
        settled_at: dt.datetime | None = None,
    ) -> None:
        """Change the state under the row lock of the caller, who holds the claim. Refused: no such move."""
        if to not in self.MOVES.get(self.state, frozenset()):
            code = "reminder_settled"
            raise Refused(code)
        self.state, self.reason, self.claim, self.lease_until = to, reason, claim, None
        self.next_try_at, self.settled_at = next_try_at, settled_at
        self.bump()
        self.save()


class Attempt(Identified):
    """One try to send a reminder over one channel. The reminder's id, not the attempt's, is the provider's key."""

    class Outcome(models.TextChoices):
        PENDING = "pending"
        ACCEPTED = "accepted"
        DELIVERED = "delivered"
        REJECTED = "rejected", "the address takes no messages"
        FAILED = "failed", "the provider did not take it"
        UNKNOWN = "unknown"

    reminder = models.ForeignKey(Reminder, on_delete=models.PROTECT, related_name="attempts")
    center = models.ForeignKey(Center, on_delete=models.PROTECT, related_name="+")
    channel = models.CharField(max_length=10, choices=Channel)
    contact_point = models.ForeignKey(ContactPoint, on_delete=models.PROTECT, related_name="+")
    started_at = models.DateTimeField(default=now)
    ended_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=10, choices=Outcome, default=Outcome.PENDING)
    provider_id = models.CharField(max_length=100, blank=True)
    error_code = models.CharField(max_length=50, blank=True)

    objects = AttemptQuerySet.as_manager()

    class Meta:
        ordering = ["started_at", "id"]
        indexes = [models.Index(fields=["provider_id"], condition=~Q(provider_id=""), name="attempt_by_provider_id")]

    def __str__(self) -> str:
        return f"attempt {self.id}"

    def close(self, fate: Receipt | ChannelError) -> None:
        """Write down what became of it, as far as is known now."""
        self.ended_at = now()
        if isinstance(fate, Receipt):
            self.outcome, self.provider_id = self.Outcome(fate.outcome.value), fate.provider_id
        else:
            self.outcome, self.error_code = _outcome_of(fate), fate.code
        self.save()


class Suppression(Identified):
    """A number or address that said stop, or takes no messages; nothing is sent there whoever's it is.

    It lies in no center, outside the wall, and so is kept as a keyed digest only (see `reminders.suppressions`).
    """

    channel = models.CharField(max_length=10, choices=Channel)
    address_digest = models.CharField(max_length=40)
    reason = models.CharField(max_length=30)
    since = models.DateTimeField(default=now)
    lifted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["channel", "address_digest"], condition=Q(lifted_at__isnull=True), name="suppression_once"
            ),
            models.CheckConstraint(
                condition=Q(address_digest__startswith="hmac:"), name="suppression_tells_no_address"
            ),
        ]

    def __str__(self) -> str:
        return f"suppression {self.id}"


def _outcome_of(fate: ChannelError) -> Attempt.Outcome:
    if isinstance(fate, RejectedError):
        return Attempt.Outcome.REJECTED
    return Attempt.Outcome.FAILED if isinstance(fate, UnavailableError) else Attempt.Outcome.UNKNOWN
