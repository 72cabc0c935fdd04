"""Whether a claimed reminder may go at this moment: everything is asked again, by the rule that planned it."""

import datetime as dt
from dataclasses import dataclass

from centers.wall_time import instant
from reminders import occasions
from reminders.models import Reminder
from reminders.planning import Planned, firsts, reminders
from reminders.reasons import Reason, reasons_of
from reminders.timing import outside_quiet


@dataclass(frozen=True, slots=True)
class Go:
    """Send it now, as the rule gives it now."""

    planned: Planned


@dataclass(frozen=True, slots=True)
class Wait:
    """Not before this moment: the session moved, or the night came. `planned` is what the rule gives now."""

    until: dt.datetime
    planned: Planned


@dataclass(frozen=True, slots=True)
class Drop:
    """Do not send it at all."""

    reason: Reason


Verdict = Go | Wait | Drop


def judge(reminder: Reminder, at: dt.datetime) -> Verdict:
    """Decide about a reminder at the moment of sending.

    The center must be sending and the session ahead; the patient expected there, in care, and reachable over a channel
    that neither preference, consent nor a stop forbids; the day's first session may have changed, and its time; and it
    must not be night where the patient lives.
    """
    if reminder.center.sending_since is None:
        return Drop(Reason.SENDING_OFF)
    if reminder.session_starts_at <= at:
        return Drop(Reason.TOO_LATE)
    planned = _as_planned_now(reminder)
    return _judge_time(planned, at) if planned else Drop(reasons_of([reminder.pk])[reminder.pk])


def _judge_time(planned: Planned, at: dt.datetime) -> Verdict:
    span = planned.occasion.span
    if span.starts_at <= at:
        return Drop(Reason.TOO_LATE)
    if planned.due_at > at:
        return Wait(planned.due_at, planned)
    loud = outside_quiet(span, at)
    if loud == at:
        return Go(planned)
    return Wait(loud, planned) if loud > at else Drop(Reason.QUIET_HOURS)


def _as_planned_now(reminder: Reminder) -> Planned | None:
    """What the rule gives today for the same patient, day and offset; rules that ended give nothing."""
    hours = reminder.center.reminder_rules.filter(offset_hours=reminder.offset_hours)
    # A day anywhere on earth lies within a day of the same date in UTC.
    midnight = instant("UTC", reminder.local_day, dt.time())
    earliest, latest = midnight - dt.timedelta(days=1), midnight + dt.timedelta(days=2)
    found = firsts(occasions.upcoming(reminder.center, earliest, latest, reminder.patient_id))
    given = reminders(found, hours.values_list("offset_hours", flat=True))
    return next((each for each in given if each.key == reminder.key), None)
