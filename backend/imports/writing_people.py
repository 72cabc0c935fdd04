"""Write an export's staff with their positions and roles, and its patients with their care."""

import datetime as dt
from collections.abc import Iterable

from backend.api.clock import now
from backend.imports.book import Book
from backend.imports.export import LeaveRow, PatientRow, Phone, StaffRow
from centers.models import Position, ProgramRule, Role, RoleAssignment, Staff
from centers.roles import ROLE_OF_TITLE, Title
from centers.wall_time import instant
from patients.models import (
    CareTeamMember,
    ContactPoint,
    Episode,
    LeaveOfAbsence,
    LevelOfCareStay,
    MessagingConsent,
    Patient,
)
from patients.names import folded

# Of a patient whose export does not say it, as the field's own meaning has it: an unstated preference counts as sms.
PREFERENCE = "sms"


def write_staff(book: Book) -> None:
    """Accounts (those of another center are joined by e-mail address), positions, and the role each title maps to.

    Nobody gets a password here: people set their first one by an invitation.
    """
    rows = book.export.staff
    book.staff = _accounts(book)
    positions = {row.email: _position(book, row) for row in rows}
    for row in rows:
        if row.supervisor:
            positions[row.email].supervisor = positions[row.supervisor]
    book.write(Position, _supervisors_first(positions.values()))
    roles = {role.name: role for role in Role.objects.filter(center=book.center)}
    book.write(RoleAssignment, [_assignment(book, row, roles) for row in rows])


def _accounts(book: Book) -> dict[str, Staff]:
    rows = book.export.staff
    known = {staff.email: staff for staff in Staff.objects.filter(email__in=[row.email for row in rows])}
    new = [_account(row) for row in rows if row.email not in known]
    return known | {staff.email: staff for staff in book.write(Staff, new)}


def _account(row: StaffRow) -> Staff:
    staff = Staff(email=row.email, first_name=row.first_name, last_name=row.last_name)
    staff.set_unusable_password()
    return staff


def _position(book: Book, row: StaffRow) -> Position:
    return Position(
        center=book.center,
        staff=book.staff[row.email],
        first_name=row.first_name,
        last_name=row.last_name,
        title=row.role,
        credentials=row.credentials or "",
        sort_key=folded(f"{row.last_name} {row.first_name}"),
    )


def _supervisors_first(positions: Iterable[Position]) -> list[Position]:
    """Positions in an order in which each one's supervisor stands before it; chains have no cycle in a sound export."""

    def depth(position: Position) -> int:
        return 0 if position.supervisor is None else 1 + depth(position.supervisor)

    return sorted(positions, key=depth)


def _assignment(book: Book, row: StaffRow, roles: dict[str, Role]) -> RoleAssignment:
    name, signs = ROLE_OF_TITLE[Title(row.role)]
    return RoleAssignment(
        center=book.center, role=roles[name], staff=book.staff[row.email], signs=signs, assigned_by=book.by.id
    )


def write_patients(book: Book) -> None:
    """Patients, each with an episode at the program's level of care, contact points, consent, care team and leaves."""
    rows = book.export.patients
    patients = [_patient(book, row) for row in rows]
    book.patients = {patient.mrn: patient for patient in book.write(Patient, patients)}
    _write_care(book)
    book.write(ContactPoint, [point for row in rows for point in _contact_points(book, row)])
    book.write(MessagingConsent, [_consent(book, row) for row in rows if row.text_consent is not None])
    book.write(CareTeamMember, [member for row in rows for member in _care_team(book, row)])
    book.write(LeaveOfAbsence, [_leave(book, row) for row in book.export.leaves])


def _write_care(book: Book) -> None:
    rows = book.export.patients
    episodes = [_episode(book, row) for row in rows]
    book.write(Episode, episodes)
    book.episodes = {row.mrn: episode for row, episode in zip(rows, episodes, strict=True)}
    levels = _levels_of_care(book)
    book.write(LevelOfCareStay, [_stay(book, episode, levels) for episode in episodes])


def _leave(book: Book, row: LeaveRow) -> LeaveOfAbsence:
    return LeaveOfAbsence(
        center=book.center,
        patient=book.patients[row.mrn],
        starts_on=row.from_,
        ends_on=row.to,
        reason=row.reason or "",
    )


def _patient(book: Book, row: PatientRow) -> Patient:
    patient = Patient(
        center=book.center,
        mrn=row.mrn,
        first_name=row.first_name,
        last_name=row.last_name,
        preferred_name=row.preferred_name or "",
        birth_date=row.birth_date,
        language=row.language,
        timezone=row.timezone or "",
        contact_preference=row.contact_preference or PREFERENCE,
    )
    patient.set_keys()
    return patient


def _episode(book: Book, row: PatientRow) -> Episode:
    return Episode(
        center=book.center,
        patient=book.patients[row.mrn],
        program=book.programs[row.program],
        admitted_on=row.admitted_on,
        discharged_on=row.discharged_on,
        discharge_reason=row.discharge_reason or "",
    )


def _levels_of_care(book: Book) -> dict[str, list[ProgramRule]]:
    """Each program's versions, the latest first."""
    rules = ProgramRule.objects.filter(center=book.center).order_by("-effective_from").select_related("program")
    versions: dict[str, list[ProgramRule]] = {}
    for rule in rules:
        versions.setdefault(rule.program.code, []).append(rule)
    return versions


def _stay(book: Book, episode: Episode, levels: dict[str, list[ProgramRule]]) -> LevelOfCareStay:
    versions = levels[episode.program.code]
    rule = next((rule for rule in versions if rule.effective_from <= episode.admitted_on), versions[-1])
    return LevelOfCareStay(
        center=book.center,
        patient=episode.patient,
        episode=episode,
        level_of_care=rule.level_of_care,
        starts_on=episode.admitted_on,
        ends_on=episode.discharged_on,
    )


def _contact_points(book: Book, row: PatientRow) -> list[ContactPoint]:
    given: list[tuple[str, Phone | None]] = [
        (ContactPoint.Kind.MOBILE, row.phone_mobile),
        (ContactPoint.Kind.OTHER_PHONE, row.phone_other),
        (ContactPoint.Kind.EMAIL, Phone(row.email, row.email.lower()) if row.email else None),
    ]
    return [
        ContactPoint(
            center=book.center,
            patient=book.patients[row.mrn],
            kind=kind,
            value=value.written,
            normalized=value.e164 or value.written,
        )
        for kind, value in given
        if value
    ]


def _consent(book: Book, row: PatientRow) -> MessagingConsent:
    return MessagingConsent(
        center=book.center,
        patient=book.patients[row.mrn],
        given=bool(row.text_consent),
        answered_on=row.text_consent_on,
        recorded_by=book.by.id,
        recorded_at=now(),
    )


def _care_team(book: Book, row: PatientRow) -> list[CareTeamMember]:
    """The team, from admission on; after discharge for as long as the program's rule says."""
    zone, ends_at = book.center.timezone, None
    if row.discharged_on:
        days = ProgramRule._meta.get_field("care_team_days_after_discharge").get_default()
        ends_at = instant(zone, row.discharged_on + dt.timedelta(days=days), dt.time())
    return [
        CareTeamMember(
            center=book.center,
            patient=book.patients[row.mrn],
            staff=book.staff[email],
            starts_at=instant(zone, row.admitted_on, dt.time()),
            ends_at=ends_at,
        )
        for email in dict.fromkeys(row.care_team)
    ]
