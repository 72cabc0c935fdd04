"""Which service accounts and tokens one may see, and which tokens still work."""

import datetime as dt
from collections.abc import Collection
from typing import TYPE_CHECKING, Self
from uuid import UUID

from django.db.models import Q

from backend.api.gate import ScopedQuerySet

if TYPE_CHECKING:
    from centers.models import ServiceAccount, ServiceToken


class ServiceAccountQuerySet(ScopedQuerySet["ServiceAccount"]):
    """The service accounts of the centers one reaches."""

    scope = {"centers.Center": "center_id"}

    def of_centers(self, center_ids: Collection[UUID] | None) -> Self:
        """The accounts of some centers; of all when none are named."""
        return self.all() if center_ids is None else self.filter(center_id__in=center_ids)


class ServiceTokenQuerySet(ScopedQuerySet["ServiceToken"]):
    """The tokens of the service accounts of the centers one reaches."""

    scope = {"centers.Center": "center_id"}

    def live(self, at: dt.datetime) -> Self:
        """Tokens that work at a moment: confirmed, neither over nor revoked, of accounts in force. The end is over."""
        in_force = Q(account__ends_at__isnull=True) | Q(account__ends_at__gt=at)
        return self.filter(
            in_force,
            revoked_at__isnull=True,
            confirmed_at__isnull=False,
            expires_at__gt=at,
            account__starts_at__lte=at,
            account__deactivated_at__isnull=True,
            account__staff__is_active=True,
        )

    def not_over(self, at: dt.datetime) -> Self:
        """Tokens that are neither revoked nor expired."""
        return self.filter(revoked_at__isnull=True, expires_at__gt=at)
