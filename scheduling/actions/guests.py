"""Tonight's guest: somebody not on the roster, named by exact record number, seated in the same transaction."""

import datetime as dt
from http import HTTPStatus
from uuid import UUID

from django.db import transaction

from backend.api.clock import now
from backend.api.errors import Refused
from backend.api.recorder import Actor, acting_as
from centers.wall_time import local_date
from patients.models import Episode, LeaveOfAbsence, Patient
from scheduling.actions.attendance import locked
from scheduling.actions.storing import bump_roster, expected, store_moves
from scheduling.models import Attendance, Session
from scheduling.models.attendance import MISSED, Origin, Status


@transaction.atomic(savepoint=False)
def add_guest(
    *, session: Session, record_number: str, reason: str, by: Actor, makes_up_for: UUID | None = None
) -> Attendance:
    """Expect a guest in a session, as a walk-in or (with the id of the attendance missed) as a make-up.

    Seats are counted under the session's lock. A number that is nobody's, and one of somebody who is not in care that
    day, are refused alike, so that a number tells nothing. Raises Refused.
    """
    with acting_as(by):
        session = locked(session)
        _require_room_for_guests(session)
        patient = Patient.objects.filter(center=session.center, mrn=record_number).first()
        if patient is None or not _is_in_care(patient, session.local_date):
            raise _fault("record_number", "does_not_exist")
        missed = _missed(session, patient, makes_up_for) if makes_up_for else None
        held = Attendance.objects.filter(session=session, patient=patient).first()
        row = held or expected(session, patient.id, _origin(session, missed))
        row.session, row.patient = session, patient
        _seat(row, missed, reason, by, is_new=held is None)
        return row


def _require_room_for_guests(session: Session) -> None:
    if not session.stands:
        raise Refused("session_not_scheduled")
    if not session.series.takes_guests:
        raise Refused("no_guests_here")
    if Attendance.objects.filter(session=session, occupies=True).count() >= session.seats:
        raise Refused("session_full")


def _is_in_care(patient: Patient, day: dt.date) -> bool:
    admitted = Episode.objects.in_care_on(day).filter(patient=patient).exists()
    return admitted and not LeaveOfAbsence.objects.covering(day).filter(patient=patient).exists()


def _missed(session: Session, patient: Patient, pk: UUID) -> Attendance:
    missed = Attendance.objects.select_for_update(of=["self"]).filter(pk=pk, patient=patient).first()
    if missed is None:
        raise _fault("makes_up_for", "does_not_exist")
    if missed.status not in MISSED:
        raise _fault("makes_up_for", "not_missed")
    if missed.made_up_by and missed.made_up_by.session_id != session.id:
        raise _fault("makes_up_for", "made_up_already")
    return missed


def _origin(session: Session, missed: Attendance | None) -> Origin:
    """Who comes unannounced on the day walked in; all others are guests."""
    today = local_date(session.center.timezone, now())
    return Origin.GUEST if missed or today < session.local_date else Origin.WALK_IN


def _seat(row: Attendance, missed: Attendance | None, reason: str, by: Actor, *, is_new: bool) -> None:
    if is_new:
        row.reason = reason
        row.approved_by = by.id if missed else ""
        row.save(force_insert=True)
        row.history("", by=by, at=now()).save()
        bump_roster(row.session)
        _make_up(missed, row)
        return
    if row.status not in {Status.NOT_EXPECTED, Status.ENTERED_IN_ERROR}:
        raise Refused("on_roster_already")
    if missed is not None:
        if row.origin == Origin.ROSTER:
            raise _fault("makes_up_for", "member_makes_up_nothing")
        row.approved_by = by.id
        row.save(update_fields=["approved_by"])
        _make_up(missed, row)
    move = row.move(Status.EXPECTED, by=by, at=now(), reason=reason)
    store_moves(row.session, [move] if move else [], verb="add_guest", by=by)


def _make_up(missed: Attendance | None, visit: Attendance) -> None:
    """Say at the missed session by which visit it is made up; its row and roster change by that."""
    if missed is not None:
        missed.made_up_by = visit
        missed.bump()
        missed.save(update_fields=["made_up_by", "version"])
        bump_roster(missed.session)


def _fault(name: str, code: str) -> Refused:
    return Refused("validation_failed", HTTPStatus.BAD_REQUEST, {name: code})
