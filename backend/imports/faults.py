"""What can be wrong with an export: the kinds of faults, and one fault at its place."""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """Kinds of faults; the first block is that of docs/import-format.md, the second is ours: what the database has no
    room for, and whole files.
    """

    COLUMN_COUNT = "column_count"
    NOT_UTF8 = "not_utf8"
    MISSING_VALUE = "missing_value"
    BAD_DATE = "bad_date"
    BAD_TIME = "bad_time"
    BAD_NUMBER = "bad_number"
    BAD_EMAIL = "bad_email"
    BAD_PHONE = "bad_phone"
    BAD_TIMEZONE = "bad_timezone"
    UNKNOWN_VALUE = "unknown_value"
    UNKNOWN_REFERENCE = "unknown_reference"
    DUPLICATE_KEY = "duplicate_key"
    RANGE_REVERSED = "range_reversed"
    OVERLAPPING_RANGE = "overlapping_range"
    OUTSIDE_ADMISSION = "outside_admission"
    OVER_CAPACITY = "over_capacity"
    BREAK_OUTSIDE_SESSION = "break_outside_session"
    DOUBLE_BOOKED = "double_booked"
    SUPERVISOR_CYCLE = "supervisor_cycle"
    UNKNOWN_SESSION = "unknown_session"
    NOT_ON_ROSTER = "not_on_roster"
    LEFT_BEFORE_ARRIVED = "left_before_arrived"
    TIMES_ON_ABSENCE = "times_on_absence"
    NOT_MISSED = "not_missed"

    TOO_LONG = "too_long"
    MISSING_FILE = "missing_file"
    MISSING_COLUMN = "missing_column"
    UNKNOWN_COLUMN = "unknown_column"
    DUPLICATE_COLUMN = "duplicate_column"


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """One thing wrong with one row: `line` is the physical line the row begins on, `column` empty for the whole row.

    The message says what is wrong and what was expected. It never repeats a name, a contact value or free text, since
    reports are pasted into tickets.
    """

    file: str
    line: int
    column: str
    kind: Kind
    message: str

    def __str__(self) -> str:
        """Render as `file:line column: kind: what is wrong, what was expected`."""
        place = f"{self.file}:{self.line} {self.column}".rstrip()
        return f"{place}: {self.kind}: {self.message}"
