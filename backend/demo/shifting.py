"""Move an export in time by whole weeks, so that a sample made once is always in the middle of its course."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import fields, replace
from typing import Any, TypeVar

from backend.imports.export import Export, Moment, Row
from backend.imports.schedule import PlannedSession, Schedule
from centers.roles import ROLE_OF_TITLE, RoleName, Title

WEEK = dt.timedelta(weeks=1)
# Which of the sample's weeks today is to lie in, counted from one.
TENTH = 10

R = TypeVar("R", bound=Row)


def weeks_to_today(export: Export, today: dt.date) -> int:
    """By how many weeks an export has to move so that `today` lies in its tenth week; negative is backwards."""
    return (today - export.center.covers_from).days // 7 - (TENTH - 1)


def shifted(export: Export, weeks: int) -> Export:
    """The export with every date but birthdays moved; weekdays and wall times stay."""
    tables = {item.name: [_moved(row, weeks * WEEK) for row in getattr(export, item.name)] for item in _tables(export)}
    return Export(**tables)


def known_by(export: Export, now: dt.datetime) -> Export:
    """The export as it would have been written now: nothing recorded of sessions to come, nor of one that has begun.

    The latest session led by a counselor stays open, so that whoever tries the service has one to record.
    """
    schedule = Schedule(export)
    begun = [session for session in schedule.sessions if session.start <= now and session.status == "scheduled"]
    latest = _latest_led_by_a_counselor(begun, schedule, export)
    recorded = {session.key for session in begun if session is not latest}
    attendance = [row for row in export.attendance if row.session in recorded]
    makeups = [row for row in export.makeups if row.attended in recorded and row.missed in recorded]
    tables = {item.name: getattr(export, item.name) for item in _tables(export)}
    return Export(**(tables | {"attendance": attendance, "makeups": makeups}))


def _latest_led_by_a_counselor(
    begun: Sequence[PlannedSession], schedule: Schedule, export: Export
) -> PlannedSession | None:
    counselors = {row.email for row in export.staff if ROLE_OF_TITLE[Title(row.role)][0] is RoleName.COUNSELOR}
    led = [session for session in begun if session.staff[0].email in counselors and len(schedule.roster(session)) > 1]
    return max(led, key=lambda session: session.start, default=None)


def _tables(export: Export) -> list[Any]:
    return [item for item in fields(export) if item.init]


def _moved(row: R, by: dt.timedelta) -> R:
    changes: dict[str, Any] = {}
    for item in fields(row):
        value = getattr(row, item.name)
        if isinstance(value, Moment):
            changes[item.name] = Moment(value.day + by, value.at)
        elif isinstance(value, dt.date) and item.name != "birth_date":
            changes[item.name] = value + by
    return replace(row, **changes)
