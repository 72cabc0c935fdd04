"""All files of an export while they are being judged, and the questions every check asks of them."""

from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

from backend.imports import tables
from backend.imports.cells import FAR_AHEAD, LONG_AGO
from backend.imports.export import GroupRow, PatientRow, Row
from backend.imports.faults import Fault, Kind
from backend.imports.sheets import Record, Sheet

R = TypeVar("R", bound=Row)


class Survey:
    """The files, read; what has been held against them so far."""

    def __init__(self, directory: Path) -> None:
        """Read all files. The center comes first, since its country is that of all phone numbers."""
        self.faults: list[Fault] = []
        self.directory = directory
        self.center = self._read_center()
        self.programs = self._read(tables.PROGRAMS)
        self.rooms = self._read(tables.ROOMS)
        self.closures = self._read(tables.CLOSURES)
        self.staff = self._read(tables.STAFF)
        self.patients = self._read(tables.patients(self._center_value("country")))
        self.leaves = self._read(tables.LEAVES)
        self.groups = self._read(tables.GROUPS)
        self.blocks = self._read(tables.BLOCKS)
        self.enrollments = self._read(tables.ENROLLMENTS)
        self.individual = self._read(tables.INDIVIDUAL)
        self.exceptions = self._read(tables.EXCEPTIONS)
        self.attendance = self._read(tables.ATTENDANCE)
        self.makeups = self._read(tables.MAKEUPS)

    def _read(self, table: tables.Table[R]) -> Sheet[R]:
        """Read one file."""
        sheet = Sheet(table, self.faults)
        sheet.read(self.directory)
        return sheet

    def _read_center(self) -> Sheet[Any]:
        """Read the center's file: once for its country, and again with it, for its own phone number."""
        first = Sheet(tables.center(None), [])
        first.read(self.directory)
        home = first.records[0].values.get("country") if first.records else None
        return self._read(tables.center(home))

    def _center_value(self, column: str) -> Any:
        """Return a value of the center's row if it is readable, even if others are not."""
        return self.center.records[0].values.get(column) if self.center.records else None

    @property
    def zone(self) -> str:
        """The center's zone; UTC where it cannot be read."""
        return self._center_value("timezone") or "UTC"

    @cached_property
    def covered(self) -> tuple[date, date]:
        """The exported days, half-open; all days where they cannot be read."""
        first, last = self._center_value("covers_from"), self._center_value("covers_to")
        return (first, last) if first and last and first < last else (LONG_AGO, FAR_AHEAD)

    @cached_property
    def sound_patients(self) -> dict[str, PatientRow]:
        """Patients with nothing against them; to be asked for when the file has been judged."""
        return {row.mrn: row for _, row in self.patients.sound()}

    @cached_property
    def sound_groups(self) -> dict[str, GroupRow]:
        """Groups with nothing against them; to be asked for when the file has been judged."""
        return {row.code: row for _, row in self.groups.sound()}

    @cached_property
    def _names(self) -> dict[str, set[object]]:
        """The first part of the key of every row, at fault or not, by file."""
        keyed: tuple[Sheet[Any], ...] = (
            self.programs, self.rooms, self.staff, self.patients, self.groups, self.individual
        )  # fmt: skip
        return {
            sheet.table.file: {record.values.get(sheet.table.key[0]) for record in sheet.records} for sheet in keyed
        }

    def known(self, target: Sheet[Any], name: str) -> bool:
        """Whether a file has a row of this name, were it at fault; a file that cannot be read may have any."""
        return not target.readable or name in self._names[target.table.file]

    def refer(self, sheet: Sheet[R], record: Record[R], column: str, target: Sheet[Any]) -> None:
        """Hold it against a row if a cell names a row of another file that does not exist."""
        value = record.values[column]
        names = value if isinstance(value, tuple) else () if value is None else (value,)
        if not all(self.known(target, name) for name in names):
            message = f"the cell names no row of {target.table.file}, expected one that exists"
            sheet.fault(record, column, Kind.UNKNOWN_REFERENCE, message)
