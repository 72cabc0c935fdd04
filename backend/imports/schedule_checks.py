"""What is wrong with the schedule of an export that is sound in all else (rule 11)."""

from collections import defaultdict
from collections.abc import Iterator

from backend.imports.export import BlockRow, Export, SessionKey
from backend.imports.faults import Fault, Kind
from backend.imports.schedule import PlannedSession, Schedule, Status
from backend.imports.tables import ATTENDED

Resource = tuple[str, str]


def schedule_faults(export: Export) -> list[Fault]:
    """Return what keeps the sessions of an export from standing in one calendar.

    Asked only of exports without other faults: the pattern is judged by the wall clock, before exceptions, so two
    sessions can still meet where one was moved, where somebody stands in, or where the clocks change.
    """
    schedule = Schedule(export)
    sessions = [session for session in schedule.sessions if session.status is Status.SCHEDULED]
    marks = {(row.session, row.mrn): row.status for row in export.attendance}
    guests: dict[SessionKey, dict[str, int]] = defaultdict(dict)
    for row in export.makeups:
        guests[row.attended][row.mrn] = row.line
    taken: dict[Resource, list[PlannedSession]] = defaultdict(list)
    for session in sorted(sessions, key=lambda session: (session.start, session.key)):
        there = {*schedule.roster(session), *guests[session.key]}
        present = {mrn for mrn in there if marks.get((session.key, mrn), "present") in ATTENDED}
        for resource in _resources(session, present):
            taken[resource].append(session)
    clashes = (_clash(resource, *pair, guests) for resource, held in taken.items() for pair in _meeting(held))
    return [*clashes, *_crowded(export, schedule, sessions, guests)]


def _meeting(held: list[PlannedSession]) -> Iterator[tuple[PlannedSession, PlannedSession]]:
    """Yield each session, of those in order of their start, that begins before an earlier one has ended."""
    last = held[0]
    for session in held[1:]:
        if session.start < last.end:
            yield last, session
        last = max(last, session, key=lambda one: one.end)


def _resources(session: PlannedSession, present: set[str]) -> Iterator[Resource]:
    """Yield the room and the people a session takes."""
    yield "room", session.room
    yield from (("staff", attendant.email) for attendant in session.staff)
    yield from (("mrn", mrn) for mrn in present)


def _clash(
    resource: Resource, one: PlannedSession, other: PlannedSession, guests: dict[SessionKey, dict[str, int]]
) -> Fault:
    """Return the fault of two sessions that share a resource, at the row that comes last in the order of the files."""
    kind, name = resource
    message = (
        f"clashes with another session between {one.key.start} and {other.key.start}, expected none in the schedule"
    )
    visits = [guests[session.key][name] for session in (one, other) if kind == "mrn" and name in guests[session.key]]
    if visits:
        return Fault("makeups.csv", max(visits), "attended_start", Kind.DOUBLE_BOOKED, message)
    changes = [change for session in (one, other) for change in session.exceptions if change.action != "shortened"]
    if changes:
        last = max(changes, key=lambda change: change.line)
        column = "substitute" if last.action == "substitute" else "new_start"
        return Fault("exceptions.csv", last.line, column, Kind.DOUBLE_BOOKED, message)
    return _clash_of_patterns(kind, one, other, message)


def _clash_of_patterns(kind: str, one: PlannedSession, other: PlannedSession, message: str) -> Fault:
    """Return the fault of two sessions that nothing has changed but the clocks."""
    last = max((one.pattern, other.pattern), key=lambda row: (not isinstance(row, BlockRow), row.line))
    if not isinstance(last, BlockRow):
        return Fault("individual.csv", last.line, kind, Kind.DOUBLE_BOOKED, message)
    return Fault("blocks.csv", last.line, "room" if kind == "room" else "group", Kind.DOUBLE_BOOKED, message)


def _crowded(
    export: Export, schedule: Schedule, sessions: list[PlannedSession], guests: dict[SessionKey, dict[str, int]]
) -> Iterator[Fault]:
    """Yield the make-ups that bring more guests than a group has seats left."""
    for session in sessions:
        group = export.group.get(session.key.series)
        visitors = guests[session.key]
        if group is None or not visitors:
            continue
        enrolled = sum(mrn not in visitors for mrn in schedule.roster(session))
        for line in sorted(visitors.values())[max(group.capacity - enrolled, 0) :]:
            message = f"the session has no seat left, expected no more than {group.capacity} members and guests"
            yield Fault("makeups.csv", line, "attended_start", Kind.OVER_CAPACITY, message)
