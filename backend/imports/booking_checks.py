"""What is wrong with the weekly pattern: bookings of rooms, staff and patients, enrollments and seats."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, timedelta
from typing import NamedTuple

from backend.imports.export import BlockRow, EnrollmentRow, IndividualRow, PatternRow, covers, minute_of
from backend.imports.faults import Kind
from backend.imports.row_checks import Keys, ordered
from backend.imports.schedule import leaders
from backend.imports.sheets import Record
from backend.imports.survey import Survey

DAY = 1440
_WHO = {"room": "room", "staff": "member of the staff", "mrn": "patient"}


class Slot(NamedTuple):
    """A weekly booking by the wall clock; `first` and `last` bound the days it begins on, half-open."""

    weekday: int
    start: int
    minutes: int
    first: date
    last: date
    booked_by: str


def clash(one: Slot, other: Slot) -> bool:
    """Whether two weekly bookings ever overlap. None is longer than a day, so at most a day lies between."""
    apart = {0: 0, 1: 1, 6: -1}.get((other.weekday - one.weekday) % 7)
    if apart is None:
        return False
    start = other.start + apart * DAY
    if not (start < one.start + one.minutes and one.start < start + other.minutes):
        return False
    first = max(one.first, other.first - timedelta(days=apart))
    last = min(one.last, other.last - timedelta(days=apart))
    return first + timedelta(days=(one.weekday - first.weekday()) % 7) < last


class Diary:
    """Who and what is taken when; a resource is a kind (the column that names it) and a name."""

    def __init__(self) -> None:
        """Begin with everybody free."""
        self.taken: dict[tuple[str, str], dict[int, list[Slot]]] = defaultdict(lambda: defaultdict(list))

    def clashing(self, kind: str, name: str, slots: Iterable[Slot]) -> Slot | None:
        """Return a booking that is in the way of one of these slots."""
        taken = self.taken.get((kind, name))
        if taken is None:
            return None
        for slot in slots:
            for weekday in (slot.weekday, (slot.weekday + 1) % 7, (slot.weekday - 1) % 7):
                for other in taken.get(weekday, ()):
                    if clash(slot, other):
                        return other
        return None

    def book(self, kind: str, name: str, slots: Iterable[Slot]) -> None:
        """Take a room or a person."""
        for slot in slots:
            self.taken[kind, name][slot.weekday].append(slot)


class BookingChecks:
    """Judges blocks, enrollments, individual sessions, in this order; a sound row books before the next is judged."""

    def __init__(self, survey: Survey) -> None:
        """Begin with an empty diary."""
        self.survey = survey
        self.diary = Diary()
        self.blocks: dict[str, list[BlockRow]] = defaultdict(list)
        self.members: dict[str, list[EnrollmentRow]] = defaultdict(list)

    def run(self) -> None:
        """Judge the three files."""
        for block, row in self.survey.blocks.sound():
            self._check_block(block, row)
        for enrollment, member in self.survey.enrollments.sound():
            self._check_enrollment(enrollment, member)
        keys = Keys(self.survey.individual)
        for individual, course in self.survey.individual.sound():
            self._check_individual(individual, course)
            if self.survey.groups.readable and course.code in self.survey.sound_groups:
                message = "the code is that of a group, expected one of its own"
                self.survey.individual.fault(individual, "code", Kind.DUPLICATE_KEY, message)
            keys.use(individual)
            if not individual.faulty:
                self._book(individual, course, (("staff", course.staff), ("room", course.room), ("mrn", course.mrn)))

    def _slots(self, file: str, row: PatternRow, line: int, *ranges: tuple[date | None, date | None]) -> list[Slot]:
        """Return the slot of a pattern row, if it has any day within the covered ones and all of the ranges."""
        pairs = (self.survey.covered, (row.valid_from, row.valid_to), *ranges)
        first = max(start for start, _ in pairs if start is not None)
        last = min(end for _, end in pairs if end is not None)
        slot = Slot(row.weekday, minute_of(row.start), row.minutes, first, last, f"{file}:{line}")
        return [slot] if first < last else []

    def _check_block(self, record: Record[BlockRow], row: BlockRow) -> None:
        """Judge a row of the groups' pattern, and book its room and its leaders."""
        sheet = self.survey.blocks
        self.survey.refer(sheet, record, "group", self.survey.groups)
        self.survey.refer(sheet, record, "room", self.survey.rooms)
        ordered(sheet, record, "valid_from", "valid_to")
        self._check_break(record, row)
        if record.faulty:
            return
        group = self.survey.sound_groups.get(row.group)
        people = leaders(group) if group else ()
        slots = self._slots(sheet.table.file, row, record.line)
        wanted = (("room", "room", row.room), *(("group", "staff", email) for email in people))
        for column, kind, name in wanted:
            taken = self.diary.clashing(kind, name, slots)
            if taken:
                message = f"the {_WHO[kind]} is taken then by {taken.booked_by}, expected to be free"
                sheet.fault(record, column, Kind.DOUBLE_BOOKED, message)
        if not record.faulty:
            self.blocks[row.group].append(row)
            for _, kind, name in wanted:
                self.diary.book(kind, name, slots)

    def _check_break(self, record: Record[BlockRow], row: BlockRow) -> None:
        """A break has a start and a length, and lies within the session."""
        sheet = self.survey.blocks
        if row.break_offset is None and row.break_minutes is not None:
            sheet.fault(record, "break_start", Kind.MISSING_VALUE, "the break has a length, expected its start")
        elif row.break_offset is not None and row.break_minutes is None:
            sheet.fault(record, "break_minutes", Kind.MISSING_VALUE, "the break has a start, expected its length")
        elif row.break_offset is not None and row.break_offset + (row.break_minutes or 0) > row.minutes:
            message = f"the break ends {row.break_offset + (row.break_minutes or 0)} minutes after the start"
            expected = f"expected it within the {row.minutes} minutes of the session"
            sheet.fault(record, "break_start", Kind.BREAK_OUTSIDE_SESSION, f"{message}, {expected}")

    def _check_enrollment(self, record: Record[EnrollmentRow], row: EnrollmentRow) -> None:
        """Judge an enrollment, and take its seat and its patient's time."""
        sheet = self.survey.enrollments
        self.survey.refer(sheet, record, "group", self.survey.groups)
        self.survey.refer(sheet, record, "mrn", self.survey.patients)
        ordered(sheet, record, "from", "to")
        self._check_apart(record, row)
        self._check_stay(record, row)
        if record.faulty:
            return
        self._check_seat(record, row)
        file = sheet.table.file
        blocks = self.blocks.get(row.group, ())
        slots = [slot for block in blocks for slot in self._slots(file, block, record.line, (row.from_, row.to))]
        taken = self.diary.clashing("mrn", row.mrn, slots)
        if taken:
            message = f"the patient is taken by {taken.booked_by} when the group meets, expected them to be free"
            sheet.fault(record, "mrn", Kind.DOUBLE_BOOKED, message)
        if not record.faulty:
            self.members[row.group].append(row)
            self.diary.book("mrn", row.mrn, slots)

    def _check_apart(self, record: Record[EnrollmentRow], row: EnrollmentRow) -> None:
        """A patient's enrollments in one group lie apart."""
        for other in self.members.get(row.group, ()):
            if other.mrn == row.mrn and _overlap(other, row):
                message = f"the enrollment overlaps that of line {other.line}, expected them apart"
                self.survey.enrollments.fault(record, "from", Kind.OVERLAPPING_RANGE, message)
                return

    def _check_stay(self, record: Record[EnrollmentRow], row: EnrollmentRow) -> None:
        """An enrollment lies within the admission."""
        patient = self.survey.sound_patients.get(row.mrn)
        if patient is None:
            return
        early = row.from_ < patient.admitted_on
        late = (row.to or date.max) > (patient.discharged_on or date.max)
        if early or late:
            message = f"the enrollment from {row.from_} to {row.to or 'now'} is not within the admission, expected it"
            expected = f"from {patient.admitted_on} to {patient.discharged_on or 'now'}"
            # The range as a whole is at fault, as with overlaps; the end is named as well where it alone is outside.
            for column in ("from",) if early else ("from", "to"):
                self.survey.enrollments.fault(record, column, Kind.OUTSIDE_ADMISSION, f"{message} {expected}")

    def _check_seat(self, record: Record[EnrollmentRow], row: EnrollmentRow) -> None:
        """A group never has more enrolled patients than its capacity; it can only fill on a day somebody joins."""
        group = self.survey.sound_groups.get(row.group)
        if group is None:
            return
        others = [other for other in self.members.get(row.group, ()) if _overlap(other, row)]
        for day in sorted({row.from_, *(other.from_ for other in others if other.from_ > row.from_)}):
            if sum(covers(other.from_, other.to, day) for other in others) >= group.capacity:
                message = f"the group has no seat on {day}, expected fewer than its {group.capacity} enrolled then"
                self.survey.enrollments.fault(record, "group", Kind.OVER_CAPACITY, message)
                return

    def _check_individual(self, record: Record[IndividualRow], row: IndividualRow) -> None:
        """Judge a weekly individual session."""
        sheet = self.survey.individual
        self.survey.refer(sheet, record, "staff", self.survey.staff)
        self.survey.refer(sheet, record, "mrn", self.survey.patients)
        self.survey.refer(sheet, record, "room", self.survey.rooms)
        ordered(sheet, record, "valid_from", "valid_to")
        if record.faulty:
            return
        slots = self._slots(sheet.table.file, row, record.line)
        for kind, name in (("staff", row.staff), ("room", row.room), ("mrn", row.mrn)):
            taken = self.diary.clashing(kind, name, self._in_care(record, row) if kind == "mrn" else slots)
            if taken:
                message = f"the {_WHO[kind]} is taken then by {taken.booked_by}, expected to be free"
                sheet.fault(record, kind, Kind.DOUBLE_BOOKED, message)

    def _in_care(self, record: Record[IndividualRow], row: IndividualRow) -> list[Slot]:
        """Return the slot of a patient's session, while the patient is admitted."""
        patient = self.survey.sound_patients.get(row.mrn)
        stay = (patient.admitted_on, patient.discharged_on) if patient else (None, None)
        return self._slots(self.survey.individual.table.file, row, record.line, stay)

    def _book(self, record: Record[IndividualRow], row: IndividualRow, wanted: Iterable[tuple[str, str]]) -> None:
        """Take the time of room, staff and patient."""
        slots = self._slots(self.survey.individual.table.file, row, record.line)
        for kind, name in wanted:
            self.diary.book(kind, name, self._in_care(record, row) if kind == "mrn" else slots)


def _overlap(one: EnrollmentRow, other: EnrollmentRow) -> bool:
    """Whether two half-open stretches share a day."""
    return (other.to is None or one.from_ < other.to) and (one.to is None or other.from_ < one.to)
