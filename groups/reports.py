"""Rosters of a day as a report."""

import datetime as dt
from collections.abc import Iterator

from centers.models import Center
from groups.models import Enrollment

RosterLine = tuple[str, dt.date, str]


def roster_at(center: Center, date: dt.date) -> Iterator[RosterLine]:
    """(group's code, date, record number) of everybody on a roster of the center on a day, whether it meets or not."""
    rows = Enrollment.objects.filter(center=center).roster_on(date)
    for code, mrn in rows.order_by("group__code", "patient__mrn").values_list("group__code", "patient__mrn"):
        yield code, date, mrn
