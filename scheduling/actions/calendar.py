"""Sessions out of patterns: made ahead, closed by closures, moved when the pattern changes."""

import datetime as dt
from collections.abc import Iterable, Sequence
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from backend.api.clock import now
from backend.api.recorder import Actor, Event, acting_as, record
from centers.models import Center, Closure
from scheduling.actions.rosters import retake_rosters
from scheduling.actions.storing import add_expected
from scheduling.models import Participation, Pattern, Series, SeriesStaff, Session, SessionStaff
from scheduling.planner import Slot, slots


@transaction.atomic(savepoint=False)
def materialize(*, series: Series, until: dt.date, by: Actor, since: dt.date | None = None) -> list[Session]:
    """Make the sessions of a series up to `until` (that day is out), with staff and expected attendance.

    Starts where the series was left off, or at `since`; days that have their session get no second one. Sessions that
    overlap a closure are closed. Raises IntegrityError where a room, a person or a seat is taken.
    """
    with acting_as(by):
        series = Series.objects.select_for_update(no_key=True, of=("self",)).select_related("center").get(pk=series.pk)
        center = series.center
        first = max(since or series.materialized_to or center.calendar_from, center.calendar_from)
        made = _missing(series, first, until)
        if made:
            _store(series, made)
        if series.materialized_to is None or series.materialized_to < until:
            series.materialized_to = until
            series.save(update_fields=["materialized_to"])
        return made


@transaction.atomic(savepoint=False)
def follow_closures(*, closure: Closure, by: Actor, is_removed: bool = False) -> None:
    """Bring the sessions to come that overlap a closure in line with the center's closures, in id order.

    Those that overlap a closure are closed; those that no longer do stand again, with the roster of their day.
    Withdrawn sessions stay withdrawn.
    """
    with acting_as(by):
        around = Closure.objects.filter(center=closure.center_id)
        closures = list(around.exclude(pk=closure.pk) if is_removed else around)
        rows = Session.objects.filter(center=closure.center_id, starts_at__gt=now())
        rows = rows.overlapping(closure.starts_at, closure.ends_at)
        for session in rows.exclude(status=Session.Status.WITHDRAWN).locked():
            reason = _closed_by(session, closures)
            is_closed = session.status == Session.Status.CLOSED
            if (reason is not None) == is_closed:
                continue
            session.turn(Session.Status.SCHEDULED if is_closed else Session.Status.CLOSED, reason or "")
            session.bump()
            session.save()
            if is_closed:
                retake_rosters(session=session, by=by)


def place_in(session: Session, pattern: Pattern, at: Slot) -> None:
    """Give a session the time, room and kind of its pattern."""
    session.pattern, session.room_id, session.kind, session.mode = pattern, pattern.room_id, pattern.kind, pattern.mode
    session.topic, session.minutes, session.break_minutes = pattern.topic, pattern.minutes, pattern.break_minutes
    session.original_date, session.original_time, session.local_date = at.day, at.at, at.local_date
    session.starts_at, session.ends_at = at.starts_at, at.ends_at
    session.break_starts_at, session.break_ends_at = at.break_starts_at, at.break_ends_at


def settle(session: Session, closures: Iterable[Closure]) -> None:
    """Close a session that is not stored yet, or about to be, if it overlaps one of the closures."""
    reason = _closed_by(session, closures)
    if reason is not None:
        session.turn(Session.Status.CLOSED, reason)


def _store(series: Series, made: Sequence[Session]) -> None:
    """New sessions, who staffs them, and who is expected where they stand; and one audit event for all of it."""
    Session.objects.bulk_create(made, batch_size=1000)
    SessionStaff.objects.bulk_create(staff_of(series, made), batch_size=1000)
    standing = [one for one in made if one.status == Session.Status.SCHEDULED]
    rosters = Participation.objects.on_rosters_of([one.id for one in standing])
    add_expected(standing, rosters)
    _note(series, made, [patient for _, patient in rosters])


def _missing(series: Series, first: dt.date, until: dt.date) -> list[Session]:
    known = set(
        Session.objects.filter(series=series, original_date__gte=first, original_date__lt=until).values_list(
            "original_date", "original_time"
        )
    )
    given = slots(Pattern.objects.filter(series=series), series.center.timezone, first, until)
    wanted = [(pattern, at) for pattern, at in given if (at.day, at.at) not in known]
    closures = list(Closure.objects.filter(center=series.center)) if wanted else []
    return [_session(series, pattern, at, closures) for pattern, at in wanted]


def _session(series: Series, pattern: Pattern, at: Slot, closures: Iterable[Closure]) -> Session:
    session = Session(center_id=series.center_id, series=series, seats=series.seats)
    place_in(session, pattern, at)
    settle(session, closures)
    return session


def _closed_by(session: Session, closures: Iterable[Closure]) -> str | None:
    return next((one.reason for one in closures if one.covers(session.starts_at, session.ends_at)), None)


def staff_of(series: Series, sessions: Sequence[Session]) -> list[SessionStaff]:
    """Whoever leads the series on the session's day."""
    leads = list(SeriesStaff.objects.filter(series=series))
    return [
        SessionStaff(
            session=session,
            center_id=session.center_id,
            staff_id=lead.staff_id,
            role=lead.role,
            during=session.span,
            on_schedule=session.status == Session.Status.SCHEDULED,
        )
        for session in sessions
        for lead in leads
        if lead.leads_on(session.local_date)
    ]


def _note(series: Series, made: Sequence[Session], patients: Iterable[UUID]) -> None:
    record(
        Event(
            action="bulk",
            kind="scheduling.session",
            object_id=str(series.id),
            center_id=series.center_id,
            patient_ids=tuple(sorted(set(patients))),
            details={"verb": "materialize", "series": str(series.id), "sessions": len(made)},
        )
    )


def series_to_extend(center: Center, until: dt.date) -> list[Series]:
    """Series of a center that still have a pattern to follow and are not made up to `until`."""
    behind = Q(materialized_to__isnull=True) | Q(materialized_to__lt=until)
    going_on = Q(patterns__valid_to__isnull=True) | Q(patterns__valid_to__gt=center.calendar_to)
    return list(Series.objects.filter(behind, going_on, center=center).distinct().order_by("id"))
