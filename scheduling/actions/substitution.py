"""Somebody stands in for a colleague: for one session, or for all of a series' evening; access ends by itself."""

import datetime as dt
from collections.abc import Sequence
from uuid import UUID

from django.db import transaction

from backend.api.clock import now
from backend.api.errors import Refused
from backend.api.recorder import Actor, acting_as
from centers.models import ProgramRule, Staff
from centers.wall_time import instant, local_date
from scheduling.actions.people import therapist
from scheduling.models import Session, SessionStaff
from scheduling.querysets import CLOSES_DAYS

# What an evening leaves behind is written the next morning at the latest, unless another hour is stated.
WRITTEN_BY = dt.time(12)


@transaction.atomic(savepoint=False)
def substitute(
    *,
    session: Session,
    substitute: Staff,
    replaces: UUID,
    by: Actor,
    until: dt.datetime | None = None,
    evening: bool = False,
) -> Session:
    """Let somebody who treats patients stand in for the person `replaces` (an id), and see and record in their stead.

    Access ends at `until`: noon of the next day unless given. With `evening` all sessions of the series on that day
    change hands at once, or none. Whoever was replaced comes back by the same verb, and keeps the place. Raises Refused
    for people who do not treat patients at the center then or do not staff the session, and for an hour that is over,
    before the end, or after attendance closes; IntegrityError where the substitute is busy.
    """
    with acting_as(by):
        sessions = _sessions(session, replaces, evening=evening)
        last = max(one.ends_at for one in sessions)
        person = therapist(session.center_id, substitute.pk, field="substitute", until=last)
        held = {(row.session_id, row.staff_id): row for row in SessionStaff.objects.filter(session__in=sessions)}
        own = [held.get((one.pk, person.pk)) for one in sessions]
        if any(row is not None and row.is_active for row in own):
            raise Refused("validation_failed", 400, {"substitute": "staff_of_session_already"})
        if until is not None and all(_is_own_place(row) for row in own):
            raise Refused("validation_failed", 400, {"until": "returns_for_good"})
        ends_at = _access_end(sessions, until)
        for one, row in zip(sessions, own, strict=True):
            _swap(held[one.pk, replaces], row or _newcomer(one, person), None if _is_own_place(row) else ends_at)
            one.bump()
            one.save(update_fields=["version"])
        return next(one for one in sessions if one.pk == session.pk)


def _sessions(session: Session, replaces: UUID, *, evening: bool) -> list[Session]:
    """The session, or those of its series on its day that the person staffs, locked in id order."""
    day = Session.objects.filter(series=session.series_id, local_date=session.local_date)
    rows = day if evening else day.filter(pk=session.pk)
    sessions = {one.pk: one for one in rows.select_related("center", "series").locked()}
    if session.pk not in sessions or sessions[session.pk].status == Session.Status.WITHDRAWN:
        raise Refused("session_not_scheduled")
    staffed = SessionStaff.objects.filter(session__in=sessions, staff=replaces, is_active=True)
    theirs = set(staffed.values_list("session_id", flat=True))
    if session.pk not in theirs:
        raise Refused("validation_failed", 400, {"replaces": "not_staff_of_session"})
    return [one for pk, one in sessions.items() if pk in theirs and one.status != Session.Status.WITHDRAWN]


def _access_end(sessions: Sequence[Session], until: dt.datetime | None) -> dt.datetime:
    """When a substitute's access ends: as stated, or noon of the day after, never later than attendance closes."""
    last = max(one.ends_at for one in sessions)
    closes = min(one.ends_at + dt.timedelta(days=_closing_days(one)) for one in sessions)
    if until is None:
        zone = sessions[0].center.timezone
        day = local_date(zone, max(last, now())) + dt.timedelta(days=1)
        return max(min(instant(zone, day, WRITTEN_BY), closes), last + dt.timedelta(minutes=1))
    if until <= max(last, now()):
        raise Refused("validation_failed", 400, {"until": "before_session_ends"})
    if until > closes:
        raise Refused("validation_failed", 400, {"until": "after_attendance_closes"})
    return until


def _closing_days(session: Session) -> int:
    rules = ProgramRule.objects.filter(program=session.series.program_id, effective_from__lte=session.local_date)
    rule = rules.order_by("-effective_from").first()
    return rule.attendance_closes_days if rule else CLOSES_DAYS


def _is_own_place(row: SessionStaff | None) -> bool:
    """Whether somebody comes back to a session they staffed before, in nobody's stead."""
    return row is not None and row.replaces_id is None


def _newcomer(session: Session, person: Staff) -> SessionStaff:
    return SessionStaff(
        session=session,
        center_id=session.center_id,
        staff=person,
        is_active=False,
        during=session.span,
        on_schedule=session.status == Session.Status.SCHEDULED,
    )


def _swap(leaving: SessionStaff, coming: SessionStaff, ends_at: dt.datetime | None) -> None:
    """The role goes with the place; who returns to a place of their own replaces nobody."""
    leaving.is_active = False
    leaving.save(update_fields=["is_active"])
    coming.role, coming.is_active, coming.access_until = leaving.role, True, ends_at
    if ends_at is not None:
        coming.replaces_id = leaving.staff_id
    coming.save()
