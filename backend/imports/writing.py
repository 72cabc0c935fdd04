"""Write a sound export in one transaction: the center, its people, the calendar, then who may see what."""

from collections.abc import Iterator

from django.db import connection, transaction

from backend.api import wall
from backend.api.grants import project_all
from backend.api.recorder import Actor, Event, record
from backend.imports.book import Book, Progress
from backend.imports.export import ClosureRow, Export
from backend.imports.schedule import Schedule, closed_range
from backend.imports.writing_calendar import write_attendance, write_groups, write_individual, write_sessions
from backend.imports.writing_people import write_patients, write_staff
from centers.actions import open_center
from centers.models import Center, Closure, Program, ProgramRule, Room
from centers.projection import wanted_grants as role_grants
from groups.projection import wanted_grants as roster_grants
from patients.projection import wanted_grants as care_team_grants
from reminders.models import ReminderRule

REMINDER_OFFSETS = (72, 24)


class AlreadyImportedError(Exception):
    """A center of this name is there already, with other content."""


def existing(export: Export) -> Center | None:
    """The center this very content was imported as. Raises AlreadyImportedError where the content differs."""
    center = Center.objects.filter(name=export.center.name).first()
    if center is not None and center.import_digest != export.digest():
        raise AlreadyImportedError
    return center


@transaction.atomic
def write_export(export: Export, *, by: Actor, progress: Progress) -> Center:
    """Store a sound export as a new center, with its reminders switched off; all of it or nothing.

    Raises django.db.IntegrityError where the database finds a clash that reading did not.
    """
    book = Book(export, Schedule(export), by, _center(export, by=by), progress)
    with wall.within([book.center.id]):
        _write(book)
        # A report of the next minute would else be planned for empty tables, and take minutes instead of a second.
        with connection.cursor() as cursor:
            cursor.execute("SELECT iop_count_rows()")
    return book.center


def _write(book: Book) -> None:
    """All that lies in the center, and the one entry of the log that names everybody in it."""
    _write_places(book)
    write_staff(book)
    write_patients(book)
    write_groups(book)
    write_individual(book)
    write_sessions(book)
    write_attendance(book)
    _project(book)
    patients = tuple(patient.id for patient in book.patients.values())
    counts = {"patients": len(patients), "sessions": len(book.sessions), "attendances": len(book.attendances)}
    record(
        Event(
            "import",
            kind="centers.Center",
            object_id=str(book.center.id),
            center_id=book.center.id,
            patient_ids=patients,
            details=counts,
        )
    )


def _center(export: Export, *, by: Actor) -> Center:
    row = export.center
    return open_center(
        by=by,
        name=row.name,
        discreet_name=row.discreet_name,
        timezone=row.timezone,
        week_starts_on=row.week_starts_on,
        phone=row.phone.written if row.phone else "",
        phone_e164=row.phone.e164 if row.phone else "",
        street=row.street or "",
        city=row.city or "",
        region=row.region or "",
        postal_code=row.postal_code or "",
        country=row.country,
        calendar_from=row.covers_from,
        calendar_to=row.covers_to,
        import_digest=export.digest(),
    )


def _write_places(book: Book) -> None:
    center, export = book.center, book.export
    newest = {row.code: row for row in sorted(export.programs, key=lambda row: row.effective_from)}
    programs = [Program(center=center, code=row.code, name=row.name) for row in newest.values()]
    book.programs = {program.code: program for program in book.write(Program, programs)}
    book.write(
        ProgramRule,
        [
            ProgramRule(
                center=center,
                program=book.programs[row.code],
                effective_from=row.effective_from,
                level_of_care=row.level_of_care,
                weekly_minutes_min=row.weekly_minutes_min,
                weekly_minutes_max=row.weekly_minutes_max,
                min_days=row.min_days,
                breaks_count=row.breaks_count,
                uncounted_kinds=list(row.uncounted_kinds),
            )
            for row in export.programs
        ],
    )
    rooms = [Room(center=center, code=row.code, name=row.name, capacity=row.capacity) for row in export.rooms]
    book.rooms = {room.code: room for room in book.write(Room, rooms)}
    book.write(Closure, [closure for row in export.closures for closure in _closure(book, row)])
    book.write(ReminderRule, [ReminderRule(center=center, offset_hours=hours) for hours in REMINDER_OFFSETS])


def _closure(book: Book, row: ClosureRow) -> Iterator[Closure]:
    """The closure, unless the clock skips all of it."""
    closed = closed_range(book.center.timezone, row)
    if closed:
        since, until = closed
        yield Closure(
            center=book.center,
            date=row.date,
            from_time=row.from_,
            to_time=row.to,
            starts_at=since,
            ends_at=until,
            reason=row.reason,
        )


def _project(book: Book) -> None:
    """Grants follow from the records just written: roles, care teams, rosters."""
    project_all(role_grants({book.center.id}), center_id=book.center.id)
    project_all(care_team_grants({patient.id for patient in book.patients.values()}), center_id=book.center.id)
    project_all(roster_grants({group.id for group in book.groups.values()}), center_id=book.center.id)
