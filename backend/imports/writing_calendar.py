"""Write an export's groups and individual courses, the sessions they give, and who attended them."""

import datetime as dt

from django.contrib.auth.models import Group
from psycopg.types.range import TimestamptzRange

from backend.imports.book import Book
from backend.imports.export import AttendanceRow, BlockRow, GroupRow, MakeupRow, PatternRow, SessionKey
from backend.imports.schedule import PlannedSession
from backend.imports.schedule import Status as ScheduleStatus
from groups.models import Enrollment, Facilitator, TherapyGroup
from scheduling.models import (
    Attendance,
    AttendanceMove,
    Participation,
    Pattern,
    Series,
    SeriesStaff,
    Session,
    SessionStaff,
)
from scheduling.models.attendance import Origin, Status
from scheduling.models.series import Lead
from scheduling.querysets import CLOSES_DAYS

IMPORTED = "imported"
# An export does not say until when a substitute may see a session: no longer than its attendance is open.
CLOSING = dt.timedelta(days=CLOSES_DAYS)


def write_groups(book: Book) -> None:
    """Groups with their series, patterns, facilitators and rosters."""
    rows = book.export.groups
    series = [_group_series(book, row) for row in rows]
    book.series = {one.code: one for one in book.write(Series, series)}
    _write_therapy_groups(book)
    book.write(Pattern, [_pattern(book, row) for row in book.export.blocks])
    book.write(SeriesStaff, [lead for row in rows for lead in _leads(book, row)])
    book.write(Facilitator, [facilitator for row in rows for facilitator in _facilitators(book, row)])
    _write_enrollments(book)


def _group_series(book: Book, row: GroupRow) -> Series:
    return Series(
        center=book.center,
        code=row.code,
        form=Series.Form.GROUP,
        program=book.programs[row.program],
        seats=row.capacity,
        takes_guests=row.membership == TherapyGroup.Membership.OPEN,
        materialized_to=book.center.calendar_to,
    )


def _write_therapy_groups(book: Book) -> None:
    rows = book.export.groups
    subjects = [Group(name=f"facilitators of {book.series[row.code].id}") for row in rows]
    book.write(Group, subjects)
    groups = [_group(book, row, subject) for row, subject in zip(rows, subjects, strict=True)]
    book.groups = {group.code: group for group in book.write(TherapyGroup, groups)}


def _group(book: Book, row: GroupRow, subject: Group) -> TherapyGroup:
    return TherapyGroup(
        center=book.center,
        series=book.series[row.code],
        program=book.programs[row.program],
        code=row.code,
        name=row.name,
        membership=row.membership,
        capacity=row.capacity,
        min_size=row.min_size,
        facilitator_group=subject,
    )


def _leaders(row: GroupRow) -> list[tuple[str, Lead]]:
    both = [(row.lead, Lead.LEAD), (row.co_facilitator, Lead.CO_LEAD)]
    return [(email, role) for email, role in both if email and (role is Lead.LEAD or email != row.lead)]


def _leads(book: Book, row: GroupRow) -> list[SeriesStaff]:
    return [
        SeriesStaff(center=book.center, series=book.series[row.code], staff=book.staff[email], role=role)
        for email, role in _leaders(row)
    ]


def _facilitators(book: Book, row: GroupRow) -> list[Facilitator]:
    """An export does not say since when somebody leads: since the first day it covers, or an enrollment before it."""
    enrolled = [one.from_ for one in book.export.enrollments if one.group == row.code]
    since = min([book.center.calendar_from, *enrolled])
    return [
        Facilitator(
            center=book.center, group=book.groups[row.code], staff=book.staff[email], role=role, starts_on=since
        )
        for email, role in _leaders(row)
    ]


