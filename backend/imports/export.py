"""The rows of a center's export as typed values, and the export they make up."""

import hashlib
import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date, time
from typing import NamedTuple

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class Moment(NamedTuple):
    """A wall-clock minute of the center: no offset, no zone."""

    day: date
    at: time

    def __str__(self) -> str:
        """Write as the export does, `YYYY-MM-DDTHH:MM`."""
        return f"{self.day.isoformat()}T{self.at:%H:%M}"


class SessionKey(NamedTuple):
    """A session's name for good: its series and the start the weekly pattern gave it."""

    series: str
    start: Moment

    def __str__(self) -> str:
        """Write as one text, `series@YYYY-MM-DDTHH:MM`."""
        return f"{self.series}@{self.start}"


class Phone(NamedTuple):
    """A phone number as it was written, and as it is dialed (E.164; empty where the country is not known)."""

    written: str
    e164: str


@dataclass(frozen=True, slots=True)
class CenterRow:
    """The center; `week_starts_on` counts from Monday = 0, the covered days are half-open."""

    line: int
    name: str
    discreet_name: str
    timezone: str
    week_starts_on: int
    phone: Phone | None
    street: str | None
    city: str | None
    region: str | None
    postal_code: str | None
    country: str
    covers_from: date
    covers_to: date


@dataclass(frozen=True, slots=True)
class ProgramRow:
    """One version of a program's rules, in effect from the first week that begins on or after `effective_from`."""

    line: int
    code: str
    name: str
    level_of_care: str
    weekly_minutes_min: int
    weekly_minutes_max: int | None
    min_days: int
    breaks_count: bool
    uncounted_kinds: tuple[str, ...]
    effective_from: date


@dataclass(frozen=True, slots=True)
class RoomRow:
    """A room and its seats."""

    line: int
    code: str
    name: str
    capacity: int


@dataclass(frozen=True, slots=True)
class ClosureRow:
    """Hours of a day on which the center is closed; no `from_` means from midnight, no `to` until the next midnight."""

    line: int
    date: date
    from_: time | None
    to: time | None
    reason: str


@dataclass(frozen=True, slots=True)
class StaffRow:
    """A member of the staff; addresses are in lower case, since they are the key."""

    line: int
    email: str
    first_name: str
    last_name: str
    role: str
    credentials: str | None
    supervisor: str | None


@dataclass(frozen=True, slots=True)
class PatientRow:
    """A patient and the one admission the export knows."""

    line: int
    mrn: str
    first_name: str
    last_name: str
    preferred_name: str | None
    birth_date: date
    phone_mobile: Phone | None
    phone_other: Phone | None
    email: str | None
    language: str
    timezone: str | None
    text_consent: bool | None
    text_consent_on: date | None
    contact_preference: str | None
    program: str
    admitted_on: date
    discharged_on: date | None
    discharge_reason: str | None
    care_team: tuple[str, ...]

    def admitted_at(self, day: date) -> bool:
        """Whether the patient is in care on a day; the day of discharge is not one."""
        return covers(self.admitted_on, self.discharged_on, day)


@dataclass(frozen=True, slots=True)
class LeaveRow:
    """A leave of absence."""

    line: int
    mrn: str
    from_: date
    to: date
    reason: str


@dataclass(frozen=True, slots=True)
class GroupRow:
    """A group and who leads it."""

    line: int
    code: str
    name: str
    program: str
    membership: str
    capacity: int
    min_size: int
    lead: str
    co_facilitator: str | None


@dataclass(frozen=True, slots=True)
class BlockRow:
    """A weekly meeting of a group over a stretch of validity; weekdays count from Monday = 0."""

    line: int
    group: str
    weekday: int
    start: time
    minutes: int
    break_start: time | None
    break_minutes: int | None
    kind: str
    room: str
    topic: str | None
    valid_from: date | None
    valid_to: date | None

    @property
    def series(self) -> str:
        """The series its sessions belong to."""
        return self.group

    @property
    def break_offset(self) -> int | None:
        """Minutes from the start to the break; a break earlier than the start is after midnight."""
        return None if self.break_start is None else (minute_of(self.break_start) - minute_of(self.start)) % 1440


@dataclass(frozen=True, slots=True)
class EnrollmentRow:
    """A patient's membership of a group; no `to` means still a member."""

    line: int
    group: str
    mrn: str
    from_: date
    to: date | None


@dataclass(frozen=True, slots=True)
class IndividualRow:
    """A weekly session of one patient with one member of the staff; a series of its own, without breaks."""

    line: int
    code: str
    staff: str
    mrn: str
    weekday: int
    start: time
    minutes: int
    kind: str
    room: str
    valid_from: date | None
    valid_to: date | None

    @property
    def series(self) -> str:
        """The series its sessions belong to."""
        return self.code


