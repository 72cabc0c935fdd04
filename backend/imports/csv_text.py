"""RFC 4180 text cut into rows, each with the physical line it begins on, whatever the text holds."""

import re
from collections.abc import Iterator
from typing import NamedTuple

# Possessive, so that an unclosed quote in a large file is given up after one pass.
_QUOTED = re.compile(r'"([^"]*+(?:""[^"]*+)*+)"[ \t]*+(?=[,\r\n]|$)')
_BARE = re.compile(r"[^,\n]*+")
# What stands for bytes that were no UTF-8; and NUL, which no text column can store.
_NO_TEXT = re.compile("[\0\ud800-\udfff]")


class RawRow(NamedTuple):
    """The stripped cells of a row; None where its quotes do not match."""

    line: int
    cells: list[str] | None


def decode(content: bytes) -> str:
    """Decode UTF-8, with or without a byte-order mark; bytes that are none become lone surrogates, see `is_utf8`."""
    return content.decode("utf-8", "surrogateescape").removeprefix("\ufeff")


def is_utf8(cell: str) -> bool:
    """Whether a cell was UTF-8 without NUL."""
    return _NO_TEXT.search(cell) is None


def raw_rows(text: str) -> Iterator[RawRow]:
    """Yield all rows, the header too; empty lines are passed over.

    A row whose quotes do not match is taken to end with its line, so that one slip does not swallow the file.
    """
    position, line = 0, 1
    while position < len(text):
        end = text.find("\n", position)
        end = len(text) if end < 0 else end
        if '"' not in text[position:end]:
            cells: list[str] | None = [cell.strip() for cell in text[position:end].split(",")]
        elif (quoted := _quoted_row(text, position)) is None:
            cells = None
        else:
            cells, end = quoted
        if cells != [""]:
            yield RawRow(line, cells)
        line += text.count("\n", position, end) + 1
        position = end + 1


def _quoted_row(text: str, position: int) -> tuple[list[str], int] | None:
    """Return the cells of the row at `position` and where it ends, or None if its quotes do not match."""
    cells: list[str] = []
    while True:
        quoted = text.startswith('"', position)
        match = (_QUOTED if quoted else _BARE).match(text, position)
        if match is None:
            return None
        cells.append((match[1].replace('""', '"') if quoted else match[0]).strip())
        position = match.end()
        if text.startswith("\r\n", position):
            position += 1
        if not text.startswith(",", position):
            return cells, position
        position += 1
