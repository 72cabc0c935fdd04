"""Whatever a directory holds, reading it ends with a report, never with an exception."""

import random
import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backend.imports.csv_text import RawRow, raw_rows
from backend.imports.export import Export
from backend.imports.faults import Fault, Kind
from backend.imports.reading import read_export
from tests.imports.generator import HEADERS, sound_center


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    """A directory with a sound center."""
    sound_center(random.Random(1)).write(tmp_path)
    return tmp_path


def places(directory: Path) -> list[tuple[str, int, str, str]]:
    """What is held against an export."""
    return [(fault.file, fault.line, fault.column, str(fault.kind)) for fault in read_export(directory)[1]]


def edit(path: Path, old: bytes, new: bytes) -> None:
    """Replace bytes that stand in a file once or more."""
    content = path.read_bytes()
    assert old in content
    path.write_bytes(content.replace(old, new, 1))


def test_an_empty_directory_lacks_every_file(tmp_path: Path) -> None:
    assert places(tmp_path) == sorted((name, 1, "", "missing_file") for name in HEADERS)


def test_a_directory_that_is_not_there_lacks_every_file(tmp_path: Path) -> None:
    assert len(places(tmp_path / "nowhere")) == len(HEADERS)


def test_empty_files_lack_their_header(tmp_path: Path) -> None:
    for name in HEADERS:
        (tmp_path / name).touch()
    assert places(tmp_path) == sorted((name, 1, "", "missing_file") for name in HEADERS)


def test_files_of_a_header_only_lack_the_center(tmp_path: Path) -> None:
    for name, header in HEADERS.items():
        (tmp_path / name).write_text(header.replace(" ", ",") + "\r\n", encoding="utf-8")
    assert places(tmp_path) == [("center.csv", 1, "name", "missing_value")]


@pytest.mark.parametrize("name", sorted(HEADERS))
def test_a_missing_file_is_reported_and_nothing_that_refers_to_it(directory: Path, name: str) -> None:
    (directory / name).unlink()
    assert places(directory) == [(name, 1, "", "missing_file")]


def test_a_header_is_judged_column_by_column(directory: Path) -> None:
    edit(directory / "rooms.csv", b"code,name,capacity", b"code,code,Name")
    assert places(directory) == [
        ("rooms.csv", 1, "", "unknown_column"),
        ("rooms.csv", 1, "capacity", "missing_column"),
        ("rooms.csv", 1, "code", "duplicate_column"),
        ("rooms.csv", 1, "name", "missing_column"),
    ]


def test_a_second_center_is_one_too_many(directory: Path) -> None:
    path = directory / "center.csv"
    path.write_bytes(path.read_bytes() + path.read_bytes().split(b"\r\n")[1] + b"\r\n")
    assert places(directory) == [("center.csv", 3, "name", "duplicate_key")]


def test_columns_may_stand_in_any_order(directory: Path) -> None:
    path = directory / "rooms.csv"
    rows = [row.cells or [] for row in raw_rows(path.read_text(encoding="utf-8"))]
    path.write_text("".join(f'{row[2]},{row[0]},"x"\n' for row in rows).replace('"x"', "name", 1), encoding="utf-8")
    assert places(directory) == []


def test_a_byte_order_mark_and_lone_line_feeds_are_taken(tmp_path: Path) -> None:
    sound_center(random.Random(2)).write(tmp_path, newline="\n")
    path = tmp_path / "staff.csv"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes() + b"\n\n")
    assert places(tmp_path) == []


def test_an_open_quote_costs_its_own_row_only(directory: Path) -> None:
    path = directory / "rooms.csv"
    path.write_bytes(path.read_bytes() + b'R7,"open,3\r\nR8,"fine",4\r\nR8,"x"y,4\r\n')
    line = path.read_bytes().split(b"R7", maxsplit=1)[0].count(b"\n") + 1
    assert places(directory) == [("rooms.csv", line, "", "column_count"), ("rooms.csv", line + 2, "", "column_count")]


def test_a_huge_cell_is_read(directory: Path) -> None:
    edit(directory / "attendance.csv", b"came late", b"x" * 3_000_000)
    assert places(directory) == []


def test_text_the_database_has_no_room_for_is_reported(directory: Path) -> None:
    edit(directory / "closures.csv", b"early", b"x" * 501)
    assert [(file, column, kind) for file, _, column, kind in places(directory)] == [
        ("closures.csv", "reason", "too_long")
    ]


def test_a_file_of_another_encoding_is_reported_by_its_header(directory: Path) -> None:
    path = directory / "leaves.csv"
    path.write_bytes(path.read_text(encoding="utf-8").encode("utf-16"))
    assert {(file, line) for file, line, _, _ in places(directory)} == {("leaves.csv", 1)}


def test_faulty_rows_and_what_counts_on_them_are_not_in_the_export(directory: Path) -> None:
    edit(directory / "staff.csv", b"staff1@example.org", b"staff1@example.org\xff")
    export, faults = read_export(directory)
    assert {fault.kind for fault in faults} >= {Kind.NOT_UTF8}
    assert export.staff
    assert all(row.email != "staff1@example.org" for row in export.staff)
    assert "G1" not in export.group


@given(st.lists(st.lists(st.text(st.characters(exclude_characters="\r\0", exclude_categories=["Cs"])), min_size=2)))
@settings(deadline=None)
def test_quoted_rows_read_back_and_know_their_line(rows: list[list[str]]) -> None:
    lines, text = [], ""
    for cells in rows:
        lines.append(text.count("\n") + 1)
        text += ",".join('"' + cell.replace('"', '""') + '"' for cell in cells) + "\r\n"
    expected = [RawRow(line, [cell.strip() for cell in cells]) for line, cells in zip(lines, rows, strict=True)]
    assert list(raw_rows(text)) == expected


@given(seed=st.integers(0, 10_000), where=st.floats(0, 1), noise=st.binary(min_size=1, max_size=8))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_noise_in_a_file_never_ends_in_an_exception(seed: int, where: float, noise: bytes, tmp_path: Path) -> None:
    shutil.rmtree(tmp_path)
    tmp_path.mkdir()
    sound_center(random.Random(7)).write(tmp_path)
    path = tmp_path / sorted(HEADERS)[seed % len(HEADERS)]
    content = path.read_bytes()
    cut = int(where * len(content))
    path.write_bytes(content[:cut] + noise + content[cut + len(noise) :])
    export, faults = read_export(tmp_path)
    assert isinstance(export, Export)
    assert all(isinstance(fault, Fault) for fault in faults)


def test_a_fault_reads_as_place_and_message() -> None:
    assert str(Fault("a.csv", 3, "to", Kind.BAD_DATE, "x")) == "a.csv:3 to: bad_date: x"
    assert str(Fault("a.csv", 3, "", Kind.COLUMN_COUNT, "x")) == "a.csv:3: column_count: x"