@dataclass(frozen=True, slots=True)
class ExceptionRow:
    """What changed for one session."""

    line: int
    series: str
    original_start: Moment
    action: str
    new_start: Moment | None
    new_minutes: int | None
    new_room: str | None
    substitute: str | None
    replaces: str | None
    reason: str | None

    @property
    def session(self) -> SessionKey:
        """The session that was changed."""
        return SessionKey(self.series, self.original_start)


@dataclass(frozen=True, slots=True)
class AttendanceRow:
    """What became of one patient in one session."""

    line: int
    series: str
    original_start: Moment
    mrn: str
    status: str
    arrived: Moment | None
    left: Moment | None
    collaterals: int | None
    recorded_by: str
    note: str | None

    @property
    def session(self) -> SessionKey:
        """The session attended or missed."""
        return SessionKey(self.series, self.original_start)


@dataclass(frozen=True, slots=True)
class MakeupRow:
    """A missed session and the group session attended instead, as a guest."""

    line: int
    mrn: str
    missed_series: str
    missed_start: Moment
    attended_series: str
    attended_start: Moment
    approved_by: str

    @property
    def missed(self) -> SessionKey:
        """The session missed."""
        return SessionKey(self.missed_series, self.missed_start)

    @property
    def attended(self) -> SessionKey:
        """The session attended instead."""
        return SessionKey(self.attended_series, self.attended_start)


PatternRow = BlockRow | IndividualRow
Row = (
    CenterRow | ProgramRow | RoomRow | ClosureRow | StaffRow | PatientRow | LeaveRow | GroupRow | BlockRow
    | EnrollmentRow | IndividualRow | ExceptionRow | AttendanceRow | MakeupRow
)  # fmt: skip


@dataclass(slots=True)
class Export:
    """All rows of an export, in the order of their files. Rows that refer to others find them here."""

    centers: Sequence[CenterRow] = ()
    programs: Sequence[ProgramRow] = ()
    rooms: Sequence[RoomRow] = ()
    closures: Sequence[ClosureRow] = ()
    staff: Sequence[StaffRow] = ()
    patients: Sequence[PatientRow] = ()
    leaves: Sequence[LeaveRow] = ()
    groups: Sequence[GroupRow] = ()
    blocks: Sequence[BlockRow] = ()
    enrollments: Sequence[EnrollmentRow] = ()
    individual: Sequence[IndividualRow] = ()
    exceptions: Sequence[ExceptionRow] = ()
    attendance: Sequence[AttendanceRow] = ()
    makeups: Sequence[MakeupRow] = ()
    patient: Mapping[str, PatientRow] = field(init=False)
    group: Mapping[str, GroupRow] = field(init=False)
    exceptions_of: Mapping[SessionKey, Sequence[ExceptionRow]] = field(init=False)

    def __post_init__(self) -> None:
        """Index the rows."""
        self.index()

    def index(self) -> None:
        """Index what is looked up again and again; to be called when rows have changed."""
        self.patient = {row.mrn: row for row in self.patients}
        self.group = {row.code: row for row in self.groups}
        changed: dict[SessionKey, list[ExceptionRow]] = defaultdict(list)
        for row in self.exceptions:
            changed[row.session].append(row)
        self.exceptions_of = dict(changed)

    @property
    def center(self) -> CenterRow:
        """The center. Raises IndexError where its row was at fault."""
        return self.centers[0]

    @property
    def patterns(self) -> tuple[PatternRow, ...]:
        """All rows of the weekly pattern, groups first."""
        return (*self.blocks, *self.individual)

    def digest(self) -> str:
        """Return a hash of the content, the same whatever the order of rows, line ends and spaces around cells."""
        content = {item.name: sorted(_canonical(row) for row in getattr(self, item.name)) for item in _TABLES}
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


_TABLES = [item for item in fields(Export) if item.init]


def minute_of(at: time) -> int:
    """Minutes since midnight on the wall clock."""
    return at.hour * 60 + at.minute


def covers(first: date | None, last: date | None, day: date) -> bool:
    """Whether a half-open pair of dates holds a day; an empty end is open."""
    return (first is None or first <= day) and (last is None or day < last)


def _canonical(row: Row) -> str:
    """One row as text, without the line it stood on."""
    values = {item.name: getattr(row, item.name) for item in fields(row) if item.name != "line"}
    return json.dumps(values, default=str, sort_keys=True).replace("\\r\\n", "\\n")
