"""Write the reminders that the schedule gives as CSV, sent or not."""

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

from backend.reports import WindowCommand
from centers.models import Center
from reminders.planning import planned


class Command(WindowCommand):
    """Which patient is reminded of which session, when, and over which channel."""

    help = __doc__
    header = ("mrn", "session", "offset_hours", "channel", "due_at_utc")

    def rows(self, center: Center, first: dt.date, last: dt.date) -> Iterable[Sequence[Any]]:
        """One row per reminder."""
        for reminder in planned(center, first, last):
            occasion = reminder.occasion
            due_at = f"{reminder.due_at:%Y-%m-%dT%H:%MZ}"
            yield (occasion.person.mrn, occasion.key, reminder.offset_hours, reminder.channel, due_at)
