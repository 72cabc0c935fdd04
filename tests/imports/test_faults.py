"""Each fault put into a sound center is reported, at its place, and no other row is."""

import random
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backend.imports.reading import read_export
from tests.imports.generator import Center, sound_center
from tests.imports.mutations import (
    MUTATIONS,
    REFERENCES,
    Expected,
    Mutation,
    required,
    spoil,
    unknown_reference,
    unreadable,
)

SEEDS = st.integers(0, 2**32)
BRIEF = settings(
    max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], derandomize=True
)


def reported(center: Center, directory: Path) -> tuple[set[tuple[str, int, str, str]], dict[int, int]]:
    """Write a center, read it, and return what is held against it and where its rows stand."""
    lines = center.write(directory)
    _, faults = read_export(directory)
    return {(fault.file, fault.line, fault.column, str(fault.kind)) for fault in faults}, lines


def check(seed: int, directory: Path, mutate: Callable[[Center, random.Random], Expected]) -> None:
    """Put one fault into the center of a seed, and assert that it alone is found."""
    rng = random.Random(seed)
    center = sound_center(rng)
    file, row, column, kind = mutate(center, rng)
    found, lines = reported(center, directory)
    assert found == {(file, lines[id(row)], column, kind)}


@given(seed=SEEDS)
@settings(BRIEF, max_examples=30)
def test_sound_centers_have_no_fault(seed: int, tmp_path: Path) -> None:
    found, _ = reported(sound_center(random.Random(seed)), tmp_path)
    assert found == set()


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.__name__)
@given(seed=SEEDS)
@BRIEF
def test_a_fault_is_found_alone(mutation: Mutation, seed: int, tmp_path: Path) -> None:
    check(seed, tmp_path, mutation)


@pytest.mark.parametrize(("file", "column", "kind"), list(unreadable()))
@given(seed=SEEDS)
@BRIEF
def test_an_unreadable_cell_is_found_alone(file: str, column: str, kind: str, seed: int, tmp_path: Path) -> None:
    check(seed, tmp_path, lambda center, rng: spoil(center, rng, file, column, kind))


@pytest.mark.parametrize("place", REFERENCES)
@given(seed=SEEDS)
@BRIEF
def test_a_name_of_nothing_is_found_alone(place: str, seed: int, tmp_path: Path) -> None:
    check(seed, tmp_path, lambda center, rng: unknown_reference(center, rng, place))


@pytest.mark.parametrize(("file", "column"), list(required()))
@given(seed=SEEDS)
@BRIEF
def test_an_empty_cell_is_found_alone(file: str, column: str, seed: int, tmp_path: Path) -> None:
    def empty(center: Center, rng: random.Random) -> Expected:
        row = rng.choice(center.files[file])
        row[column] = "  "
        return file, row, column, "missing_value"

    check(seed, tmp_path, empty)


@given(seed=SEEDS)
@settings(BRIEF, max_examples=40)
def test_faults_in_many_rows_are_found_together(seed: int, tmp_path: Path) -> None:
    rng = random.Random(seed)
    center = sound_center(rng)
    cells = [cell for cell in unreadable() if cell[0] not in ("center.csv", "blocks.csv", "individual.csv")]
    put = [spoil(center, rng, *cell) for cell in rng.sample(cells, 3)]
    found, lines = reported(center, tmp_path)
    assert found == {(file, lines[id(row)], column, kind) for file, row, column, kind in put}


def test_a_faulty_row_books_nothing_and_starts_no_complaint(tmp_path: Path) -> None:
    center = sound_center(random.Random(3))
    other = dict(center.files["individual.csv"][0])
    spoiled = center.add("individual.csv", **(other | {"code": "X1", "start": "04:00", "minutes": "sixty"}))
    center.add("individual.csv", **(other | {"code": "X2", "start": "04:00"}))
    found, lines = reported(center, tmp_path)
    assert found == {("individual.csv", lines[id(spoiled)], "minutes", "bad_number")}


def test_a_second_row_of_a_faulty_row_is_no_duplicate(tmp_path: Path) -> None:
    center = sound_center(random.Random(4))
    first = center.add("rooms.csv", code="R9", name="x", capacity="many")
    center.add("rooms.csv", code="R9", name="x", capacity="4")
    found, lines = reported(center, tmp_path)
    assert found == {("rooms.csv", lines[id(first)], "capacity", "bad_number")}


def test_sessions_of_a_faulty_block_are_not_unknown(tmp_path: Path) -> None:
    center = sound_center(random.Random(5))
    block = next(row for row in center.files["blocks.csv"] if row["group"] == "G1")
    block["start"] = "half past nine"
    found, lines = reported(center, tmp_path)
    assert found == {("blocks.csv", lines[id(block)], "start", "bad_time")}


def test_touching_ends_are_no_clash(tmp_path: Path) -> None:
    center = sound_center(random.Random(6))
    other = next(row for row in center.files["individual.csv"] if row["start"] == "20:00")
    center.add("individual.csv", **(other | {"code": "X", "start": "21:00"}))
    center.add("individual.csv", **(other | {"code": "Y", "start": "20:00", "valid_from": str(center.covers_to)}))
    assert reported(center, tmp_path)[0] == set()


def test_a_seat_is_free_on_the_day_it_is_left(tmp_path: Path) -> None:
    center = sound_center(random.Random(7))
    for mrn, start, end in (("00003", "20", "22"), ("00006", "20", "24"), ("00000", "22", "24")):
        center.add("enrollments.csv", group="G1", mrn=mrn, from_=f"2025-12-{start}", to=f"2025-12-{end}")
    assert reported(center, tmp_path)[0] == set()
