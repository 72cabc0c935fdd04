"""The hourly task that keeps the calendar made ahead."""

import datetime as dt

from celery import shared_task
from django.db import IntegrityError, transaction

from backend.api import wall
from backend.api.clock import now
from backend.api.recorder import Actor, acting_as
from centers.models import Center
from centers.wall_time import local_date
from patients.actions import raise_task
from scheduling.actions import materialize, series_to_extend
from scheduling.models import Series

AHEAD = dt.timedelta(weeks=8)
ONE_DAY = dt.timedelta(days=1)
PLANNER = Actor("system:calendar", "the calendar")


@shared_task
def extend_calendars() -> int:
    """Make the sessions of the next eight weeks, of centers whose calendar ends sooner; returns how many were made."""
    return sum(extend_calendar(center) for center in Center.objects.order_by("id"))


def extend_calendar(center: Center) -> int:
    """Extend one center's calendar to eight weeks from its today; a center made ahead that far is left alone."""
    until = local_date(center.timezone, now()) + AHEAD
    with acting_as(PLANNER), wall.atomic([center.pk]):
        center = Center.objects.select_for_update(no_key=True).get(pk=center.pk)
        if center.calendar_to >= until:
            return 0
        made = sum(_extend(series, until) for series in series_to_extend(center, until))
        center.calendar_to = until
        center.save(update_fields=["calendar_to"])
    return made


def _extend(series: Series, until: dt.date) -> int:
    """Make a series' sessions; where one of them clashes, day by day, and a task for every day that cannot be made."""
    try:
        with transaction.atomic():
            return len(materialize(series=series, until=until, by=PLANNER))
    except IntegrityError:
        return _extend_day_by_day(series, until)


def _extend_day_by_day(series: Series, until: dt.date) -> int:
    made, day = 0, series.materialized_to or series.center.calendar_from
    while day < until:
        try:
            with transaction.atomic():
                made += len(materialize(series=series, since=day, until=day + ONE_DAY, by=PLANNER))
        except IntegrityError:
            raise_task(center=series.center, kind="calendar_conflict", subject=f"series:{series.id}:{day}", by=PLANNER)
        day += ONE_DAY
    Series.objects.filter(pk=series.pk).update(materialized_to=until)
    return made