def _pattern(book: Book, row: PatternRow) -> Pattern:
    pattern = Pattern(
        center=book.center,
        series=book.series[row.series],
        weekday=row.weekday,
        start_time=row.start,
        minutes=row.minutes,
        break_offset=row.break_offset if isinstance(row, BlockRow) else None,
        break_minutes=(row.break_minutes or 0) if isinstance(row, BlockRow) else 0,
        kind=row.kind,
        room=book.rooms[row.room],
        topic=(row.topic or "") if isinstance(row, BlockRow) else "",
        valid_from=row.valid_from,
        valid_to=row.valid_to,
    )
    book.patterns[row.series, row.line] = pattern
    return pattern


def _write_enrollments(book: Book) -> None:
    """Enrollments in the order they begin, each projected into a participation under its id."""
    rows = sorted(book.export.enrollments, key=lambda row: (row.from_, row.line))
    book.enrollments = [
        Enrollment(
            center=book.center,
            group=book.groups[row.group],
            patient=book.patients[row.mrn],
            episode=book.episodes[row.mrn],
            starts_on=row.from_,
            ends_on=row.to,
            enrolled_by=book.by.id,
        )
        for row in rows
    ]
    book.write(Enrollment, book.enrollments)
    projected = [
        Participation(
            id=row.id,
            center=book.center,
            series=row.group.series,
            patient=row.patient,
            starts_on=row.starts_on,
            ends_on=row.ends_on,
        )
        for row in book.enrollments
    ]
    book.write(Participation, projected)


def write_individual(book: Book) -> None:
    """Individual courses: a series of one seat, its pattern, its counselor and its patient."""
    rows = book.export.individual
    series = [
        Series(
            center=book.center,
            code=row.code,
            form=Series.Form.INDIVIDUAL,
            program=book.episodes[row.mrn].program,
            seats=1,
            takes_guests=False,
            materialized_to=book.center.calendar_to,
        )
        for row in rows
    ]
    book.series |= {one.code: one for one in book.write(Series, series)}
    book.write(Pattern, [_pattern(book, row) for row in rows])
    leads = [
        SeriesStaff(center=book.center, series=book.series[row.code], staff=book.staff[row.staff], role=Lead.LEAD)
        for row in rows
    ]
    book.write(SeriesStaff, leads)
    belonging = [
        Participation(center=book.center, series=book.series[row.code], patient=book.patients[row.mrn]) for row in rows
    ]
    book.write(Participation, belonging)


def write_sessions(book: Book) -> None:
    """Every session the pattern gave, as it stands after exceptions and closures, and who staffs it."""
    called_off = _called_off(book)
    sessions = [_session(book, planned, called_off) for planned in book.planned()]
    book.write(Session, sessions)
    book.sessions = {planned.key: session for planned, session in zip(book.planned(), sessions, strict=True)}
    book.write(SessionStaff, [one for planned in book.planned() for one in _session_staff(book, planned)])


def _called_off(book: Book) -> set[SessionKey]:
    """Sessions called off on the day: every row of theirs says so."""
    statuses: dict[SessionKey, set[str]] = {}
    for row in book.export.attendance:
        statuses.setdefault(row.session, set()).add(row.status)
    return {key for key, found in statuses.items() if found == {Status.CANCELLED_BY_PROGRAM.value}}


def _session(book: Book, planned: PlannedSession, called_off: set[SessionKey]) -> Session:
    pattern = book.patterns[planned.pattern.series, planned.pattern.line]
    reasons = [change.reason for change in planned.exceptions if change.reason]
    pause = planned.break_ or (None, None)
    return Session(
        center=book.center,
        series=pattern.series,
        pattern=pattern,
        original_date=planned.key.start.day,
        original_time=planned.key.start.at,
        minutes=pattern.minutes,
        break_minutes=pattern.break_minutes,
        starts_at=planned.start,
        ends_at=planned.end,
        break_starts_at=pause[0],
        break_ends_at=pause[1],
        local_date=planned.day,
        kind=pattern.kind,
        room=book.rooms[planned.room],
        topic=pattern.topic,
        seats=pattern.series.seats,
        status=planned.status.value,
        status_reason="; ".join(reasons)[:500],
        called_off_at=planned.start if planned.key in called_off else None,
    )


