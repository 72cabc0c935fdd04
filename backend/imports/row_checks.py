"""What is wrong with single rows, their keys and what they name, in the files that know no sessions."""

from datetime import time
from typing import Any

from backend.imports.faults import Kind
from backend.imports.sheets import Record, Sheet
from backend.imports.survey import Survey


class Keys:
    """The keys used so far by rows with nothing against them."""

    def __init__(self, sheet: Sheet[Any]) -> None:
        """Begin without keys."""
        self.sheet = sheet
        self.used: dict[tuple[object, ...], int] = {}

    def use(self, record: Record[Any], *key: object) -> None:
        """Take a key for a row, or hold it against the row that an earlier one has it; a faulty row takes none."""
        key = key or tuple(record.values[column] for column in self.sheet.table.key)
        earlier = self.used.get(key)
        if earlier is not None:
            message = f"the key has been used on line {earlier}, expected one of its own"
            self.sheet.fault(record, self.sheet.table.key[-1], Kind.DUPLICATE_KEY, message)
        elif not record.faulty:
            self.used[key] = record.line


def ordered(sheet: Sheet[Any], record: Record[Any], first: str, last: str) -> None:
    """Hold it against a row if its range ends on or before the day it begins."""
    start, end = record.values[first], record.values[last]
    if start is not None and end is not None and end <= start:
        sheet.fault(record, last, Kind.RANGE_REVERSED, f"the end {end} is not after the start {start}")


def not_under(sheet: Sheet[Any], record: Record[Any], least: str, most: str) -> None:
    """Hold it against a row if its maximum is under its minimum."""
    low, high = record.values[least], record.values[most]
    if high is not None and high < low:
        sheet.fault(record, most, Kind.RANGE_REVERSED, f"the maximum {high} is under the minimum {low}")


def check_center(survey: Survey) -> None:
    """Exactly one row, and days in order."""
    sheet = survey.center
    for record, _ in sheet.sound():
        ordered(sheet, record, "covers_from", "covers_to")
    for record in sheet.records[1:]:
        sheet.fault(record, "name", Kind.DUPLICATE_KEY, "the file describes a second center, expected one row")
    if sheet.readable and not sheet.records:
        missing: Record[Any] = Record(1, {}, None)
        sheet.fault(missing, "name", Kind.MISSING_VALUE, "the file describes no center, expected one row")


def check_programs(survey: Survey) -> None:
    """The maximum is not under the minimum."""
    sheet, keys = survey.programs, Keys(survey.programs)
    for record, _ in sheet.sound():
        not_under(sheet, record, "weekly_minutes_min", "weekly_minutes_max")
        keys.use(record)


def check_rooms(survey: Survey) -> None:
    """Codes are used once."""
    keys = Keys(survey.rooms)
    for record, _ in survey.rooms.sound():
        keys.use(record)


def check_closures(survey: Survey) -> None:
    """A closure ends after it begins; without a beginning it begins at midnight."""
    sheet = survey.closures
    for record, row in sheet.sound():
        if row.to is not None and (row.to <= row.from_ if row.from_ else not (row.to.hour or row.to.minute)):
            message = f"the end {row.to:%H:%M} is not after the start {row.from_ or time():%H:%M}"
            sheet.fault(record, "to", Kind.RANGE_REVERSED, message)


def check_staff(survey: Survey) -> None:
    """Nobody supervises themselves, however long the chain; the row that closes the ring is at fault."""
    sheet, keys = survey.staff, Keys(survey.staff)
    above: dict[str, str] = {}
    for record, row in sheet.sound():
        survey.refer(sheet, record, "supervisor", sheet)
        chief = row.supervisor
        while chief is not None and chief != row.email:
            chief = above.get(chief)
        if chief is not None:
            message = "the chain of supervisors leads back to this row, expected it to end"
            sheet.fault(record, "supervisor", Kind.SUPERVISOR_CYCLE, message)
        keys.use(record)
        if row.supervisor is not None and not record.faulty:
            above[row.email] = row.supervisor


def check_patients(survey: Survey) -> None:
    """Consent has a date, a discharge a reason, and an admission ends after it begins."""
    sheet, keys = survey.patients, Keys(survey.patients)
    for record, row in sheet.sound():
        if row.text_consent and row.text_consent_on is None:
            sheet.fault(record, "text_consent_on", Kind.MISSING_VALUE, "consent was given, expected the day of it")
        if row.discharged_on and row.discharge_reason is None:
            sheet.fault(record, "discharge_reason", Kind.MISSING_VALUE, "the patient was discharged, expected a reason")
        if row.discharge_reason and row.discharged_on is None:
            sheet.fault(record, "discharged_on", Kind.MISSING_VALUE, "a discharge has a reason, expected its day")
        ordered(sheet, record, "admitted_on", "discharged_on")
        survey.refer(sheet, record, "program", survey.programs)
        survey.refer(sheet, record, "care_team", survey.staff)
        keys.use(record)


def check_leaves(survey: Survey) -> None:
    """One patient's leaves do not overlap."""
    sheet = survey.leaves
    earlier: dict[str, list[Any]] = {}
    for record, row in sheet.sound():
        survey.refer(sheet, record, "mrn", survey.patients)
        ordered(sheet, record, "from", "to")
        for other in earlier.get(row.mrn, ()):
            if other.from_ < row.to and row.from_ < other.to:
                message = f"the leave overlaps that of line {other.line}, expected them apart"
                sheet.fault(record, "from", Kind.OVERLAPPING_RANGE, message)
                break
        if not record.faulty:
            earlier.setdefault(row.mrn, []).append(row)


def check_groups(survey: Survey) -> None:
    """Sizes in order; program and leaders exist."""
    sheet, keys = survey.groups, Keys(survey.groups)
    for record, _ in sheet.sound():
        not_under(sheet, record, "min_size", "capacity")
        survey.refer(sheet, record, "program", survey.programs)
        survey.refer(sheet, record, "lead", survey.staff)
        survey.refer(sheet, record, "co_facilitator", survey.staff)
        keys.use(record)
