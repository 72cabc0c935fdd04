"""Each fault put into a sound center is reported, at its place, and no other row is."""

import random
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backend.imports.booking_checks import Slot, clash
from backend.imports.reading import read_export
from tests.imports.generator import Cells, Center, sound_center, starts
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


def _late_marks(center: Center) -> tuple[Cells, list[tuple[str, str]]]:
    row = center.add("attendance.csv", series="G9", original_start=starts(center, "G0")[0], mrn="00000",
                     status="present", recorded_by="staff0@example.org")  # fmt: skip
    return row, [("series", "unknown_reference"), ("original_start", "unknown_session")]


def _visit_to_an_individual_session(center: Center) -> tuple[Cells, list[tuple[str, str]]]:
    row = center.files["makeups.csv"][0]
    row |= {"attended_series": "I2", "attended_start": starts(center, "I2")[0]}
    center.files["attendance.csv"].pop()
    return row, [("attended_series", "unknown_reference")]


def _break_without_length(center: Center) -> tuple[Cells, list[tuple[str, str]]]:
    row = center.files["blocks.csv"][0]
    row["break_minutes"] = ""
    return row, [("break_minutes", "missing_value")]


def _break_without_start(center: Center) -> tuple[Cells, list[tuple[str, str]]]:
    row = center.files["blocks.csv"][0]
    row["break_start"] = ""
    return row, [("break_start", "missing_value")]


def _discharge_without_day(center: Center) -> tuple[Cells, list[tuple[str, str]]]:
    row = next(row for row in center.files["patients.csv"] if not row["discharged_on"])
    row["discharge_reason"] = "3"
    return row, [("discharged_on", "missing_value")]


def _move_to_nowhere(center: Center) -> tuple[Cells, list[tuple[str, str]]]:
    row = next(row for row in center.files["exceptions.csv"] if row["action"] == "moved")
    row |= {"new_start": "", "new_room": ""}
    return row, [("new_start", "missing_value")]


def _substitute_for_nobody(center: Center) -> tuple[Cells, list[tuple[str, str]]]:
    row = next(row for row in center.files["exceptions.csv"] if row["action"] == "substitute")
    row["replaces"] = ""
    return row, [("replaces", "missing_value")]


def _second_cancellation(center: Center) -> tuple[Cells, list[tuple[str, str]]]:
    row = dict(next(row for row in center.files["exceptions.csv"] if row["action"] == "cancelled"))
    center.files["exceptions.csv"].append(row)
    return row, [("action", "duplicate_key")]


def _enrollment_past_discharge(center: Center) -> tuple[Cells, list[tuple[str, str]]]:
    row = next(row for row in center.files["enrollments.csv"] if row["to"])
    row["to"] = str(center.covers_to)
    return row, [("from", "outside_admission"), ("to", "outside_admission")]


@pytest.mark.parametrize(
    "mutate",
    [
        _late_marks,
        _visit_to_an_individual_session,
        _break_without_length,
        _break_without_start,
        _discharge_without_day,
        _move_to_nowhere,
        _substitute_for_nobody,
        _second_cancellation,
        _enrollment_past_discharge,
    ],
)
def test_what_the_list_of_kinds_leaves_open(
    mutate: Callable[[Center], tuple[Cells, list[tuple[str, str]]]], tmp_path: Path
) -> None:
    center = sound_center(random.Random(8))
    row, expected = mutate(center)
    found, lines = reported(center, tmp_path)
    assert {(line, column, kind) for _, line, column, kind in found} == {(lines[id(row)], *one) for one in expected}


def test_a_move_to_another_room_needs_no_new_start(tmp_path: Path) -> None:
    center = sound_center(random.Random(9))
    next(row for row in center.files["exceptions.csv"] if row["action"] == "moved")["new_start"] = ""
    assert reported(center, tmp_path)[0] == set()


def _slot(drawn: tuple[int, int, int, int, int]) -> Slot:
    weekday, start, minutes, first, days = drawn
    begin = date(2026, 1, 1) + timedelta(days=first)
    return Slot(weekday, start, minutes, begin, begin + timedelta(days=days), "")


SLOTS = st.tuples(*(st.integers(*pair) for pair in ((0, 6), (0, 1439), (1, 1440), (0, 20), (1, 25)))).map(_slot)


@given(SLOTS, SLOTS)
@settings(max_examples=400, deadline=None)
def test_weekly_bookings_clash_when_two_of_their_days_do(one: Slot, other: Slot) -> None:
    def spans(slot: Slot) -> list[tuple[int, int]]:
        days = ((slot.first + timedelta(days=n)) for n in range((slot.last - slot.first).days))
        begins = [day.toordinal() * 1440 + slot.start for day in days if day.weekday() == slot.weekday]
        return [(begin, begin + slot.minutes) for begin in begins]

    brute = any(a < d and c < b for a, b in spans(one) for c, d in spans(other))
    assert clash(one, other) == clash(other, one) == brute
