"""Finds in the database what is to be done now, and hands it to workers; a lost broker loses nothing."""

import datetime as dt
from collections.abc import Callable
from uuid import UUID

from django.db import transaction
from kombu.exceptions import OperationalError as BrokerError

from backend.api.clock import now
from backend.api.recorder import Event, record
from reminders import outbox
from reminders.delivering import LEASE

# How a claimed reminder reaches a worker: by ids alone.
HandOver = Callable[[UUID, UUID], object]

BATCH = 200
# A round hands over so many batches at most, and ends before the next one begins.
MOST_BATCHES = 50
ASK_AGAIN = dt.timedelta(minutes=1)


def dispatch(*, deliver: HandOver, resolve: HandOver) -> int:
    """One round; returns how many reminders were handed over.

    1. What a worker held past its lease is given back, or becomes unknown if a message may have gone.
    2. What was not sent before its session is skipped.
    3. Unknown ones are handed over to be looked up.
    4. Due ones are claimed in batches, each committed before it is handed over.

    Rounds may overlap and workers may get an order twice: claims are exclusive, and every later write is fenced.
    When the broker is down, the claims are given back at once and the next round tries again.
    """
    at = now()
    outbox.expire(at)
    skip_overdue(at)
    doubtful = outbox.unresolved(at, ASK_AGAIN, BATCH)
    try:
        for reminder_id, attempt_id in doubtful:
            resolve(reminder_id, attempt_id)
    except BrokerError:
        return 0
    handed_over = 0
    for _round in range(MOST_BATCHES):
        count = _hand_over_batch(at, deliver)
        handed_over += count
        if count < BATCH:
            break
    return handed_over


def skip_overdue(at: dt.datetime) -> None:
    """Give up what was not sent before its session, and log it, one entry per center."""
    with transaction.atomic():
        skipped = outbox.skip_overdue(at, BATCH)
        for center_id in sorted({center for center, _patient in skipped}):
            patients = sorted({patient for center, patient in skipped if center == center_id})
            record(
                Event(
                    action="bulk",
                    kind="reminders.reminder",
                    center_id=center_id,
                    patient_ids=tuple(patients),
                    details={"skipped": len(patients), "code": "too_late"},
                )
            )


def _hand_over_batch(at: dt.datetime, deliver: HandOver) -> int:
    claims = outbox.claim(at, LEASE, BATCH)
    for index, (reminder_id, attempt_id) in enumerate(claims):
        try:
            deliver(reminder_id, attempt_id)
        except BrokerError:
            outbox.release(claims[index:])
            return index
    return len(claims)
