"""Recording who came: a whole roster in one call, or one person; all or nothing, with a fault per row."""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.db import transaction

from backend.api.clock import now
from backend.api.errors import Refused
from backend.api.recorder import Actor, acting_as
from centers.wall_time import day_bounds
from scheduling.actions.storing import store_moves
from scheduling.models import Attendance, AttendanceMove, Session
from scheduling.models.attendance import CAME, MOVES, RECORDED, Origin, Status

# What people may say of an attendance; `not_expected` follows from rosters, `entered_in_error` is for guests.
SAID = frozenset({*RECORDED, Status.EXPECTED, Status.ENTERED_IN_ERROR})
# These say what happened, so not before the session began.
HAPPENED = frozenset({*CAME, Status.NO_SHOW})


@dataclass(frozen=True, slots=True)
class Mark:
    """What is said of one patient. `extra` holds note and collaterals where they are said; else they stay."""

    patient_id: UUID
    status: Status
    arrived_at: dt.datetime | None = None
    left_at: dt.datetime | None = None
    reason: str = ""
    extra: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Roster:
    """A session, locked, with its rows after the change."""

    session: Session
    rows: Sequence[Attendance]

    @property
    def version(self) -> str:
        """What changes whenever the roster's bytes do: its own version, and the names in it."""
        return f"{self.session.roster_version}.{len(self.rows)}.{sum(row.patient.version for row in self.rows)}"


@transaction.atomic(savepoint=False)
def record_roster(*, session: Session, marks: Sequence[Mark], by: Actor, expect: Callable[[str], None]) -> Roster:
    """Record a whole roster: every member who is expected exactly once, guests as one likes.

    `expect` is told under the lock the version of the present roster, and raises if the writer did not know it. It is
    not asked where all stands so already, and then nothing is written. Raises Refused with a fault for each wrong row.
    """
    with acting_as(by):
        session = locked(session)
        rows = list(Attendance.objects.filter(session=session).listed())
        faults = _faults_of_roster(session, rows, marks)
        if faults:
            raise Refused("roster_not_recorded", HTTPStatus.BAD_REQUEST, faults)
        roster = Roster(session, rows)
        known = roster.version
        moves = _moves(rows, marks, by)
        if moves:
            expect(known)
            _require_stands(session)
            store_moves(session, moves, verb="record_roster", by=by)
        return roster


@transaction.atomic(savepoint=False)
def record_one(*, attendance: Attendance, mark: Mark, by: Actor, expect: Callable[[str], None]) -> Attendance:
    """Record one person, as `record_roster` does; two people may so mark two rows of a session at once."""
    with acting_as(by):
        session = locked(attendance.session)
        row = Attendance.objects.select_related("patient").get(pk=attendance.pk)
        row.session = session
        faults = {f"/{name}": code for name, code in _faults(session, row, mark)}
        if faults:
            raise Refused("attendance_not_recorded", HTTPStatus.BAD_REQUEST, faults)
        known = row.etag_version
        moves = _moves([row], [mark], by)
        if moves:
            expect(known)
            _require_stands(session)
            store_moves(session, moves, verb="record_one", by=by)
        return row


def locked(session: Session) -> Session:
    """The session as it is now, with its center, locked against other writers of it and its roster."""
    return Session.objects.locked().select_related("center", "series", "room").get(pk=session.pk)


def _require_stands(session: Session) -> None:
    if session.status != Session.Status.SCHEDULED:
        raise Refused("session_not_scheduled")
    if session.called_off_at is not None:
        raise Refused("session_called_off")


def _moves(rows: Iterable[Attendance], marks: Iterable[Mark], by: Actor) -> list[AttendanceMove]:
    by_patient, at = {row.patient_id: row for row in rows}, now()
    found = (
        by_patient[mark.patient_id].move(
            mark.status,
            by=by,
            at=at,
            reason=mark.reason,
            arrived_at=mark.arrived_at,
            left_at=mark.left_at,
            **mark.extra,
        )
        for mark in marks
    )
    return [move for move in found if move is not None]


def _faults_of_roster(session: Session, rows: Sequence[Attendance], marks: Sequence[Mark]) -> dict[str, str]:
    """Every fault, by JSON pointer into the sent rows."""
    by_patient, seen, faults = {row.patient_id: row for row in rows}, set[UUID](), dict[str, str]()
    for index, mark in enumerate(marks):
        held = by_patient.get(mark.patient_id)
        if held is None:
            faults[f"/rows/{index}/patient"] = "not_on_roster"
        elif mark.patient_id in seen:
            faults[f"/rows/{index}/patient"] = "named_twice"
        else:
            faults |= {f"/rows/{index}/{name}": code for name, code in _faults(session, held, mark)}
        seen.add(mark.patient_id)
    if {row.patient_id for row in rows if _must_be_named(row)} - seen:
        faults["/rows"] = "roster_incomplete"
    return faults


def _must_be_named(row: Attendance) -> bool:
    return row.origin == Origin.ROSTER and row.status not in {Status.NOT_EXPECTED, Status.ENTERED_IN_ERROR}


def _faults(session: Session, row: Attendance, mark: Mark) -> Iterable[tuple[str, str]]:
    """What is wrong with one mark: field and code. Times are judged by the clock of now and the session's own day."""
    code = _fault_of_status(session, row, mark.status)
    if code:
        yield "status", code
    if mark.status in CAME:
        yield from _faults_of_times(session, mark)
    else:
        yield from ((name, "times_on_absence") for name in ("arrived_at", "left_at") if getattr(mark, name))


def _fault_of_status(session: Session, row: Attendance, status: Status) -> str:
    if status not in SAID or (status == Status.ENTERED_IN_ERROR and row.origin == Origin.ROSTER):
        return "invalid_choice"
    if status != row.status and status not in MOVES[Status(row.status)]:
        return "status_move_not_allowed"
    return "in_the_future" if status in HAPPENED and now() < session.starts_at else ""


def _faults_of_times(session: Session, mark: Mark) -> Iterable[tuple[str, str]]:
    midnight, next_midnight = day_bounds(session.center.timezone, session.local_date)
    for name, moment in (("arrived_at", mark.arrived_at), ("left_at", mark.left_at)):
        if moment is None:
            continue
        if moment > now():
            yield name, "in_the_future"
        elif not midnight <= moment <= max(next_midnight, session.ends_at):
            yield name, "outside_session_day"
    if mark.arrived_at and mark.left_at and mark.left_at < mark.arrived_at:
        yield "left_at", "left_before_arrived"
