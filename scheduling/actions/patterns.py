"""Courses and their weekly pattern: opened, added to, and changed from a day on."""

import datetime as dt
from collections.abc import Sequence
from itertools import zip_longest
from typing import Any

from django.db import transaction

from backend.api.clock import now
from backend.api.errors import Refused
from backend.api.recorder import Actor, acting_as
from centers.models import Center, Closure, Program, Staff
from centers.wall_time import local_date
from patients.models import Patient
from scheduling.actions.calendar import materialize, place_in, settle
from scheduling.actions.rosters import retake_rosters
from scheduling.actions.storing import deferred_conflicts
from scheduling.models import Attendance, Participation, Pattern, Series, SeriesStaff, Session, SessionStaff
from scheduling.models.attendance import Origin, Status
from scheduling.models.series import Lead
from scheduling.planner import days_of, slot

CHANGEABLE = ("weekday", "start_time", "minutes", "break_offset", "break_minutes", "kind", "mode", "room", "topic")


@transaction.atomic(savepoint=False)
def open_course(
    *,
    center: Center,
    code: str,
    patient: Patient,
    staff: Staff,
    pattern: dict[str, Any],
    by: Actor,
    program: Program | None = None,
) -> Series:
    """A patient's individual course: a series of one seat, who gives it, and its sessions as far as the calendar goes.

    Raises IntegrityError for a code that is taken, and where the room, the patient or the staff member is.
    """
    with acting_as(by):
        series = Series.objects.create(
            center=center, code=code, form=Series.Form.INDIVIDUAL, program=program, seats=1, takes_guests=False
        )
        SeriesStaff.objects.create(series=series, center=center, staff=staff, role=Lead.LEAD)
        Participation.objects.create(
            series=series,
            center=center,
            patient=patient,
            starts_on=pattern.get("valid_from"),
            ends_on=pattern.get("valid_to"),
        )
        Pattern.objects.create(series=series, center=center, **pattern)
        since = pattern.get("valid_from") or local_date(center.timezone, now())
        materialize(series=series, until=center.calendar_to, since=since, by=by)
        series.refresh_from_db()
        return series


@transaction.atomic(savepoint=False)
def add_pattern(*, series: Series, by: Actor, **fields: Any) -> Pattern:
    """One more row of the weekly pattern, and its sessions from its first day (or today) on."""
    with acting_as(by):
        pattern = Pattern.objects.create(series=series, center_id=series.center_id, **fields)
        today = local_date(series.center.timezone, now())
        until = series.materialized_to or series.center.calendar_to
        materialize(series=series, until=until, since=max(pattern.valid_from or today, today), by=by)
        return pattern


@transaction.atomic(savepoint=False)
def change_pattern(*, pattern: Pattern, since: dt.date, by: Actor, **fields: Any) -> Pattern:
    """Change "this and following": the old row ends on `since`, a new one begins then, untouched sessions move over.

    A session with recorded attendance, a guest, a substitute or a change of its own keeps its place. The sessions
    change under their ids, so that what points at them follows. Raises Refused for a day that is past or outside the
    old row, IntegrityError for a clash.
    """
    with acting_as(by):
        pattern = _locked(pattern)
        _require_future(pattern, since)
        copied = {name: getattr(pattern, name) for name in CHANGEABLE} | fields
        following = Pattern.objects.create(
            series_id=pattern.series_id,
            center_id=pattern.center_id,
            valid_to=pattern.valid_to,
            valid_from=since,
            **copied,
        )
        until = pattern.series.materialized_to or pattern.center.calendar_to
        old_days = list(days_of(pattern, since, until))
        with deferred_conflicts():
            _move_over(pattern, following, old_days, until, by)
        _end(pattern, since)
        return following


@transaction.atomic(savepoint=False)
def end_pattern(*, pattern: Pattern, on: dt.date, by: Actor) -> Pattern:
    """Let a pattern row end on a day (which is out); its untouched sessions from then on are withdrawn."""
    with acting_as(by):
        pattern = _locked(pattern)
        _require_future(pattern, on)
        for session in _untouched(pattern, on):
            _withdraw(session)
        _end(pattern, on)
        return pattern


def _locked(pattern: Pattern) -> Pattern:
    rows = Pattern.objects.select_for_update(no_key=True, of=("self",)).select_related("center", "series")
    return rows.get(pk=pattern.pk)


def _require_future(pattern: Pattern, day: dt.date) -> None:
    today = local_date(pattern.center.timezone, now())
    first, last = pattern.valid_from or dt.date.min, pattern.valid_to or dt.date.max
    if not max(today, first) < day < last:
        raise Refused("validation_failed", 400, {"from": "outside_validity"})


def _end(pattern: Pattern, day: dt.date) -> None:
    pattern.valid_to = day
    pattern.bump()
    pattern.save(update_fields=["valid_to", "version"])


def _move_over(pattern: Pattern, following: Pattern, old_days: Sequence[dt.date], until: dt.date, by: Actor) -> None:
    """The k-th old day's session becomes the k-th new day's; one without a new day is withdrawn, a day more is made."""
    since = following.valid_from or until
    new_days = list(days_of(following, since, until))
    untouched = {session.original_date: session for session in _untouched(pattern, since)}
    closures = list(Closure.objects.filter(center=pattern.center))
    for old_day, new_day in zip_longest(old_days, new_days):
        session = untouched.get(old_day)
        if session is None:
            continue
        if new_day is None:
            _withdraw(session)
            continue
        place_in(session, following, slot(following, pattern.center.timezone, new_day))
        settle(session, closures)
        session.bump()
        session.save()
        retake_rosters(session=session, by=by)
    if len(new_days) > len(old_days):
        materialize(series=following.series, since=new_days[len(old_days)], until=until, by=by)


def _untouched(pattern: Pattern, since: dt.date) -> list[Session]:
    """Sessions to come of a pattern row that are as the row made them, in id order, locked."""
    rows = Session.objects.filter(pattern=pattern, original_date__gte=since, starts_at__gt=now())
    rows = rows.filter(status=Session.Status.SCHEDULED, called_off_at__isnull=True).locked()
    sessions = [session for session in rows if _is_as_made(session, pattern)]
    ids = [session.id for session in sessions]
    touched = set(
        Attendance.objects.filter(session__in=ids)
        .exclude(origin=Origin.ROSTER, status__in=[Status.EXPECTED, Status.NOT_EXPECTED])
        .values_list("session_id", flat=True)
    )
    touched |= set(SessionStaff.objects.filter(session__in=ids, is_active=False).values_list("session_id", flat=True))
    return [session for session in sessions if session.id not in touched]


def _is_as_made(session: Session, pattern: Pattern) -> bool:
    made = slot(pattern, pattern.center.timezone, session.original_date)
    return (session.starts_at, session.ends_at, session.room_id) == (made.starts_at, made.ends_at, pattern.room_id)


def _withdraw(session: Session) -> None:
    session.turn(Session.Status.WITHDRAWN, "")
    session.bump()
    session.save()
