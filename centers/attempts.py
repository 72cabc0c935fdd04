"""How often somebody may try: counted in the database before the try, slower with every failure, never for good.

A try is counted before it is made, so that twenty at once are twenty; a success takes it back. The counters survive the
loss of the cache, and an account that does not exist has one like any other.
"""

import datetime as dt
import math
from dataclasses import dataclass
from http import HTTPStatus

from django.db import transaction
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

from backend.api.clock import now
from backend.api.errors import Refused
from backend.api.middleware import client_address
from backend.api.recorder import Event, record
from centers.models import Attempts

FIRST_WAIT, LONGEST_WAIT = dt.timedelta(minutes=1), dt.timedelta(minutes=15)
FORGOTTEN_AFTER = dt.timedelta(days=1)
# How many failures are free. Many people share the address of their center.
FREE = {"account": 5, "second_factor": 5, "reset": 3, "address": 50, "reset_address": 20}


@dataclass(frozen=True)
class Counter:
    """What is counted: a kind of thing, and which; stored as a digest of both."""

    kind: str
    of: str

    @property
    def key(self) -> bytes:
        """The digest, keyed, so that the table cannot be read for the addresses people typed."""
        return salted_hmac("centers.attempts", f"{self.kind}:{self.of}", algorithm="sha256").digest()


def of_address(request: HttpRequest, kind: str = "address") -> Counter:
    """The counter of where a request comes from."""
    return Counter(kind, client_address(request) or "unknown")


def of_account(email: str, kind: str = "account") -> Counter:
    """The counter of an account, or of an e-mail address nobody has."""
    return Counter(kind, email.strip().lower())


def claim(*counters: Counter) -> None:
    """Count one try at each counter, in transactions of their own. Raises Refused while one of them makes wait.

    A try that must wait is none: an account that is made to wait does not use up the address of its colleagues.
    """
    for number, counter in enumerate(counters):
        wait = _count(counter)
        if wait is not None:
            give_back(*counters[:number])
            seconds = max(1, math.ceil(wait.total_seconds()))
            raise Refused("throttled", HTTPStatus.TOO_MANY_REQUESTS, headers={"Retry-After": str(seconds)})


def forgive(*counters: Counter) -> None:
    """After a success: an account begins anew; an address gets back this one try, lest good tries hide bad ones."""
    for counter in counters:
        _lower(counter, to_zero=not counter.kind.endswith("address"))


def give_back(*counters: Counter) -> None:
    """After a request that tried nothing: this one try."""
    for counter in counters:
        _lower(counter, to_zero=False)


def _lower(counter: Counter, *, to_zero: bool) -> None:
    with transaction.atomic():
        row = Attempts.objects.locked(counter.key)
        row.failures = 0 if to_zero else max(0, row.failures - 1)
        if row.failures < FREE[counter.kind]:
            row.blocked_until = None
        row.save()


def _count(counter: Counter) -> dt.timedelta | None:
    """Count a try; how long to wait when it may not be made."""
    at = now()
    with transaction.atomic():
        row = Attempts.objects.locked(counter.key)
        if row.blocked_until is not None and at < row.blocked_until:
            return row.blocked_until - at
        row.failures = 1 if at - row.last_at >= FORGOTTEN_AFTER else row.failures + 1
        row.last_at, row.blocked_until = at, None
        beyond = row.failures - FREE[counter.kind]
        if beyond >= 0:
            row.blocked_until = at + min(LONGEST_WAIT, FIRST_WAIT * 2 ** min(beyond, 10))
            record(Event("sign_in_slowed", kind="centers.attempts", details={counter.kind: row.failures}))
        row.save()
    return None
