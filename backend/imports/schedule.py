"""The sessions that follow from an export: pattern, exceptions and closures, with their people (rules 2 to 4)."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import cached_property
from typing import NamedTuple

from backend.imports.export import (
    BlockRow,
    ClosureRow,
    EnrollmentRow,
    ExceptionRow,
    Export,
    GroupRow,
    LeaveRow,
    Moment,
    PatientRow,
    PatternRow,
    SessionKey,
    covers,
)
from centers.wall_time import day_bounds, instant, local_date


class Status(StrEnum):
    """Whether a session is in the schedule; one that is not stays known."""

    SCHEDULED = "scheduled"
    WITHDRAWN = "withdrawn"
    CLOSED = "closed"


class Attendant(NamedTuple):
    """A member of the staff in a session, and whom they stand in for."""

    email: str
    instead_of: str | None = None


@dataclass(frozen=True, slots=True)
class PlannedSession:
    """A session as it stands in the schedule; `day` is the local date of the actual start, instants are UTC.

    `pattern` keeps what the week gave (minutes, break), `start` and `end` what became of it. A break is an instant pair
    within the session, or None.
    """

    key: SessionKey
    pattern: PatternRow
    start: datetime
    end: datetime
    break_: tuple[datetime, datetime] | None
    day: date
    status: Status
    room: str
    staff: tuple[Attendant, ...]
    exceptions: tuple[ExceptionRow, ...]

    @property
    def minutes(self) -> int:
        """Elapsed minutes from start to end."""
        return (self.end - self.start) // timedelta(minutes=1)


class Rosters:
    """Who is expected where (rule 4). A patient or group that is not among the rows puts no one off."""

    def __init__(
        self, patients: Mapping[str, PatientRow], enrollments: Iterable[EnrollmentRow], leaves: Iterable[LeaveRow]
    ) -> None:
        """Index enrollments by group and leaves by patient."""
        self.patients = patients
        self.enrollments: dict[str, list[EnrollmentRow]] = defaultdict(list)
        self.leaves: dict[str, list[LeaveRow]] = defaultdict(list)
        for row in enrollments:
            self.enrollments[row.group].append(row)
        for leave in leaves:
            self.leaves[leave.mrn].append(leave)
        self._known: dict[tuple[str, date], tuple[str, ...]] = {}

    def in_care(self, mrn: str, day: date) -> bool:
        """Whether a patient is admitted on a day and not on leave."""
        patient = self.patients.get(mrn)
        away = any(covers(leave.from_, leave.to, day) for leave in self.leaves.get(mrn, ()))
        return not away and (patient is None or patient.admitted_at(day))

    def members(self, group: str, day: date) -> tuple[str, ...]:
        """The roster of a group on a day, whether or not it meets, by record number."""
        if (group, day) not in self._known:
            enrolled = {row.mrn for row in self.enrollments.get(group, ()) if covers(row.from_, row.to, day)}
            self._known[group, day] = tuple(sorted(mrn for mrn in enrolled if self.in_care(mrn, day)))
        return self._known[group, day]

    def of(self, session: PlannedSession) -> tuple[str, ...]:
        """The roster of a session: that of the date it actually starts on."""
        if isinstance(session.pattern, BlockRow):
            return self.members(session.pattern.group, session.day)
        mrn = session.pattern.mrn
        return (mrn,) if self.in_care(mrn, session.day) else ()


class Timetable:
    """Sessions by their key, worked out when asked for."""

    def __init__(
        self,
        *,
        zone: str,
        covered: tuple[date, date],
        patterns: Iterable[PatternRow],
        groups: Mapping[str, GroupRow],
        exceptions: Mapping[SessionKey, Sequence[ExceptionRow]],
        closures: Iterable[ClosureRow],
    ) -> None:
        """Take the pattern and all that changes it; `covered` are the half-open exported days."""
        self.zone = zone
        self.covered = covered
        self.groups = groups
        self.exceptions = exceptions
        self.patterns: dict[str, list[PatternRow]] = defaultdict(list)
        for row in patterns:
            self.patterns[row.series].append(row)
        self.closures = [closed for row in closures if (closed := closed_range(zone, row))]
        self._known: dict[SessionKey, PlannedSession | None] = {}

    def session(self, key: SessionKey) -> PlannedSession | None:
        """Return the session of a key, None if the pattern gives none."""
        if key not in self._known:
            pattern = next((row for row in self.patterns.get(key.series, ()) if self._gives(row, key.start)), None)
            self._known[key] = None if pattern is None else self._planned(key, pattern)
        return self._known[key]

    def sessions(self) -> list[PlannedSession]:
        """Return all sessions of the covered days, by their original date and series."""
        first, last = self.covered
        found: list[PlannedSession] = []
        for offset in range((last - first).days):
            day = first + timedelta(days=offset)
            for rows in self.patterns.values():
                found.extend(
                    self._planned(SessionKey(row.series, Moment(day, row.start)), row)
                    for row in rows
                    if self._gives(row, Moment(day, row.start))
                )
        return sorted(found, key=lambda session: (session.key.start, session.key.series))

    def _gives(self, row: PatternRow, start: Moment) -> bool:
        """Whether a row of the pattern gives a session with this original start."""
        return (
            row.start == start.at
            and row.weekday == start.day.weekday()
            and covers(row.valid_from, row.valid_to, start.day)
            and covers(*self.covered, start.day)
        )

    def _planned(self, key: SessionKey, pattern: PatternRow) -> PlannedSession:
        """Work out a session: exceptions first, then closures."""
        exceptions = tuple(self.exceptions.get(key, ()))
        begins, minutes, room = key.start, pattern.minutes, pattern.room
        for change in exceptions:
            if change.action == "moved":
                begins, room = change.new_start or begins, change.new_room or room
            elif change.action == "shortened":
                minutes = change.new_minutes or minutes
        start = instant(self.zone, *begins)
        end = start + timedelta(minutes=minutes)
        return PlannedSession(
            key=key,
            pattern=pattern,
            start=start,
            end=end,
            break_=_break(pattern, start, end),
            day=local_date(self.zone, start),
            status=self._status(exceptions, start, end),
            room=room,
            staff=_staff(self._leaders(pattern), exceptions),
            exceptions=exceptions,
        )

    def _status(self, exceptions: Sequence[ExceptionRow], start: datetime, end: datetime) -> Status:
        """Whether a session with this actual range is on."""
        if any(change.action == "cancelled" for change in exceptions):
            return Status.WITHDRAWN
        closed = any(start < until and since < end for since, until in self.closures)
        return Status.CLOSED if closed else Status.SCHEDULED

    def _leaders(self, pattern: PatternRow) -> tuple[str, ...]:
        """Who holds the sessions of a row of the pattern."""
        if not isinstance(pattern, BlockRow):
            return (pattern.staff,)
        group = self.groups.get(pattern.group)
        return leaders(group) if group else ()


class Schedule:
    """All sessions of a sound export, and their rosters."""

    def __init__(self, export: Export) -> None:
        """Take the rows; sessions are worked out when asked for."""
        center = export.center
        self.timetable = Timetable(
            zone=center.timezone,
            covered=(center.covers_from, center.covers_to),
            patterns=export.patterns,
            groups=export.group,
            exceptions=export.exceptions_of,
            closures=export.closures,
        )
        self.rosters = Rosters(export.patient, export.enrollments, export.leaves)

    @cached_property
    def sessions(self) -> list[PlannedSession]:
        """All sessions, on or off, by original start and series."""
        return self.timetable.sessions()

    def roster(self, session: PlannedSession) -> tuple[str, ...]:
        """Who is expected in a session, by record number."""
        return self.rosters.of(session)


def closed_range(zone: str, row: ClosureRow) -> tuple[datetime, datetime] | None:
    """Return the instants between which the center is closed; None where the clock skips all of that time."""
    midnight, next_midnight = day_bounds(zone, row.date)
    since = instant(zone, row.date, row.from_) if row.from_ else midnight
    until = instant(zone, row.date, row.to) if row.to else next_midnight
    return (since, until) if since < until else None


def leaders(group: GroupRow) -> tuple[str, ...]:
    """Who is at every session of a group."""
    return tuple(dict.fromkeys(email for email in (group.lead, group.co_facilitator) if email))


def _break(pattern: PatternRow, start: datetime, end: datetime) -> tuple[datetime, datetime] | None:
    """Return the break as instants; it moves with the session, and what lies beyond the end is none."""
    if not isinstance(pattern, BlockRow) or pattern.break_offset is None or pattern.break_minutes is None:
        return None
    begin = start + timedelta(minutes=pattern.break_offset)
    until = min(begin + timedelta(minutes=pattern.break_minutes), end)
    return (begin, until) if begin < until else None


def _staff(regular: tuple[str, ...], exceptions: Iterable[ExceptionRow]) -> tuple[Attendant, ...]:
    """Return who is in a session once substitutes stand in; each person once."""
    present = {email: Attendant(email) for email in regular}
    for change in exceptions:
        if change.action == "substitute" and change.substitute:
            if change.replaces:
                present.pop(change.replaces, None)
            present.setdefault(change.substitute, Attendant(change.substitute, change.replaces))
    return tuple(present.values())
