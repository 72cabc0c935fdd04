"""The files of an export: their columns, how each is read, and the rows they make."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from keyword import iskeyword
from typing import Generic, TypeVar

from backend.imports import cells, export
from backend.imports.cells import Reader, choice, choices, number, text, upto

R = TypeVar("R", bound=export.Row)

GROUP_KINDS = ("psychotherapy_group", "skills_group", "psychoeducation", "family", "support_facilitated", "mutual_help")
INDIVIDUAL_KINDS = ("individual", "family")
ROLES = (
    "program_director", "clinical_supervisor", "counselor", "family_therapist", "peer_specialist", "trainee", "nurse",
    "psychiatrist", "front_desk",
)  # fmt: skip
# Levels of the third and fourth editions of the ASAM criteria.
ASAM_LEVELS = (
    "0.5", "1", "1.0", "1.5", "1.7", "2.1", "2.5", "2.7", "3.1", "3.3", "3.5", "3.7", "4", "4.0",
)  # fmt: skip
ACTIONS = ("cancelled", "moved", "shortened", "substitute")
ATTENDED = ("present", "late", "left_early")
MISSED = ("excused_absence", "no_show")
STATUSES = (*ATTENDED, *MISSED, "cancelled_by_program")
DISCHARGE_REASONS = tuple("1234567")
DAY, WEEK, MANY = 1440, 10080, 32767
# What the database has room for, in characters.
_CODE, _PERSON, _TITLE, _REMARK = cells.upto(50), cells.upto(100), cells.upto(200), cells.upto(500)

_REQUIRED = object()


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its header, the reader of its cells, and what an empty cell means (nothing: it is a fault)."""

    name: str
    read: Reader
    empty: object = _REQUIRED

    @property
    def required(self) -> bool:
        """Whether an empty cell is a fault."""
        return self.empty is _REQUIRED

    @property
    def field(self) -> str:
        """The name of the row's attribute: the header, unless Python keeps that word for itself."""
        return f"{self.name}_" if iskeyword(self.name) else self.name


@dataclass(frozen=True, slots=True)
class Table(Generic[R]):
    """A file: what its rows become, its columns in their usual order, and those that make its key."""

    file: str
    make: Callable[..., R]
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()


def optional(name: str, read: Reader) -> Column:
    """Return a column whose cell may be empty."""
    return Column(name, read, None)


def _validity() -> Iterator[Column]:
    """Yield the stretch of a pattern row."""
    yield optional("valid_from", cells.day)
    yield optional("valid_to", cells.day)


def center(home: str | None) -> Table[export.CenterRow]:
    """Return the table of the center; `home` is the country of its number, None while that is not known."""
    return Table(
        "center.csv",
        export.CenterRow,
        (
            Column("name", _TITLE),
            Column("discreet_name", _PERSON),
            Column("timezone", cells.zone),
            Column("week_starts_on", cells.weekday),
            optional("phone", cells.phone(home)),
            optional("street", _TITLE),
            optional("city", _PERSON),
            optional("region", _PERSON),
            optional("postal_code", upto(20)),
            Column("country", cells.country),
            Column("covers_from", cells.dated),
            Column("covers_to", cells.dated),
        ),
    )


PROGRAMS = Table(
    "programs.csv",
    export.ProgramRow,
    (
        Column("code", _CODE),
        Column("name", _TITLE),
        Column("level_of_care", choice(ASAM_LEVELS)),
        Column("weekly_minutes_min", number(0, WEEK)),
        optional("weekly_minutes_max", number(0, WEEK)),
        Column("min_days", number(0, 7)),
        Column("breaks_count", cells.yes_no),
        Column("uncounted_kinds", choices((*GROUP_KINDS, *INDIVIDUAL_KINDS)), ()),
        Column("effective_from", cells.day),
    ),
    key=("code", "effective_from"),
)

ROOMS = Table(
    "rooms.csv",
    export.RoomRow,
    (Column("code", _CODE), Column("name", _TITLE), Column("capacity", number(1, MANY))),
    key=("code",),
)

CLOSURES = Table(
    "closures.csv",
    export.ClosureRow,
    (
        Column("date", cells.dated),
        optional("from", cells.clock),
        optional("to", cells.clock),
        Column("reason", _REMARK, ""),
    ),
)

