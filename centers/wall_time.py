"""Wall-clock times of a zone and the instants they stand for (docs/import-format.md, rule 1)."""

from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from importlib import resources
from typing import NamedTuple
from zoneinfo import ZoneInfo


class WallTime(NamedTuple):
    """What a clock and a calendar on the wall show, to the minute or finer."""

    day: date
    at: time


@cache
def zone_names() -> frozenset[str]:
    """Names of all IANA zones, from the pinned `tzdata` package.

    The system's list is not asked: it holds machine names such as `localtime`, and differs between machines.
    """
    names = (resources.files("tzdata") / "zones").read_text(encoding="utf-8").split()
    return frozenset(names) - {"Factory"}


def is_zone(name: str) -> bool:
    """Whether `name` is an IANA zone, spelled exactly."""
    return name in zone_names()


def instant(zone: str, day: date, at: time) -> datetime:
    """Return the UTC instant at which the clocks of `zone` show `day` and `at`.

    A time the clock shows twice is its first showing; one the clock skips is read with the offset before the change
    (both are what `fold=0` means, PEP 495). Raises OverflowError within a day of year 1 or 9999.
    """
    return datetime.combine(day, at.replace(fold=0), tzinfo=ZoneInfo(zone)).astimezone(UTC)


def local(zone: str, moment: datetime) -> WallTime:
    """Return what the clocks of `zone` show at an aware `moment`."""
    shown = moment.astimezone(ZoneInfo(zone))
    return WallTime(shown.date(), shown.time())


def local_date(zone: str, moment: datetime) -> date:
    """Return the calendar date in `zone` at an aware `moment`."""
    return moment.astimezone(ZoneInfo(zone)).date()


def day_bounds(zone: str, day: date) -> tuple[datetime, datetime]:
    """Return the instants of the local midnights that begin and end `day` in `zone`."""
    return instant(zone, day, time()), instant(zone, day + timedelta(days=1), time())


def is_shown(zone: str, day: date, at: time) -> bool:
    """Whether the clocks of `zone` ever show this wall time: False where a change skips it."""
    return local(zone, instant(zone, day, at)) == (day, at)
