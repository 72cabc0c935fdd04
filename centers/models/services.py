"""Service accounts: programs that use the API at one center, what they may open there, and their tokens."""

import datetime as dt
import ipaddress
from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from backend.api.clock import now
from backend.api.models import Identified, Versioned
from centers.models.places import Center
from centers.roles import UNCONFIRMED
from centers.service_querysets import ServiceAccountQuerySet, ServiceTokenQuerySet

if TYPE_CHECKING:
    from centers.models.people import Staff

ROLE = "service"
USED_EVERY = dt.timedelta(minutes=1)
LONGEST_LIFE = dt.timedelta(days=366)


class ServiceAccount(Identified, Versioned):
    """A program's place at a center: what it is for and which codenames it may hold. The grants are its projection.

    Codenames that open more than administrators have themselves are held only once somebody else, a privacy officer,
    has confirmed them.
    """

    center = models.ForeignKey(Center, on_delete=models.PROTECT, related_name="service_accounts")
    staff = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="service_account")
    name = models.CharField(max_length=100)
    purpose = models.TextField(max_length=1000)
    codenames = ArrayField(models.CharField(max_length=50))
    starts_at = models.DateTimeField(default=now)
    ends_at = models.DateTimeField(null=True, blank=True)
    # Who last asked for codenames or a term; whoever confirms must be somebody else.
    requested_by = models.CharField(max_length=64)
    confirmed_by = models.CharField(max_length=64, blank=True)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    deactivated_at = models.DateTimeField(null=True, blank=True)

    objects = ServiceAccountQuerySet.as_manager()

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(fields=["center", "name"], name="serviceaccount_name_once_per_center"),
            models.UniqueConstraint(fields=["id", "center"], name="serviceaccount_id_center"),
            models.CheckConstraint(
                condition=Q(ends_at__isnull=True) | Q(ends_at__gt=F("starts_at")), name="serviceaccount_in_order"
            ),
            models.CheckConstraint(condition=Q(codenames__len__gt=0), name="serviceaccount_holds_something"),
            models.CheckConstraint(
                condition=Q(confirmed_at__isnull=True) | ~Q(confirmed_by=F("requested_by")),
                name="serviceaccount_confirmed_by_another",
            ),
        ]
        indexes = [models.Index(fields=["center", "name", "id"], name="serviceaccount_list")]

    def __str__(self) -> str:
        return f"service account {self.id}"

    @property
    def granted(self) -> frozenset[str]:
        """The codenames held now: of an account that nobody confirmed, those that need no confirmation."""
        if self.deactivated_at is not None:
            return frozenset()
        asked = frozenset(self.codenames)
        return asked if self.confirmed_at is not None else asked & UNCONFIRMED

    @property
    def is_waiting(self) -> bool:
        """Whether a privacy officer has yet to confirm what was asked for."""
        return self.deactivated_at is None and bool(frozenset(self.codenames) - self.granted)


class ServiceToken(Identified):
    """One of an account's tokens: what it opens at most, from which addresses, until when. Only its hash is kept."""

    account = models.ForeignKey(ServiceAccount, on_delete=models.PROTECT, related_name="tokens")
    center = models.ForeignKey(Center, on_delete=models.PROTECT, related_name="+")
    token_hash = models.BinaryField(max_length=32, unique=True)
    scopes = ArrayField(models.CharField(max_length=50))
    networks = ArrayField(models.CharField(max_length=43))
    created_at = models.DateTimeField(default=now)
    created_by = models.CharField(max_length=64)
    expires_at = models.DateTimeField()
    # A token that opens patient data works once a privacy officer has seen its scopes and addresses.
    confirmed_by = models.CharField(max_length=64, blank=True)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects = ServiceTokenQuerySet.as_manager()

    class Meta:
        ordering = ["created_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("created_at")) & Q(expires_at__lte=F("created_at") + LONGEST_LIFE),
                name="servicetoken_lives_a_year_at_most",
            ),
            models.CheckConstraint(condition=Q(scopes__len__gt=0), name="servicetoken_opens_something"),
            models.CheckConstraint(condition=Q(networks__len__gt=0), name="servicetoken_has_addresses"),
            models.CheckConstraint(
                condition=Q(confirmed_at__isnull=True) | ~Q(confirmed_by=F("created_by")),
                name="servicetoken_confirmed_by_another",
            ),
        ]
        indexes = [models.Index(fields=["center", "created_at", "id"], name="servicetoken_list")]

    def __str__(self) -> str:
        return f"service token {self.id}"

    @property
    def is_waiting(self) -> bool:
        """Whether a privacy officer has yet to confirm it."""
        return self.confirmed_at is None and self.revoked_at is None

    def admits(self, address: str) -> bool:
        """Whether the token may be used from an address; an IPv4 address in IPv6's clothes is an IPv4 address."""
        try:
            sender = ipaddress.ip_address(address)
        except ValueError:
            return False
        sender = getattr(sender, "ipv4_mapped", None) or sender
        return any(sender in ipaddress.ip_network(network) for network in self.networks)

    def bearer(self) -> "Staff":
        """The account as the user of a request: it reaches no more than this token's scopes."""
        user: Staff = self.account.staff
        user.acting_role, user.works_at = ROLE, frozenset({self.center_id})
        user.reach_limit = frozenset(self.scopes)
        user.credential_id = str(self.pk)
        return user

    def note_used(self, at: dt.datetime) -> None:
        """Remember the latest use, to the minute: one write a minute, not one a request."""
        if self.last_used_at is None or at - self.last_used_at >= USED_EVERY:
            type(self).objects.filter(pk=self.pk).update(last_used_at=at)
            self.last_used_at = at
