"""Exports of invented centers imported by the real command: every row of every report as the oracle has it."""

import csv
import io
import os
from collections import Counter
from pathlib import Path

import pytest
from django.core.management import call_command

from tests.imports.oracle import DAY, Lines, Oracle, rows_of
from tests.imports.troubled import troubled_center

DATA = Path(__file__).resolve().parents[1] / "data"
SAMPLE = Path(__file__).resolve().parents[2] / "backend" / "sample" / "harbor"
# More centers by IOP_TEST_CENTERS=100; a failing seed fails again alone.
SEEDS = range(int(os.environ.get("IOP_TEST_CENTERS", "14")))


def output(*command: str) -> Lines:
    """The rows a report command prints, without the header."""
    out = io.StringIO()
    call_command(*command, stdout=out)
    return Counter(map(tuple, list(csv.reader(io.StringIO(out.getvalue(), newline="")))[1:]))


def expected(name: str) -> Lines:
    return Counter(tuple(row.values()) for row in rows_of(DATA / "harbor_expected" / f"{name}.csv"))


def test_the_oracle_itself_agrees_with_the_sample() -> None:
    oracle = Oracle(SAMPLE)
    assert oracle.hours() == expected("hours")
    assert oracle.attendance_summary() == expected("attendance_summary")
    assert oracle.reminders() == expected("reminders")


@pytest.mark.parametrize("seed", SEEDS)
def test_reports_of_any_center_are_as_the_rules_say(db: None, tmp_path: Path, seed: int) -> None:
    troubled_center(seed, tmp_path)
    oracle = Oracle(tmp_path)
    call_command("import_center", str(tmp_path))
    name = ("--center", oracle.center["name"])
    window = (*name, "--from", str(oracle.first), "--to", str(oracle.last))
    assert output("weekly_hours", *window) == oracle.hours()
    assert output("attendance_summary", *window) == oracle.attendance_summary()
    assert output("planned_reminders", *window) == oracle.reminders()
    for day in (oracle.first, oracle.first + 11 * DAY, oracle.last - DAY, oracle.last + 3 * DAY):
        assert output("roster_at", *name, "--at", str(day)) == oracle.roster_at(day)
