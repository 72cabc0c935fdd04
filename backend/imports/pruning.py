"""The part of an export that stands by itself: sound rows that refer, however indirectly, to sound rows only."""

from collections.abc import Callable
from typing import TypeVar

from backend.imports.export import (
    AttendanceRow,
    BlockRow,
    EnrollmentRow,
    ExceptionRow,
    Export,
    GroupRow,
    IndividualRow,
    MakeupRow,
    PatientRow,
    Row,
    SessionKey,
    StaffRow,
)
from backend.imports.schedule import Timetable
from backend.imports.sheets import Sheet
from backend.imports.survey import Survey

R = TypeVar("R", bound=Row)


def sound_export(survey: Survey) -> Export:
    """Return all rows with nothing against them, less those that count on one that is not there."""
    kept = Export(
        centers=_rows(survey.center),
        programs=_rows(survey.programs),
        rooms=_rows(survey.rooms),
        closures=_rows(survey.closures),
        staff=_sound_staff(survey),
    )
    stands = _Stands(survey, kept)
    kept.patients = _rows(survey.patients, stands.patient)
    kept.groups = _rows(survey.groups, stands.group)
    stands.learn()
    kept.leaves = _rows(survey.leaves, lambda row: row.mrn in stands.mrns)
    kept.blocks = _rows(survey.blocks, stands.block)
    kept.enrollments = _rows(survey.enrollments, stands.enrollment)
    kept.individual = _rows(survey.individual, stands.course)
    stands.learn()
    kept.exceptions = _rows(survey.exceptions, stands.exception)
    kept.attendance = _rows(survey.attendance, stands.mark)
    stands.learn()
    kept.makeups = _rows(survey.makeups, stands.makeup)
    kept.index()
    return kept


class _Stands:
    """Says of a row whether all it refers to is in the export; learns what has come in between steps."""

    def __init__(self, survey: Survey, export: Export) -> None:
        """Begin with staff, programs and rooms."""
        self.survey = survey
        self.export = export
        self.emails = {row.email for row in export.staff}
        self.programs = {row.code for row in export.programs}
        self.rooms = {row.code for row in export.rooms}
        self.learn()

    def learn(self) -> None:
        """Take in the rows that the export holds by now."""
        self.export.index()
        self.mrns = self.export.patient.keys()
        self.groups = self.export.group.keys()
        self.marked = {(row.session, row.mrn) for row in self.export.attendance}
        self.timetable = Timetable(
            zone=self.survey.zone,
            covered=self.survey.covered,
            patterns=self.export.patterns,
            groups={},
            exceptions={},
            closures=(),
        )

    def people(self, *emails: str | None) -> bool:
        """Whether all that are named are on the staff."""
        return self.emails.issuperset(email for email in emails if email)

    def session(self, key: SessionKey) -> bool:
        """Whether the pattern gives a session."""
        return self.timetable.session(key) is not None

    def patient(self, row: PatientRow) -> bool:
        """Whether program and care team are there."""
        return row.program in self.programs and self.people(*row.care_team)

    def group(self, row: GroupRow) -> bool:
        """Whether program and leaders are there."""
        return row.program in self.programs and self.people(row.lead, row.co_facilitator)

    def block(self, row: BlockRow) -> bool:
        """Whether group and room are there."""
        return row.group in self.groups and row.room in self.rooms

    def enrollment(self, row: EnrollmentRow) -> bool:
        """Whether group and patient are there."""
        return row.group in self.groups and row.mrn in self.mrns

    def course(self, row: IndividualRow) -> bool:
        """Whether staff, patient and room are there."""
        return self.people(row.staff) and row.mrn in self.mrns and row.room in self.rooms

    def exception(self, row: ExceptionRow) -> bool:
        """Whether the session, the people and the room are there."""
        room = row.new_room is None or row.new_room in self.rooms
        return room and self.session(row.session) and self.people(row.substitute, row.replaces)

    def mark(self, row: AttendanceRow) -> bool:
        """Whether the session, the patient and who recorded it are there."""
        return self.session(row.session) and row.mrn in self.mrns and self.people(row.recorded_by)

    def makeup(self, row: MakeupRow) -> bool:
        """Whether the mark of the missed session, the session attended and who approved it are there."""
        return (row.missed, row.mrn) in self.marked and self.session(row.attended) and self.people(row.approved_by)


def _rows(sheet: Sheet[R], stands: Callable[[R], bool] = lambda _row: True) -> list[R]:
    """Return the rows with nothing against them of which something is true."""
    return [row for _, row in sheet.sound() if stands(row)]


def _sound_staff(survey: Survey) -> list[StaffRow]:
    """Return the staff whose supervisors, up the whole chain, are sound."""
    staff = _rows(survey.staff)
    while True:
        emails = {row.email for row in staff}
        kept = [row for row in staff if row.supervisor is None or row.supervisor in emails]
        if len(kept) == len(staff):
            return staff
        staff = kept
