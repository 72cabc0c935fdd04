"""One file of an export while it is being judged: its rows, and what is held against them."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any, Generic, TypeVar

from backend.imports.cells import CellError, shown
from backend.imports.csv_text import decode, is_utf8, raw_rows
from backend.imports.export import Row, covers
from backend.imports.faults import Fault, Kind
from backend.imports.tables import Column, Table

R = TypeVar("R", bound=Row)


class Record(Generic[R]):
    """A row of a file. `row` is there if every cell was readable, `values` holds the cells that were."""

    __slots__ = ("faulty", "line", "row", "values")

    def __init__(self, line: int, values: dict[str, Any], row: R | None) -> None:
        """Start as a row without fault, unless a cell could not be read."""
        self.line = line
        self.values = values
        self.row = row
        self.faulty = row is None

    def says(self, **wanted: object) -> bool:
        """Whether the row has these values, readably."""
        return all(name in self.values and self.values[name] == value for name, value in wanted.items())

    def could_say(self, **wanted: object) -> bool:
        """Whether the row, for all that is readable of it, may have these values."""
        return all(name not in self.values or self.values[name] == value for name, value in wanted.items())

    def could_cover(self, first: str, last: str, day: date) -> bool:
        """Whether its pair of dates may hold a day; a reversed pair says nothing about what was meant."""
        start, end = self.values.get(first), self.values.get(last)
        return (start is not None and end is not None and end <= start) or covers(start, end, day)


class Sheet(Generic[R]):
    """A file read whole. Where it is missing, or its header is wrong, nothing that refers to it is held against it."""

    def __init__(self, table: Table[R], faults: list[Fault]) -> None:
        """Begin without rows."""
        self.table = table
        self.faults = faults
        self.records: list[Record[R]] = []
        self.readable = True

    def fault(self, record: Record[R], column: str, kind: Kind, message: str) -> None:
        """Hold something against a row."""
        record.faulty = True
        self.faults.append(Fault(self.table.file, record.line, column, kind, message))

    def sound(self) -> Iterator[tuple[Record[R], R]]:
        """Yield the rows with nothing against them so far, in the order of the file."""
        for record in self.records:
            if record.row is not None and not record.faulty:
                yield record, record.row

    def faulty(self) -> Iterator[Record[R]]:
        """Yield the rows with something against them."""
        return (record for record in self.records if record.faulty)

    def read(self, directory: Path) -> None:
        """Read the file, holding against each row what its cells alone show."""
        path = directory / self.table.file
        if not path.is_file():
            self._refuse(1, Kind.MISSING_FILE, "the file is not there, expected it in the directory")
            return
        rows = raw_rows(decode(path.read_bytes()))
        header = next(rows, None)
        if header is None:
            self._refuse(1, Kind.MISSING_FILE, "the file is empty, expected a header row")
            return
        columns = self._columns(header.cells or [])
        if self.readable:
            for line, cells in rows:
                self._add(line, cells, columns)

    def _refuse(self, line: int, kind: Kind, message: str, column: str = "") -> None:
        """Hold something against the file as a whole."""
        self.readable = False
        self.faults.append(Fault(self.table.file, line, column, kind, message))

    def _columns(self, header: list[str]) -> list[Column]:
        """Match the header, in whatever order, with the columns of the table."""
        known = {column.name: column for column in self.table.columns}
        for position, name in enumerate(header, start=1):
            if name not in known:
                self._refuse(1, Kind.UNKNOWN_COLUMN, f"cell {position} of the header names no column of this file")
            elif name in header[: position - 1]:
                self._refuse(1, Kind.DUPLICATE_COLUMN, "the column stands twice, expected it once", name)
        for name in known.keys() - set(header):
            self._refuse(1, Kind.MISSING_COLUMN, "the header has no such column, expected it", name)
        return [known[name] for name in header if name in known]

    def _add(self, line: int, cells: list[str] | None, columns: list[Column]) -> None:
        """Read one row."""
        if cells is None or len(cells) != len(columns):
            self._add_torn(line, cells, columns)
            return
        values: dict[str, Any] = {}
        wrong: list[tuple[Column, Kind, str]] = []
        for column, cell in zip(columns, cells, strict=True):
            wrong.extend((column, kind, message) for kind, message in _read(column, cell, values))
        record = Record(line, values, None if wrong else self._make(line, values, columns))
        for column, kind, message in wrong:
            self.fault(record, column.name, kind, message)
        self.records.append(record)

    def _add_torn(self, line: int, cells: list[str] | None, columns: list[Column]) -> None:
        """Read a row of the wrong length; what still reads is kept for those that refer to it."""
        record: Record[R] = Record(line, {}, None)
        found = "quotes that do not match" if cells is None else f"{len(cells)} cells"
        self.fault(record, "", Kind.COLUMN_COUNT, f"the row has {found}, expected {len(columns)} cells")
        for column, cell in zip(columns, cells or (), strict=False):
            _read(column, cell, record.values)
        self.records.append(record)

    def _make(self, line: int, values: dict[str, Any], columns: list[Column]) -> R:
        """Make the typed row."""
        return self.table.make(line=line, **{column.field: values[column.name] for column in columns})


def _read(column: Column, cell: str, values: dict[str, Any]) -> list[tuple[Kind, str]]:
    """Put the value of a cell in its place; return what is wrong with it instead, if something is."""
    if not is_utf8(cell):
        return [(Kind.NOT_UTF8, "the cell holds bytes that are no text, expected UTF-8 without NUL")]
    if not cell:
        if column.required:
            return [(Kind.MISSING_VALUE, "the cell is empty, expected a value")]
        values[column.name] = column.empty
        return []
    try:
        values[column.name] = column.read(cell)
    except CellError as fault:
        return [(kind, f"{shown(cell, kind)} does not read, {fault.expected}") for kind in fault.kinds]
    return []
