"""Who is expected: attendance of sessions to come, brought in line with participation, care and leave."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from uuid import UUID

from django.db import transaction

from backend.api.clock import now
from backend.api.recorder import Actor, acting_as
from patients.models import Patient
from scheduling.actions.storing import add_expected, bump_roster, note_bulk, store_moves
from scheduling.models import Attendance, AttendanceMove, Participation, Series, Session
from scheduling.models.attendance import Origin, Status


@transaction.atomic
def retake_rosters(
    *, by: Actor, patient: Patient | None = None, series: Series | None = None, session: Session | None = None
) -> None:
    """Take the rosters of sessions that have not begun again: those of a patient, of a series, or of one session.

    Who should be expected and is not, is from now on; whoever is expected and should not be (members, and guests who
    are no longer in care or are on leave), is `not_expected`. What has been recorded stays. A session named by itself
    is taken again even when it has begun: it was moved. Locks sessions in id order.
    """
    with acting_as(by):
        rows = (
            Session.objects.filter(pk=session.pk, status=Session.Status.SCHEDULED)
            if session
            else Session.objects.upcoming(now())
        )
        if series is not None:
            rows = rows.filter(series=series)
        if patient is not None:
            rows = rows.filter(pk__in=_concerning(patient))
        sessions = list(rows.locked())
        wanted = _wanted(sessions, patient)
        held = _held(sessions, patient)
        staying = _guests_in_care(held.values())
        for one in sessions:
            _retake(one, wanted[one.id] | staying[one.id], held[one.id], by)


def _concerning(patient: Patient) -> set[UUID]:
    """Sessions to come that have the patient, or are of a series the patient belongs to."""
    upcoming = Session.objects.upcoming(now()).order_by()
    own = upcoming.filter(attendances__patient=patient).values_list("id", flat=True)
    belonging = upcoming.filter(series__participations__patient=patient).values_list("id", flat=True)
    return {*own, *belonging}


def _wanted(sessions: Iterable[Session], patient: Patient | None) -> dict[UUID, set[UUID]]:
    found: dict[UUID, set[UUID]] = defaultdict(set)
    rows = Participation.objects.filter(patient=patient) if patient else Participation.objects.all()
    for session_id, patient_id in rows.on_rosters_of([one.id for one in sessions]):
        found[session_id].add(patient_id)
    return found


def _held(sessions: Iterable[Session], patient: Patient | None) -> dict[UUID, list[Attendance]]:
    found: dict[UUID, list[Attendance]] = defaultdict(list)
    rows = Attendance.objects.filter(session__in=[one.id for one in sessions])
    for row in rows.filter(patient=patient) if patient else rows:
        found[row.session_id].append(row)
    return found


def _guests_in_care(held: Iterable[list[Attendance]]) -> dict[UUID, set[UUID]]:
    """By session, the guests who may still come."""
    guests = [row.id for rows in held for row in rows if row.origin != Origin.ROSTER]
    found: dict[UUID, set[UUID]] = defaultdict(set)
    if guests:
        for row in Attendance.objects.filter(pk__in=guests).in_care():
            found[row.session_id].add(row.patient_id)
    return found


def _retake(session: Session, wanted: set[UUID], held: list[Attendance], by: Actor) -> None:
    """Who is missing is inserted, who is off and should be on (or the other way round) is moved."""
    moves = [move for row in held if (move := _corrected(row, wanted, by)) is not None]
    store_moves(session, moves, verb="retake_rosters", by=by)
    missing = wanted - {row.patient_id for row in held}
    if missing:
        add_expected([session], [(session.id, patient_id) for patient_id in missing])
        bump_roster(session)
        note_bulk(session, missing, verb="retake_rosters", counts=Counter({" > expected": len(missing)}))


def _corrected(row: Attendance, wanted: set[UUID], by: Actor) -> AttendanceMove | None:
    if row.status == Status.NOT_EXPECTED and row.patient_id in wanted:
        return row.move(Status.EXPECTED, by=by, at=now())
    if row.status == Status.EXPECTED and row.patient_id not in wanted:
        return row.move(Status.NOT_EXPECTED, by=by, at=now())
    return None
