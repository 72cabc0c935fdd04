"""The second wall: which centers' rows PostgreSQL shows at all, whatever a statement asks for.

Tables behind it (`backend.api.sql.behind_the_wall`) have a forced policy that compares a row's center with the list
in one setting of the transaction. Unset or empty, nothing is seen and nothing can be written. There is no value that
opens every center: what works on all of them enters center by center, or names each.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from uuid import UUID

from django.db import connection, transaction
from psycopg.pq import TransactionStatus

from backend.api import gate

# Local to the transaction, so that a pooled connection carries nothing to the next one. The earlier value comes first.
ENTER = (
    "SELECT coalesce(current_setting('iop.centers', true), ''), set_config('iop.centers', %(centers)s, true) AS entered"
)
LEAVE = "SELECT set_config('iop.centers', %(earlier)s, true) AS left_again"


class OutsideError(RuntimeError):
    """The wall was to be entered outside a transaction, where the setting would not last for one statement."""


@contextmanager
def within(center_ids: Iterable[UUID]) -> Iterator[None]:
    """See and write rows of these centers until the block ends, then of those open before it.

    A released savepoint would keep the setting, so leaving takes a statement of its own. After an error within
    there is nothing to leave: the rollback that must follow takes the setting back.
    """
    earlier = _enter(center_ids)
    try:
        yield
    finally:
        if _can_go_on():
            with connection.cursor() as cursor:
                cursor.execute(LEAVE, {"earlier": earlier})


@contextmanager
def atomic(center_ids: Iterable[UUID]) -> Iterator[None]:
    """A transaction within these centers. One that is not part of another takes its setting with it when it ends."""
    is_outermost = not connection.in_atomic_block
    with transaction.atomic():
        if is_outermost:
            _enter(center_ids)
            yield
        else:
            with within(center_ids):
                yield


def _enter(center_ids: Iterable[UUID]) -> str:
    """Open the centers; returns the earlier value of the setting. Nobody's centers are `{}`, the outside is empty."""
    if not connection.in_atomic_block:
        message = "the wall is entered within a transaction"
        raise OutsideError(message)
    centers = "{" + ",".join(sorted({str(UUID(str(center_id))) for center_id in center_ids})) + "}"
    with connection.cursor() as cursor:
        cursor.execute(ENTER, {"centers": centers})
        earlier = str(cursor.fetchone()[0])
    # A reach read from before the wall misses what lies behind it.
    gate.forget_every_reach()
    return earlier


def _can_go_on() -> bool:
    """Whether the connection still takes statements, and is not bound to roll back to before the block."""
    held = connection.connection
    if held is None or held.closed or connection.needs_rollback:
        return False
    return bool(held.info.transaction_status == TransactionStatus.INTRANS)
