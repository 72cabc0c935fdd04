"""What is wrong with rows that name sessions: exceptions, attendance, make-ups."""

from collections import defaultdict
from datetime import date
from typing import Any

from backend.imports.export import AttendanceRow, BlockRow, ExceptionRow, MakeupRow, Moment, PatternRow, SessionKey
from backend.imports.faults import Kind
from backend.imports.row_checks import Keys
from backend.imports.schedule import PlannedSession, Rosters, Status, Timetable
from backend.imports.sheets import Record, Sheet
from backend.imports.survey import Survey
from backend.imports.tables import ATTENDED, MISSED
from centers.wall_time import instant

_OFF = {Status.WITHDRAWN: "the session was cancelled", Status.CLOSED: "the center is closed then"}
_NEEDED = {"moved": ("new_start",), "shortened": ("new_minutes",), "substitute": ("substitute", "replaces")}


class SessionChecks:
    """Judges exceptions, attendance and make-ups against the sessions that sound rows give.

    Where a row at fault may have given the session, or put the patient on its roster, nothing is held against those
    that count on it.
    """

    def __init__(self, survey: Survey) -> None:
        """Take the survey once all files before these have been judged."""
        self.survey = survey
        self.patterns: tuple[PatternRow, ...] = (
            *(row for _, row in survey.blocks.sound()),
            *(row for _, row in survey.individual.sound()),
        )
        self.timetable = self._timetable({})
        enrollments = (row for _, row in survey.enrollments.sound())
        leaves = (row for _, row in survey.leaves.sound())
        self.rosters = Rosters(survey.sound_patients, enrollments, leaves)
        self.guests: dict[tuple[str, str], list[Record[MakeupRow]]] = defaultdict(list)
        for record in survey.makeups.records:
            self.guests[record.values.get("mrn", ""), record.values.get("attended_series", "")].append(record)

    def run(self) -> None:
        """Judge the three files; the timetable takes in the exceptions once they have been judged."""
        keys = Keys(self.survey.exceptions)
        for record, row in self.survey.exceptions.sound():
            self._check_exception(record, row, keys)
        changed: dict[SessionKey, list[ExceptionRow]] = {}
        for _, row in self.survey.exceptions.sound():
            changed.setdefault(row.session, []).append(row)
        self.timetable = self._timetable(changed)
        attendance_keys = Keys(self.survey.attendance)
        for attended, mark in self.survey.attendance.sound():
            self._check_attendance(attended, mark)
            attendance_keys.use(attended)
        makeup_keys = Keys(self.survey.makeups)
        marks = {(row.session, row.mrn): row.status for _, row in self.survey.attendance.sound()}
        for makeup, given in self.survey.makeups.sound():
            self._check_makeup(makeup, given, marks)
            makeup_keys.use(makeup)

    def _timetable(self, changed: dict[SessionKey, list[ExceptionRow]]) -> Timetable:
        """Return the sessions that follow from sound rows."""
        return Timetable(
            zone=self.survey.zone,
            covered=self.survey.covered,
            patterns=self.patterns,
            groups=self.survey.sound_groups,
            exceptions=changed,
            closures=(row for _, row in self.survey.closures.sound()),
        )

    def _session(self, sheet: Sheet[Any], record: Record[Any], series: str, start: str) -> PlannedSession | None:
        """Return the session two cells name; hold it against the row if there is none and never might have been."""
        key = SessionKey(record.values[series], record.values[start])
        session = self.timetable.session(key)
        if session is not None or self._may_be(key):
            return session
        if not self.survey.known(self.survey.groups, key.series) and not self.survey.known(
            self.survey.individual, key.series
        ):
            message = "the cell names no group and no individual session, expected one that exists"
            sheet.fault(record, series, Kind.UNKNOWN_REFERENCE, message)
        sheet.fault(record, start, Kind.UNKNOWN_SESSION, f"the pattern gives no session at {key.start}, expected one")
        return None

    def _may_be(self, key: SessionKey) -> bool:
        """Whether a row at fault, or a file that cannot be read, may give this session."""
        survey, day = self.survey, key.start.day
        if not (survey.blocks.readable and survey.individual.readable and survey.groups.readable):
            return True
        if any(record.says(code=key.series) for record in survey.individual.faulty()):
            return True
        return any(
            record.says(group=key.series)
            and record.could_say(weekday=day.weekday(), start=key.start.at)
            and record.could_cover("valid_from", "valid_to", day)
            for record in survey.blocks.faulty()
        )

    def _check_exception(self, record: Record[ExceptionRow], row: ExceptionRow, keys: Keys) -> None:
        """A change says what changed, and comes once for a session; substitutes once for each they stand in for."""
        sheet = self.survey.exceptions
        for column in _NEEDED.get(row.action, ()):
            # A move may be one to another room only.
            if record.values[column] is None and not (column == "new_start" and row.new_room):
                sheet.fault(record, column, Kind.MISSING_VALUE, f"the session was {row.action}, expected a value")
        self.survey.refer(sheet, record, "new_room", self.survey.rooms)
        self.survey.refer(sheet, record, "substitute", self.survey.staff)
        self.survey.refer(sheet, record, "replaces", self.survey.staff)
        self._session(sheet, record, "series", "original_start")
        keys.use(record, row.session, row.action, row.replaces if row.action == "substitute" else None)

    def _check_attendance(self, record: Record[AttendanceRow], row: AttendanceRow) -> None:
        """A patient was expected in a session that took place, or was a guest there, and times make sense."""
        sheet = self.survey.attendance
        self.survey.refer(sheet, record, "mrn", self.survey.patients)
        self.survey.refer(sheet, record, "recorded_by", self.survey.staff)
        session = self._held(sheet, record, "series", "original_start")
        self._check_times(record, row, session)
        if session is None or record.faulty or self._expected(session, row):
            return
        message = f"the patient was not expected on {session.day} and has no make-up there"
        sheet.fault(record, "mrn", Kind.NOT_ON_ROSTER, f"{message}, expected one of the two")

    def _held(self, sheet: Sheet[Any], record: Record[Any], series: str, start: str) -> PlannedSession | None:
        """Return the session two cells name, if it is in the schedule."""
        session = self._session(sheet, record, series, start)
        if session is None or session.status is Status.SCHEDULED:
            return session
        message = f"{_OFF[session.status]}, expected a session of the schedule"
        sheet.fault(record, start, Kind.UNKNOWN_SESSION, message)
        return None

    def _check_times(self, record: Record[AttendanceRow], row: AttendanceRow, session: PlannedSession | None) -> None:
        """Only those who came have times, and nobody leaves before they arrive (unknown: the start)."""
        sheet = self.survey.attendance
        if row.status in ATTENDED:
            if row.left is not None and self._left_early(row.arrived, row.left, session):
                message = f"the patient left at {row.left}, expected a time after {row.arrived or 'the start'}"
                sheet.fault(record, "left", Kind.LEFT_BEFORE_ARRIVED, message)
            return
        for column in ("arrived", "left"):
            if record.values[column] is not None:
                message = f"the patient did not come ({row.status}), expected no time"
                sheet.fault(record, column, Kind.TIMES_ON_ABSENCE, message)

    def _left_early(self, arrived: Moment | None, left: Moment, session: PlannedSession | None) -> bool:
        """Whether somebody left before they arrived, or before the session they were in began."""
        zone = self.survey.zone
        if arrived is not None:
            return instant(zone, *left) < instant(zone, *arrived)
        return session is not None and instant(zone, *left) < session.start

    def _expected(self, session: PlannedSession, row: AttendanceRow) -> bool:
        """Whether a patient is on the roster or a guest, or may be so if a row at fault said what was meant."""
        survey = self.survey
        if not (survey.enrollments.readable and survey.exceptions.readable and survey.makeups.readable):
            return True
        if row.mrn in self.rosters.of(session) or self._may_have_moved(session):
            return True
        return self._may_be_guest(row) or self._may_be_member(row, session.day)

    def _may_be_guest(self, row: AttendanceRow) -> bool:
        """Whether a make-up, at fault or not, brought the patient there."""
        return any(record.could_say(attended_start=row.original_start) for record in self.guests[row.mrn, row.series])

    def _may_be_member(self, row: AttendanceRow, day: date) -> bool:
        """Whether an enrollment at fault may have put a patient in care on the roster of a day."""
        return self.rosters.in_care(row.mrn, day) and any(
            record.says(group=row.series, mrn=row.mrn) and record.could_cover("from", "to", day)
            for record in self.survey.enrollments.faulty()
        )

    def _may_have_moved(self, session: PlannedSession) -> bool:
        """Whether a row at fault may have moved a session, so that its roster is not known."""
        return any(
            record.says(series=session.key.series, original_start=session.key.start)
            and record.could_say(action="moved")
            for record in self.survey.exceptions.faulty()
        )

    def _check_makeup(
        self, record: Record[MakeupRow], row: MakeupRow, marks: dict[tuple[SessionKey, str], str]
    ) -> None:
        """A session was missed, and a session of a group attended instead."""
        sheet, survey = self.survey.makeups, self.survey
        survey.refer(sheet, record, "mrn", survey.patients)
        survey.refer(sheet, record, "approved_by", survey.staff)
        session = self._held(sheet, record, "missed_series", "missed_start")
        mark = marks.get((row.missed, row.mrn))
        if (mark is not None or session is not None) and mark not in MISSED and not self._may_be_missed(row):
            message = "attendance does not say the patient missed that session, expected " + " or ".join(MISSED)
            sheet.fault(record, "missed_start", Kind.NOT_MISSED, message)
        attended = self._held(sheet, record, "attended_series", "attended_start")
        if attended is not None and not isinstance(attended.pattern, BlockRow):
            message = "guests attend sessions of groups, expected the code of one"
            sheet.fault(record, "attended_series", Kind.UNKNOWN_REFERENCE, message)

    def _may_be_missed(self, row: MakeupRow) -> bool:
        """Whether an attendance row at fault may say that the session was missed."""
        attendance = self.survey.attendance
        return not attendance.readable or any(
            record.says(series=row.missed_series, mrn=row.mrn) and record.could_say(original_start=row.missed_start)
            for record in attendance.faulty()
        )
