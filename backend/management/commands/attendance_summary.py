"""Write how each group's seats were used as CSV."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import fields
from typing import Any

from backend.reports import WindowCommand
from centers.models import Center
from scheduling.reports import GroupSummary, attendance_summary

COLUMNS = tuple(item.name for item in fields(GroupSummary))


class Command(WindowCommand):
    """Sessions and seats per group."""

    help = __doc__
    header = (*COLUMNS, "no_show_rate")

    def rows(self, center: Center, first: dt.date, last: dt.date) -> Iterable[Sequence[Any]]:
        """One row per group."""
        for group in attendance_summary(center, first=first, last=last):
            yield (*(getattr(group, column) for column in COLUMNS), group.no_show_rate)
