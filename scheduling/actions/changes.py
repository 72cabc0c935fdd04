"""What happens to one session: withdrawn, called off, moved, shortened, reinstated."""

import datetime as dt

from django.db import transaction

from backend.api.clock import now
from backend.api.errors import Refused
from backend.api.recorder import Actor, acting_as
from centers.models import Closure, Room
from centers.wall_time import local_date
from scheduling.actions.attendance import locked
from scheduling.actions.rosters import retake_rosters
from scheduling.actions.storing import deferred_conflicts, store_moves
from scheduling.models import Attendance, Session
from scheduling.models.attendance import OCCUPYING, RECORDED, Status
from scheduling.signals import notice_wanted

DAY, YEAR = dt.timedelta(days=1), dt.timedelta(days=366)


@transaction.atomic(savepoint=False)
def withdraw_session(*, session: Session, reason: str, by: Actor) -> Session:
    """Take a session off the schedule, before its day; it stays as a row, and its attendance keeps what it says.

    Raises Refused on the day itself: then it is called off.
    """
    with acting_as(by):
        session = locked(session)
        if local_date(session.center.timezone, now()) >= session.local_date:
            raise Refused("session_day_has_come")
        session.turn(Session.Status.WITHDRAWN, reason)
        return _changed(session, "withdrawn", by)


@transaction.atomic(savepoint=False)
def reinstate_session(*, session: Session, by: Actor) -> Session:
    """Undo a withdrawal, a closing or a calling-off: back on the schedule, with the roster of its day.

    Raises Refused while the center is closed then, and IntegrityError where somebody took the time meanwhile.
    """
    with acting_as(by):
        session = locked(session)
        if session.stands:
            raise Refused("session_move_not_allowed")
        if session.status != Session.Status.SCHEDULED:
            _require_open(session)
            session.turn(Session.Status.SCHEDULED, "")
        was_called_off, session.called_off_at, session.status_reason = session.called_off_at, None, ""
        _changed(session, "reinstated", by)
        if was_called_off:
            _move_all(session, Status.CANCELLED_BY_PROGRAM, Status.EXPECTED, "", by)
        retake_rosters(session=session, by=by)
        return session


@transaction.atomic(savepoint=False)
def call_off_session(*, session: Session, reason: str, by: Actor) -> Session:
    """Call a session off on its day: it stays scheduled, and all who were expected are `cancelled_by_program`.

    Raises Refused before the day, and where somebody is recorded as present.
    """
    with acting_as(by):
        session = _standing(session)
        if local_date(session.center.timezone, now()) < session.local_date:
            raise Refused("session_day_not_come")
        if Attendance.objects.filter(session=session, occupies=True).exclude(status=Status.EXPECTED).exists():
            raise Refused("session_has_attendance")
        session.called_off_at, session.status_reason = now(), reason
        _changed(session, "called_off", by)
        _move_all(session, Status.EXPECTED, Status.CANCELLED_BY_PROGRAM, reason, by)
        return session


@transaction.atomic(savepoint=False)
def move_session(
    *, session: Session, by: Actor, starts_at: dt.datetime | None = None, room: Room | None = None, reason: str = ""
) -> Session:
    """Move a session to another start, another room, or both; its key, the original start, stays.

    The break moves along and the roster is taken again for the new date. A session closed by a closure may be moved out
    of it. Raises Refused where attendance is recorded, the center is closed, or the new day is over or more than a
    year ahead; IntegrityError for a clash.
    """
    with acting_as(by):
        session = locked(session)
        if session.status == Session.Status.WITHDRAWN or session.called_off_at:
            raise Refused("session_not_scheduled")
        _require_nothing_recorded(session)
        if room is not None and room.center_id != session.center_id:
            raise Refused("validation_failed", 400, {"room": "does_not_exist"})
        if starts_at is not None:
            _require_near(session, starts_at)
            session.place(starts_at, local_date(session.center.timezone, starts_at))
        session.room = room or session.room
        _require_open(session)
        if session.status == Session.Status.CLOSED:
            session.turn(Session.Status.SCHEDULED, reason)
        session.status_reason = reason
        # Whoever is not on the new day's roster may be elsewhere then: judged once the roster is taken again.
        with deferred_conflicts():
            _changed(session, "moved", by)
            retake_rosters(session=session, by=by)
        return session


@transaction.atomic(savepoint=False)
def shorten_session(*, session: Session, minutes: int, reason: str, by: Actor) -> Session:
    """Let a session end sooner; `minutes` as the pattern gave them stay for the reports. Raises Refused."""
    with acting_as(by):
        session = _standing(session)
        session.cut(minutes)
        session.status_reason = reason
        return _changed(session, "shortened", by)


def _standing(session: Session) -> Session:
    session = locked(session)
    if not session.stands:
        raise Refused("session_not_scheduled")
    return session


def _require_open(session: Session) -> None:
    closures = Closure.objects.filter(
        center=session.center_id, starts_at__lt=session.ends_at, ends_at__gt=session.starts_at
    )
    if closures.exists():
        raise Refused("center_is_closed")


def _require_near(session: Session, starts_at: dt.datetime) -> None:
    """What is over is recorded where it was, not moved there."""
    today = local_date(session.center.timezone, now())
    if not now() - DAY <= starts_at <= now() + YEAR or local_date(session.center.timezone, starts_at) < today:
        raise Refused("validation_failed", 400, {"starts_at": "within_a_year"})


def _require_nothing_recorded(session: Session) -> None:
    if Attendance.objects.filter(session=session, status__in=RECORDED, recorded_at__isnull=False).exists():
        raise Refused("session_has_attendance")


def _changed(session: Session, change: str, by: Actor) -> Session:
    """Store a changed session; its copies in attendance and staff follow by cascade. Who is expected should hear."""
    session.bump()
    session.save()
    people = Attendance.objects.filter(session=session, status__in=OCCUPYING).values_list("patient_id", flat=True)
    notice_wanted.send(Session, session=session, patient_ids=tuple(sorted(people)), change=change, by=by)
    return session


def _move_all(session: Session, came_from: Status, to: Status, reason: str, by: Actor) -> None:
    rows = Attendance.objects.filter(session=session, status=came_from).order_by("id")
    moves = [move for row in rows if (move := row.move(to, by=by, at=now(), reason=reason)) is not None]
    store_moves(session, moves, verb=f"all_{to.value}", by=by)
