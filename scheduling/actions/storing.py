"""How attendance is stored: rows and history in bulk, the roster's version, and one audit event naming all patients."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from uuid import UUID

from django.db import connection
from django.db.models import F

from backend.api.recorder import Actor, Event, record
from scheduling.models import Attendance, AttendanceMove, Session
from scheduling.models.attendance import CANCELLED, OCCUPYING, Origin, Status
from scheduling.signals import attendance_canceled

UPDATE = """
UPDATE scheduling_attendance AS held
SET status = new.status, arrived_at = new.arrived_at, left_at = new.left_at, reason = new.reason, note = new.note,
    collaterals = new.collaterals, recorded_by = new.recorded_by, recorded_at = new.recorded_at, version = new.version
FROM unnest(%s::uuid[], %s::text[], %s::timestamptz[], %s::timestamptz[], %s::text[], %s::text[], %s::smallint[],
            %s::text[], %s::timestamptz[], %s::int[])
     AS new (id, status, arrived_at, left_at, reason, note, collaterals, recorded_by, recorded_at, version)
WHERE held.id = new.id
"""
COLUMNS = (
    "id",
    "status",
    "arrived_at",
    "left_at",
    "reason",
    "note",
    "collaterals",
    "recorded_by",
    "recorded_at",
    "version",
)
FREED = {*CANCELLED, Status.NOT_EXPECTED, Status.ENTERED_IN_ERROR}


def store_moves(session: Session, moves: Sequence[AttendanceMove], *, verb: str, by: Actor) -> None:
    """Store moved attendances of one locked session and their history; counts one version of its roster.

    One UPDATE, one INSERT, one version, one audit event, however many people are moved. Rooms above hear of those who
    are no longer expected.
    """
    if not moves:
        return
    rows = [move.attendance for move in moves]
    _update(rows)
    AttendanceMove.objects.bulk_create(moves)
    bump_roster(session)
    kinds = Counter(f"{move.from_status} > {move.to_status}" for move in moves)
    note_bulk(session, [row.patient_id for row in rows], verb=verb, counts=kinds)
    gone = [move.patient_id for move in moves if _frees(move)]
    if gone:
        attendance_canceled.send(Session, session=session, patient_ids=tuple(gone), by=by)


def add_expected(sessions: Collection[Session], pairs: Iterable[tuple[UUID, UUID]]) -> list[Attendance]:
    """Make expected attendance for (session, patient) pairs, in id order: shuffled inserts deadlock."""
    by_id = {session.id: session for session in sessions}
    rows = [expected(by_id[session_id], patient_id) for session_id, patient_id in sorted(pairs)]
    Attendance.objects.bulk_create(rows, batch_size=2000)
    return rows


def expected(session: Session, patient_id: UUID, origin: Origin = Origin.ROSTER) -> Attendance:
    """An attendance, not stored yet, with the session's own center and time."""
    return Attendance(
        session=session,
        patient_id=patient_id,
        center_id=session.center_id,
        origin=origin,
        during=session.span,
        on_schedule=session.status == Session.Status.SCHEDULED,
    )


@contextmanager
def deferred_conflicts() -> Iterator[None]:
    """Judge clashes of rooms, staff and patients at the end of the block.

    Not at COMMIT, where a violation would rise outside every handler. Raises IntegrityError.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        yield
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def bump_roster(session: Session) -> None:
    """Count one change of a locked session's roster; its ETag is made from that."""
    Session.objects.filter(pk=session.pk).update(roster_version=F("roster_version") + 1)
    session.roster_version += 1


def note_bulk(session: Session, patients: Iterable[UUID], *, verb: str, counts: Counter[str]) -> None:
    """Write the one audit event of a bulk write in a session."""
    record(
        Event(
            action="bulk",
            kind="scheduling.attendance",
            object_id=str(session.id),
            center_id=session.center_id,
            patient_ids=tuple(sorted(set(patients))),
            details={"verb": verb, "moves": dict(counts), "session": str(session.id)},
        )
    )


def _update(rows: Sequence[Attendance]) -> None:
    """Store the changed columns of all rows in one statement."""
    values = [[getattr(row, name) for row in rows] for name in COLUMNS]
    values[COLUMNS.index("status")] = [str(row.status) for row in rows]
    with connection.cursor() as cursor:
        cursor.execute(UPDATE, values)


def _frees(move: AttendanceMove) -> bool:
    """Whether somebody who was expected or came no longer takes a seat."""
    return move.from_status in OCCUPYING and move.to_status in FREED