def _session_staff(book: Book, planned: PlannedSession) -> list[SessionStaff]:
    """Who is there, and as inactive rows those who are substituted."""
    session = book.sessions[planned.key]
    regular = dict(_leaders(book.export.group[planned.pattern.series])) if isinstance(planned.pattern, BlockRow) else {}
    fixed: dict[str, object] = {
        "center": book.center,
        "session": session,
        "during": TimestamptzRange(planned.start, planned.end, "[)"),
        "on_schedule": planned.status is ScheduleStatus.SCHEDULED,
    }
    rows = []
    for person in planned.staff:
        role = regular.get(person.instead_of or person.email, Lead.LEAD)
        stands_for = book.staff[person.instead_of] if person.instead_of else None
        until = planned.end + CLOSING if stands_for else None
        rows.append(
            SessionStaff(staff=book.staff[person.email], role=role, replaces=stands_for, access_until=until, **fixed)
        )
    present = {person.email for person in planned.staff}
    replaced = {person.instead_of for person in planned.staff if person.instead_of} - present
    rows += [
        SessionStaff(staff=book.staff[email], role=regular.get(email, Lead.LEAD), is_active=False, **fixed)
        for email in sorted(replaced)
    ]
    return rows


def write_attendance(book: Book) -> None:
    """One row per patient expected or seen in a session; what was recorded leaves a move in the history."""
    recorded = {(row.session, row.mrn): row for row in book.export.attendance}
    for planned in book.planned():
        expected = book.schedule.roster(planned) if planned.status is ScheduleStatus.SCHEDULED else ()
        for mrn in expected:
            book.attendances[planned.key, mrn] = _attendance(book, planned, mrn, Origin.ROSTER)
    visits = {(row.attended, row.mrn) for row in book.export.makeups}
    for key, mrn in (recorded.keys() | visits) - book.attendances.keys():
        planned_session = book.schedule.timetable.session(key)
        if planned_session is not None:
            book.attendances[key, mrn] = _attendance(book, planned_session, mrn, Origin.GUEST)
    for pair, row in recorded.items():
        _fill(book, book.attendances[pair], row)
    for makeup in book.export.makeups:
        _make_up(book, makeup)
    rows = sorted(book.attendances.values(), key=lambda row: row.id)
    book.write(Attendance, rows)
    book.write(AttendanceMove, [_move(row) for row in rows if row.status != Status.EXPECTED])


def _attendance(book: Book, planned: PlannedSession, mrn: str, origin: Origin) -> Attendance:
    return Attendance(
        center=book.center,
        session=book.sessions[planned.key],
        patient=book.patients[mrn],
        origin=origin,
        during=TimestamptzRange(planned.start, planned.end, "[)"),
        on_schedule=planned.status is ScheduleStatus.SCHEDULED,
    )


def _fill(book: Book, attendance: Attendance, row: AttendanceRow) -> None:
    attendance.status = row.status
    attendance.arrived_at = book.at(row.arrived)
    attendance.left_at = book.at(row.left)
    attendance.collaterals = row.collaterals
    attendance.note = row.note or ""
    attendance.recorded_by = str(book.staff[row.recorded_by].id)
    attendance.recorded_at = attendance.session.ends_at


def _make_up(book: Book, row: MakeupRow) -> None:
    """Say at the missed session by which visit it is made up; a visit may make up for several."""
    visit = book.attendances.get((row.attended, row.mrn))
    missed = book.attendances.get((row.missed, row.mrn))
    if visit is not None:
        visit.approved_by = str(book.staff[row.approved_by].id)
    if missed is not None:
        missed.made_up_by = visit


def _move(row: Attendance) -> AttendanceMove:
    return AttendanceMove(
        center=row.center,
        attendance=row,
        patient=row.patient,
        from_status=Status.EXPECTED,
        to_status=row.status,
        arrived_at=row.arrived_at,
        left_at=row.left_at,
        by=row.recorded_by,
        at=row.session.ends_at,
        reason=IMPORTED,
    )
