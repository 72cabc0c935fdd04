"""What the doors keep: how often somebody knocked in vain, and the e-mails about accounts that are still to go."""

from typing import Any

from django.db import models
from django.db.models import F, Q

from backend.api.clock import now
from backend.api.models import Identified
from centers.models.people import Staff
from centers.querysets import AccountMailQuerySet, AttemptsQuerySet


class Attempts(models.Model):
    """Failed attempts of one account, one address or one second factor, by a keyed digest of which."""

    key = models.BinaryField(max_length=32, primary_key=True)
    failures = models.PositiveIntegerField(default=0)
    last_at = models.DateTimeField(default=now)
    blocked_until = models.DateTimeField(null=True, blank=True)

    objects = AttemptsQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["last_at"], name="attempts_last")]

    def __str__(self) -> str:
        return f"{self.failures} attempts"


class AccountMail(Identified):
    """An e-mail about an account, sent by a sweep outside of any request.

    One asked for at an address nobody has is a row as well, to nobody: the request must not differ.
    """

    class Kind(models.TextChoices):
        """What it says."""

        PASSWORD_RESET = "password_reset", "a link to set a new password"
        FACTOR_RESET = "factor_reset", "the second factor was taken away"

    kind = models.CharField(max_length=20, choices=Kind.choices)
    staff = models.ForeignKey(Staff, on_delete=models.PROTECT, null=True, related_name="account_mail")
    created_at = models.DateTimeField(default=now)
    sent_at = models.DateTimeField(null=True, blank=True)
    token_hash = models.BinaryField(max_length=32, null=True, unique=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    used_at = models.DateTimeField(null=True, blank=True)

    objects = AccountMailQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(expires_at__isnull=True) | Q(expires_at__gt=F("created_at")), name="accountmail_in_order"
            ),
            models.CheckConstraint(
                condition=Q(token_hash__isnull=True) | Q(expires_at__isnull=False, staff__isnull=False),
                name="accountmail_token_expires",
            ),
        ]
        indexes = [models.Index(fields=["created_at"], name="accountmail_unsent", condition=Q(sent_at__isnull=True))]

    def __str__(self) -> str:
        return f"account mail {self.id}"

    def is_open(self, at: Any) -> bool:
        """Whether the link still works at a moment."""
        return self.used_at is None and self.expires_at is not None and at < self.expires_at
