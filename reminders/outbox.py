"""The statements that change many reminders at once; every one is fenced by the state it expects to find."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection

from backend.api.ids import new_id
from centers.models import Center
from reminders.planning import Planned
from reminders.reasons import Reason


class Claim(NamedTuple):
    """A reminder, the attempt that holds it, and the center in which both lie."""

    reminder: UUID
    attempt: UUID
    center: UUID


# A canceled row nobody ever tried to send comes back to life; every other state stands for good.
_INSERT = """
INSERT INTO reminders_reminder AS stored (id, version, center_id, patient_id, local_day, offset_hours, session_id,
    session_starts_at, due_at, state, reason, attempts_made, planned_at)
SELECT id, 1, %(center)s, patient, day, hours, session, starts_at, due_at, 'planned', '', 0, %(at)s
FROM unnest(%(ids)s::uuid[], %(patients)s::uuid[], %(days)s::date[], %(hours)s::smallint[], %(sessions)s::uuid[],
    %(starts)s::timestamptz[], %(dues)s::timestamptz[])
    AS wanted (id, patient, day, hours, session, starts_at, due_at)
ON CONFLICT (patient_id, local_day, offset_hours) DO UPDATE SET
    session_id = excluded.session_id, session_starts_at = excluded.session_starts_at, due_at = excluded.due_at,
    state = 'planned', reason = '', settled_at = NULL, next_try_at = NULL, planned_at = excluded.planned_at,
    version = stored.version + 1
WHERE stored.state = 'canceled' AND stored.attempts_made = 0
RETURNING patient_id
"""
_MOVE = """
UPDATE reminders_reminder stored SET session_id = wanted.session, session_starts_at = wanted.starts_at,
    due_at = wanted.due_at, version = stored.version + 1
FROM unnest(%(ids)s::uuid[], %(sessions)s::uuid[], %(starts)s::timestamptz[], %(dues)s::timestamptz[])
    AS wanted (id, session, starts_at, due_at)
WHERE stored.id = wanted.id AND stored.state = 'planned'
RETURNING stored.patient_id
"""
_CANCEL = """
UPDATE reminders_reminder stored SET state = 'canceled', reason = unwanted.reason, settled_at = %(at)s,
    next_try_at = NULL, version = stored.version + 1
FROM unnest(%(ids)s::uuid[], %(reasons)s::text[]) AS unwanted (id, reason)
WHERE stored.id = unwanted.id AND stored.state = 'planned'
RETURNING stored.patient_id
"""
_DROP_DUE = """
UPDATE reminders_reminder SET state = 'canceled', reason = %(reason)s, settled_at = %(at)s, next_try_at = NULL,
    version = version + 1
WHERE center_id = %(center)s AND state = 'planned' AND due_at <= %(at)s
RETURNING patient_id
"""
_CLAIM = """
WITH due AS (
    SELECT reminder.id FROM reminders_reminder reminder
    JOIN centers_center center ON center.id = reminder.center_id AND center.sending_since IS NOT NULL
    WHERE reminder.center_id = %(center)s
      AND reminder.state = 'planned' AND reminder.due_at <= %(at)s AND reminder.session_starts_at > %(at)s
      AND (reminder.next_try_at IS NULL OR reminder.next_try_at <= %(at)s)
    ORDER BY reminder.due_at, reminder.id LIMIT %(limit)s
    FOR NO KEY UPDATE OF reminder SKIP LOCKED
)
UPDATE reminders_reminder claimed SET state = 'claimed', claim = gen_random_uuid(), lease_until = %(lease)s,
    version = claimed.version + 1
FROM due WHERE claimed.id = due.id
RETURNING claimed.id, claimed.claim, claimed.center_id
"""
_RELEASE = """
UPDATE reminders_reminder SET state = 'planned', claim = NULL, lease_until = NULL, version = version + 1
WHERE center_id = %(center)s AND state = 'claimed' AND claim = ANY(%(claims)s)
"""
# A lease that ran out: nothing had begun, so the row is anybody's again ...
_EXPIRE = """
WITH late AS (
    SELECT reminder.id FROM reminders_reminder reminder
    WHERE reminder.center_id = %(center)s AND reminder.state = 'claimed' AND reminder.lease_until <= %(at)s
      AND NOT EXISTS (SELECT FROM reminders_attempt attempt WHERE attempt.id = reminder.claim)
    FOR NO KEY UPDATE OF reminder SKIP LOCKED
)
UPDATE reminders_reminder stored SET state = 'planned', claim = NULL, lease_until = NULL, version = stored.version + 1
FROM late WHERE stored.id = late.id
"""
# ... or an attempt had, and nobody knows how far it came.
_DOUBT = """
WITH late AS (
    SELECT reminder.id FROM reminders_reminder reminder
    WHERE reminder.center_id = %(center)s AND reminder.state = 'claimed' AND reminder.lease_until <= %(at)s
      AND EXISTS (SELECT FROM reminders_attempt attempt WHERE attempt.id = reminder.claim)
    FOR NO KEY UPDATE OF reminder SKIP LOCKED
)
UPDATE reminders_reminder stored SET state = 'unknown', lease_until = NULL, next_try_at = %(at)s,
    version = stored.version + 1
