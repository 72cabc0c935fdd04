"""Why a reminder does not go: the codes of `Reminder.reason`, and the statement that finds it for stored rows."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.db import connection

from reminders.models import Channel
from reminders.suppressions import stopped
from scheduling.models.attendance import OCCUPYING

CHANNELS = {"mobile": Channel.SMS, "email": Channel.EMAIL}


class Reason(StrEnum):
    """Codes; those above the blank line follow from the calendar and the patient, see `reasons_of`."""

    SESSION_OFF = "session_off"
    CANCELED_BY_PATIENT = "canceled_by_patient"
    DISCHARGED = "discharged"
    ON_LEAVE = "on_leave"
    NOT_EXPECTED = "not_expected"
    MOVED = "moved"
    RULE_ENDED = "rule_ended"
    NOT_WANTED = "not_wanted"
    OPTED_OUT = "opted_out"
    NO_CONSENT = "no_consent"
    NO_CHANNEL = "no_channel"

    SENDING_OFF = "sending_off"
    DUE_BEFORE_SWITCH = "due_before_switch"
    TOO_LATE = "too_late"
    QUIET_HOURS = "quiet_hours"
    ADDRESS_REJECTED = "address_rejected"
    ATTEMPTS_USED_UP = "attempts_used_up"
    OUTCOME_UNKNOWN = "outcome_unknown"


_WHY = """
SELECT reminder.id, CASE
    WHEN session.status <> 'scheduled' OR seat.status = 'cancelled_by_program' THEN 'session_off'
    WHEN seat.status = 'cancelled_by_patient' THEN 'canceled_by_patient'
    WHEN NOT EXISTS (SELECT FROM patients_episode episode WHERE episode.patient_id = patient.id
        AND episode.admitted_on <= session.local_date
        AND (episode.discharged_on IS NULL OR episode.discharged_on > session.local_date)) THEN 'discharged'
    WHEN EXISTS (SELECT FROM patients_leaveofabsence away WHERE away.patient_id = patient.id
        AND away.starts_on <= session.local_date AND away.ends_on > session.local_date) THEN 'on_leave'
    WHEN seat.status IS NULL OR seat.origin <> 'roster' OR NOT seat.status = ANY(%(expected)s) THEN 'not_expected'
    WHEN session.starts_at <> reminder.session_starts_at THEN 'moved'
    WHEN NOT EXISTS (SELECT FROM reminders_reminderrule rule WHERE rule.center_id = reminder.center_id
        AND rule.offset_hours = reminder.offset_hours) THEN 'rule_ended'
    WHEN patient.contact_preference = 'none' THEN 'not_wanted'
    WHEN EXISTS (SELECT FROM patients_contactpoint point WHERE point.patient_id = patient.id
        AND point.ended_at IS NULL AND point.kind IN ('mobile', 'email')
        AND (point.suppressed_at IS NOT NULL OR point.id = ANY(%(stopped)s))) THEN 'opted_out'
    WHEN NOT EXISTS (SELECT FROM patients_contactpoint point WHERE point.patient_id = patient.id
        AND point.ended_at IS NULL AND point.kind = 'mobile') THEN 'no_channel'
    ELSE 'no_consent' END
FROM reminders_reminder reminder
JOIN scheduling_session session ON session.id = reminder.session_id
JOIN patients_patient patient ON patient.id = reminder.patient_id
LEFT JOIN scheduling_attendance seat ON seat.session_id = session.id AND seat.patient_id = patient.id
WHERE reminder.id = ANY(%(ids)s)
"""
_POINTS = """
SELECT point.id, point.kind, point.normalized FROM patients_contactpoint point
WHERE point.ended_at IS NULL AND point.kind IN ('mobile', 'email') AND point.suppressed_at IS NULL
  AND point.patient_id IN (SELECT reminder.patient_id FROM reminders_reminder reminder WHERE reminder.id = ANY(%(ids)s))
"""


def reasons_of(ids: Sequence[UUID]) -> dict[UUID, Reason]:
    """Why reminders that the rule no longer gives are not wanted, by three statements for any number of them."""
    bound: dict[str, Any] = {"ids": list(ids), "expected": [str(status) for status in OCCUPYING]}
    with connection.cursor() as cursor:
        cursor.execute(_POINTS, bound)
        addresses = {point: (CHANNELS[kind], address) for point, kind, address in cursor.fetchall()}
        stops = stopped(addresses.values())
        cursor.execute(_WHY, bound | {"stopped": [point for point, address in addresses.items() if address in stops]})
        return {reminder_id: Reason(code) for reminder_id, code in cursor.fetchall()}
