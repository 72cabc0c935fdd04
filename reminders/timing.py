"""When a reminder is due: the rule of wall time and quiet hours, over plain values (docs/import-format.md, rule 9)."""

from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from centers.wall_time import instant, local

QUIET_FROM = time(20)
QUIET_TO = time(9)
LAST_LOUD_MINUTE = time(19, 59)
# A reminder that would come later than this before its session comes the evening before instead.
LATEST_AFTER_QUIET = timedelta(hours=2)


class Span(NamedTuple):
    """A session as far as reminders ask: the zone of the patient, and the instant the session starts."""

    zone: str
    starts_at: datetime


def due_time(span: Span, offset_hours: int) -> datetime | None:
    """Return the instant at which a patient is reminded of a session; None where no time before the session is left.

    It is the wall time `offset_hours` earlier by the patient's clock and calendar, whatever the clocks do meanwhile: 24
    hours are the same time the day before, and 36 hours at 18:00 are 06:00 of the day before. Where the clock skips
    that time, it is the time the clock shows at that instant. Quiet hours move it, see `outside_quiet`.
    """
    day, at = local(span.zone, span.starts_at)
    # Aware arithmetic would count elapsed hours; the clock's own do not know of changes.
    wall = datetime.combine(day, at.replace(fold=0)) - timedelta(hours=offset_hours)
    due = outside_quiet(span, instant(span.zone, wall.date(), wall.time()))
    return due if due < span.starts_at else None


def outside_quiet(span: Span, moment: datetime) -> datetime:
    """Return the moment itself, or where it moves when it lies in the quiet hours [20:00, 09:00) of the patient.

    That is the next 09:00 if at least two hours are left then before the session, else the last 19:59 before.
    """
    day, at = local(span.zone, moment)
    if not is_quiet(at):
        return moment
    morning = instant(span.zone, day + timedelta(days=at >= QUIET_FROM), QUIET_TO)
    if span.starts_at - morning >= LATEST_AFTER_QUIET:
        return morning
    return instant(span.zone, _evening_before(day, at), LAST_LOUD_MINUTE)


def is_quiet(at: time) -> bool:
    """Whether a wall time lies in the quiet hours."""
    return at >= QUIET_FROM or at < QUIET_TO


def _evening_before(day: date, at: time) -> date:
    return day if at >= QUIET_FROM else day - timedelta(days=1)
