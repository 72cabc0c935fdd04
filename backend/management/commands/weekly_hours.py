"""Write each patient's weekly hours as CSV."""

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

from backend.reports import WindowCommand
from centers.models import Center
from scheduling.hours import weekly_hours


class Command(WindowCommand):
    """Planned, scheduled, delivered, attended and counted minutes per patient and week."""

    help = __doc__
    header = (
        "patient_mrn",
        "week_start",
        "planned_minutes",
        "scheduled_minutes",
        "delivered_minutes",
        "attended_minutes",
        "counted_minutes",
        "target_minutes",
        "met",
        "partial",
        "counted_days",
        "min_days",
        "days_met",
    )

    def rows(self, center: Center, first: dt.date, last: dt.date) -> Iterable[Sequence[Any]]:
        """One row per patient and week."""
        for week in weekly_hours(center, first=first, last=last):
            measures = (week.planned, week.scheduled, week.delivered, week.attended, week.counted)
            days = (week.counted_days, week.min_days, week.days_met)
            yield (week.mrn, week.week_start, *measures, week.target, week.met, week.partial, *days)
