"""Finds in the database what is to be done now, and hands it to workers; a lost broker loses nothing."""

import datetime as dt
from collections.abc import Callable
from uuid import UUID

from kombu.exceptions import OperationalError as BrokerError

from backend.api import wall
from backend.api.clock import now
from backend.api.recorder import Event, record
from centers.models import Center
from reminders import outbox
from reminders.delivering import LEASE

# How a claimed reminder reaches a worker: by ids alone, of the reminder, its attempt and their center.
HandOver = Callable[[UUID, UUID, UUID], object]

BATCH = 200
# A round hands over so many batches of a center at most, and ends before the next one begins.
MOST_BATCHES = 50
ASK_AGAIN = dt.timedelta(minutes=1)


def dispatch(*, deliver: HandOver, resolve: HandOver) -> int:
    """One round, center by center; returns how many reminders were handed over.

    1. What a worker held past its lease is given back, or becomes unknown if a message may have gone.
    2. What was not sent before its session is skipped.
    3. Unknown ones are handed over to be looked up.
    4. Due ones are claimed in batches, each committed before it is handed over.

    Rounds may overlap and workers may get an order twice: claims are exclusive, and every later write is fenced.
    When the broker is down, the claims are given back at once and the next round tries again.
    """
    handed_over = 0
    for center_id in Center.objects.order_by("id").values_list("id", flat=True):
        at = now()
        doubtful = _put_in_order(center_id, at)
        try:
            for order in doubtful:
                resolve(*order)
        except BrokerError:
            break
        count, is_over = _hand_over(center_id, at, deliver)
        handed_over += count
        if is_over:
            break
    return handed_over


def _put_in_order(center_id: UUID, at: dt.datetime) -> list[outbox.Claim]:
    """Steps 1 and 2; returns what is to be looked up."""
    with wall.atomic([center_id]):
        outbox.expire(center_id, at)
        _skip_overdue(center_id, at)
        return outbox.unresolved(center_id, at, ASK_AGAIN, BATCH)


def _skip_overdue(center_id: UUID, at: dt.datetime) -> None:
    """Give up what was not sent before its session, and log it in one entry."""
    skipped = outbox.skip_overdue(center_id, at, BATCH)
    if skipped:
        patients = sorted(set(skipped))
        record(
            Event(
                action="bulk",
                kind="reminders.reminder",
                center_id=center_id,
                patient_ids=tuple(patients),
                details={"skipped": len(patients), "code": "too_late"},
            )
        )


def _hand_over(center_id: UUID, at: dt.datetime, deliver: HandOver) -> tuple[int, bool]:
    """Claim and hand over what is due at a center; how many were handed over, and whether the broker was lost."""
    handed_over = 0
    for _round in range(MOST_BATCHES):
        with wall.atomic([center_id]):
            claims = outbox.claim(center_id, at, LEASE, BATCH)
        for index, order in enumerate(claims):
            try:
                deliver(*order)
            except BrokerError:
                with wall.atomic([center_id]):
                    outbox.release(center_id, claims[index:])
                return handed_over + index, True
        handed_over += len(claims)
        if len(claims) < BATCH:
            break
    return handed_over, False