STAFF = Table(
    "staff.csv",
    export.StaffRow,
    (
        Column("email", cells.own_address),
        Column("first_name", _PERSON),
        Column("last_name", _PERSON),
        Column("role", choice(ROLES)),
        optional("credentials", _PERSON),
        optional("supervisor", cells.colleague),
    ),
    key=("email",),
)


def patients(home: str | None) -> Table[export.PatientRow]:
    """Return the table of patients of a center whose numbers without `+` are those of the country `home`."""
    return Table(
        "patients.csv",
        export.PatientRow,
        (
            Column("mrn", _CODE),
            Column("first_name", _PERSON),
            Column("last_name", _PERSON),
            optional("preferred_name", _PERSON),
            Column("birth_date", cells.day),
            optional("phone_mobile", cells.phone(home)),
            optional("phone_other", cells.phone(home)),
            optional("email", cells.address),
            Column("language", cells.language),
            optional("timezone", cells.zone),
            optional("text_consent", cells.yes_no),
            optional("text_consent_on", cells.day),
            optional("contact_preference", choice(("sms", "email", "none"))),
            Column("program", text),
            Column("admitted_on", cells.day),
            optional("discharged_on", cells.day),
            optional("discharge_reason", choice(DISCHARGE_REASONS)),
            Column("care_team", cells.colleagues, ()),
        ),
        key=("mrn",),
    )


LEAVES = Table(
    "leaves.csv",
    export.LeaveRow,
    (Column("mrn", text), Column("from", cells.day), Column("to", cells.day), Column("reason", upto(1000), "")),
)

GROUPS = Table(
    "groups.csv",
    export.GroupRow,
    (
        Column("code", _CODE),
        Column("name", _TITLE),
        Column("program", text),
        Column("membership", choice(("open", "closed"))),
        Column("capacity", number(1, MANY)),
        Column("min_size", number(0, MANY)),
        Column("lead", cells.colleague),
        optional("co_facilitator", cells.colleague),
    ),
    key=("code",),
)

BLOCKS = Table(
    "blocks.csv",
    export.BlockRow,
    (
        Column("group", text),
        Column("weekday", cells.weekday),
        Column("start", cells.clock),
        Column("minutes", number(1, DAY)),
        optional("break_start", cells.clock),
        optional("break_minutes", number(1, DAY)),
        Column("kind", choice(GROUP_KINDS)),
        Column("room", text),
        optional("topic", _REMARK),
        *_validity(),
    ),
)

ENROLLMENTS = Table(
    "enrollments.csv",
    export.EnrollmentRow,
    (Column("group", text), Column("mrn", text), Column("from", cells.day), optional("to", cells.day)),
)

INDIVIDUAL = Table(
    "individual.csv",
    export.IndividualRow,
    (
        Column("code", _CODE),
        Column("staff", cells.colleague),
        Column("mrn", text),
        Column("weekday", cells.weekday),
        Column("start", cells.clock),
        Column("minutes", number(1, DAY)),
        Column("kind", choice(INDIVIDUAL_KINDS)),
        Column("room", text),
        *_validity(),
    ),
    key=("code",),
)

EXCEPTIONS = Table(
    "exceptions.csv",
    export.ExceptionRow,
    (
        Column("series", text),
        Column("original_start", cells.moment),
        Column("action", choice(ACTIONS)),
        optional("new_start", cells.moment),
        optional("new_minutes", number(1, DAY)),
        optional("new_room", text),
        optional("substitute", cells.colleague),
        optional("replaces", cells.colleague),
        optional("reason", _REMARK),
    ),
    key=("series", "original_start", "action"),
)

ATTENDANCE = Table(
    "attendance.csv",
    export.AttendanceRow,
    (
        Column("series", text),
        Column("original_start", cells.moment),
        Column("mrn", text),
        Column("status", choice(STATUSES)),
        optional("arrived", cells.moment),
        optional("left", cells.moment),
        optional("collaterals", number(0, MANY)),
        Column("recorded_by", cells.colleague),
        optional("note", text),
    ),
    key=("series", "original_start", "mrn"),
)

MAKEUPS = Table(
    "makeups.csv",
    export.MakeupRow,
    (
        Column("mrn", text),
        Column("missed_series", text),
        Column("missed_start", cells.moment),
        Column("attended_series", text),
        Column("attended_start", cells.moment),
        Column("approved_by", cells.colleague),
    ),
    key=("mrn", "missed_series", "missed_start"),
)