FROM late WHERE stored.id = late.id
"""
_UNRESOLVED = """
WITH doubtful AS (
    SELECT id FROM reminders_reminder WHERE center_id = %(center)s AND state = 'unknown' AND next_try_at <= %(at)s
    ORDER BY next_try_at, id LIMIT %(limit)s
    FOR NO KEY UPDATE SKIP LOCKED
)
UPDATE reminders_reminder asked SET next_try_at = %(again)s FROM doubtful WHERE asked.id = doubtful.id
RETURNING asked.id, asked.claim, asked.center_id
"""
_OVERDUE = """
WITH overdue AS (
    SELECT id FROM reminders_reminder
    WHERE center_id = %(center)s AND state = 'planned' AND due_at <= %(at)s AND session_starts_at <= %(at)s
    ORDER BY due_at, id LIMIT %(limit)s
    FOR NO KEY UPDATE SKIP LOCKED
)
UPDATE reminders_reminder stored SET state = 'skipped', reason = %(reason)s, settled_at = %(at)s,
    version = stored.version + 1
FROM overdue WHERE stored.id = overdue.id
RETURNING stored.patient_id
"""


def insert(center: Center, wanted: Sequence[Planned], at: dt.datetime) -> list[UUID]:
    """Store reminders that are not there, and revive canceled ones; returns their patients."""
    columns = {
        "ids": [new_id() for _each in wanted],
        "patients": [each.occasion.person.id for each in wanted],
        "days": [each.occasion.day for each in wanted],
        "hours": [each.offset_hours for each in wanted],
        **_timed(wanted),
    }
    return _patients(_INSERT, {"center": center.pk, "at": at, **columns}) if wanted else []


def move(wanted: Mapping[UUID, Planned]) -> list[UUID]:
    """Let unsent reminders, by id, follow their sessions; returns their patients."""
    return _patients(_MOVE, {"ids": list(wanted), **_timed(wanted.values())}) if wanted else []


def cancel(unwanted: Mapping[UUID, Reason], at: dt.datetime) -> list[UUID]:
    """Cancel unsent reminders, each for its reason; returns their patients."""
    reasons = [str(reason) for reason in unwanted.values()]
    return _patients(_CANCEL, {"ids": list(unwanted), "reasons": reasons, "at": at}) if unwanted else []


def drop_due(center: Center, at: dt.datetime) -> list[UUID]:
    """Cancel what is due already when a center begins to send; returns the patients."""
    return _patients(_DROP_DUE, {"center": center.pk, "at": at, "reason": str(Reason.DUE_BEFORE_SWITCH)})


def claim(center_id: UUID, at: dt.datetime, lease: dt.timedelta, limit: int) -> list[Claim]:
    """Take due reminders of a sending center, each for a new attempt; no two dispatchers ever take the same."""
    bound = {"center": center_id, "at": at, "lease": at + lease, "limit": limit}
    return [Claim(*row) for row in _rows(_CLAIM, bound)]


def release(center_id: UUID, claims: Iterable[Claim]) -> None:
    """Give back what could not be handed to a worker."""
    _rows(_RELEASE, {"center": center_id, "claims": [each.attempt for each in claims]})


def expire(center_id: UUID, at: dt.datetime) -> None:
    """Give back what a worker held too long: unbegun, to be claimed again; begun, to be resolved."""
    _rows(_EXPIRE, {"center": center_id, "at": at})
    _rows(_DOUBT, {"center": center_id, "at": at})


def unresolved(center_id: UUID, at: dt.datetime, again: dt.timedelta, limit: int) -> list[Claim]:
    """Reminders nobody knows the fate of; each is given out again only after a while."""
    bound = {"center": center_id, "at": at, "again": at + again, "limit": limit}
    return [Claim(*row) for row in _rows(_UNRESOLVED, bound)]


def skip_overdue(center_id: UUID, at: dt.datetime, limit: int) -> list[UUID]:
    """Give up what was not sent before its session; returns the patients."""
    bound = {"center": center_id, "at": at, "limit": limit, "reason": str(Reason.TOO_LATE)}
    return _patients(_OVERDUE, bound)


def _timed(wanted: Iterable[Planned]) -> dict[str, list[Any]]:
    each = list(wanted)
    return {
        "sessions": [one.occasion.session_id for one in each],
        "starts": [one.occasion.starts_at for one in each],
        "dues": [one.due_at for one in each],
    }


def _patients(statement: str, values: Mapping[str, Any]) -> list[UUID]:
    return [patient_id for (patient_id,) in _rows(statement, values)]


def _rows(statement: str, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall() if cursor.description else []
