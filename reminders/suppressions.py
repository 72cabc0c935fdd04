"""Addresses that said stop, told by a keyed digest: the table tells nobody's number, and holds at every center."""

from collections.abc import Iterable

from django.db.models import QuerySet

from audit.digests import digest
from reminders.models import Channel, Suppression

Address = tuple[Channel, str]


def digest_of(channel: Channel, address: str) -> str:
    """What is kept of an address. The words before it keep it from meeting the log's digest of the same number.

    Under another AUDIT_DIGEST_KEY no stop is found again that lies on a number given later.
    """
    return digest(f"suppression:{channel.value}:{address}")


def standing(channel: Channel, address: str) -> QuerySet[Suppression]:
    """The stop of one address that is not lifted, if there is one."""
    return Suppression.objects.filter(
        channel=channel, address_digest=digest_of(channel, address), lifted_at__isnull=True
    )


def stopped(addresses: Iterable[Address]) -> frozenset[Address]:
    """Which of these addresses said stop, by one statement for any number."""
    by_digest = {digest_of(*address): address for address in addresses}
    if not by_digest:
        return frozenset()
    held = Suppression.objects.filter(address_digest__in=by_digest, lifted_at__isnull=True)
    return frozenset(by_digest[one] for one in held.values_list("address_digest", flat=True))
