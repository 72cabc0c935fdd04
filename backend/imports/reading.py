"""Reads a directory of CSV files into an export, and names every row at fault."""

from collections.abc import Callable
from pathlib import Path

from backend.imports import row_checks
from backend.imports.booking_checks import BookingChecks
from backend.imports.export import Export
from backend.imports.faults import Fault
from backend.imports.pruning import sound_export
from backend.imports.schedule_checks import schedule_faults
from backend.imports.session_checks import SessionChecks
from backend.imports.survey import Survey

Progress = Callable[[str, int, int], None]


def read_export(directory: Path, progress: Progress | None = None) -> tuple[Export, list[Fault]]:
    """Return the rows of an export and all that is wrong with it, sorted by file and line.

    Never stops at the first fault. The export holds only rows that are sound and refer to sound rows, so it can be used
    even if there are faults. `progress` is told what is being done, how many steps are done, and of how many.
    Raises OSError if a file is there but cannot be read.
    """
    tell = progress or (lambda _name, _done, _total: None)
    tell("reading the files", 0, 4)
    survey = Survey(directory)
    tell("checking rows and references", 1, 4)
    for check in _ROW_CHECKS:
        check(survey)
    tell("checking bookings and seats", 2, 4)
    BookingChecks(survey).run()
    tell("checking sessions and attendance", 3, 4)
    SessionChecks(survey).run()
    export = sound_export(survey)
    tell("checked", 4, 4)
    return export, sorted(set(survey.faults or schedule_faults(export)))


_ROW_CHECKS = (
    row_checks.check_center,
    row_checks.check_programs,
    row_checks.check_rooms,
    row_checks.check_closures,
    row_checks.check_staff,
    row_checks.check_patients,
    row_checks.check_leaves,
    row_checks.check_groups,
)
