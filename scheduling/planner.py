"""What a weekly pattern gives: days and wall times in, instants out. Pure; nothing here reads the database."""

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from centers.wall_time import instant, local_date
from scheduling.models import Pattern

ONE_DAY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Slot:
    """The time of one session, as the pattern gives it. `day` and `at` are the center's wall clock; the rest UTC."""

    day: dt.date
    at: dt.time
    starts_at: dt.datetime
    ends_at: dt.datetime
    break_starts_at: dt.datetime | None
    break_ends_at: dt.datetime | None
    local_date: dt.date


def days_of(pattern: Pattern, first: dt.date, last: dt.date) -> Iterator[dt.date]:
    """The days in `[first, last)` that have the pattern's weekday and lie in its validity."""
    first = max(first, pattern.valid_from or first)
    last = min(last, pattern.valid_to or last)
    day = first + ((pattern.weekday - first.weekday()) % 7) * ONE_DAY
    while day < last:
        yield day
        day += 7 * ONE_DAY


def slot(pattern: Pattern, zone: str, day: dt.date) -> Slot:
    """The session of `day`: it starts by the wall clock and lasts elapsed minutes, across any change of the clocks."""
    starts_at = instant(zone, day, pattern.start_time)
    ends_at = starts_at + dt.timedelta(minutes=pattern.minutes)
    break_starts_at = break_ends_at = None
    if pattern.break_offset is not None:
        break_starts_at = starts_at + dt.timedelta(minutes=pattern.break_offset)
        break_ends_at = break_starts_at + dt.timedelta(minutes=pattern.break_minutes)
    return Slot(
        day, pattern.start_time, starts_at, ends_at, break_starts_at, break_ends_at, local_date(zone, starts_at)
    )


def slots(patterns: Iterable[Pattern], zone: str, first: dt.date, last: dt.date) -> list[tuple[Pattern, Slot]]:
    """Every session the patterns give in `[first, last)`, by start; of two at one wall time the first pattern's."""
    found: dict[tuple[dt.date, dt.time], tuple[Pattern, Slot]] = {}
    for pattern in patterns:
        for day in days_of(pattern, first, last):
            found.setdefault((day, pattern.start_time), (pattern, slot(pattern, zone, day)))
    return sorted(found.values(), key=lambda pair: (pair[1].starts_at, pair[1].day, pair[1].at))
