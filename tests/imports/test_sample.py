"""The sample center is sound, what follows from it is as expected, and its faulty copy has the faults listed."""

import csv
import shutil
from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import pytest

from backend.imports.export import Export
from backend.imports.reading import read_export
from backend.imports.schedule import Schedule, Status
from backend.imports.tables import ATTENDED

ROOT = Path(__file__).resolve().parents[2]
HARBOR = ROOT / "backend" / "sample" / "harbor"
FAULTY = ROOT / "tests" / "data" / "harbor-faulty"
EXPECTED = ROOT / "tests" / "data" / "harbor_expected"


def expected(name: str, directory: Path = EXPECTED) -> list[dict[str, str]]:
    """The rows of a file of expected results."""
    with (directory / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def harbor() -> Export:
    export, faults = read_export(HARBOR)
    assert faults == []
    return export


def test_the_faulty_copy_has_exactly_the_faults_listed() -> None:
    _, faults = read_export(FAULTY)
    listed = [
        (row["file"], int(row["line"]), row["column"], row["kind"]) for row in expected("expected_faults.csv", FAULTY)
    ]
    assert [(fault.file, fault.line, fault.column, str(fault.kind)) for fault in faults] == sorted(listed)


def test_the_report_names_nobody() -> None:
    _, faults = read_export(FAULTY)
    report = "\n".join(map(str, faults))
    for row in expected("patients.csv", HARBOR):
        for column in ("first_name", "last_name", "email", "phone_mobile", "mrn"):
            assert not row[column] or row[column] not in report


def test_rosters_at_the_probe_dates(harbor: Export) -> None:
    rosters = Schedule(harbor).rosters
    probes = [date.fromisoformat(row["date"]) for row in expected("probe_dates.csv")]
    found = {(g.code, str(day), mrn) for g in harbor.groups for day in probes for mrn in rosters.members(g.code, day)}
    assert found == {(row["group"], row["date"], row["mrn"]) for row in expected("roster_at.csv")}


def test_phone_numbers(harbor: Export) -> None:
    found = {
        (row.mrn, column, phone.e164)
        for row in harbor.patients
        for column, phone in (("phone_mobile", row.phone_mobile), ("phone_other", row.phone_other))
        if phone
    }
    assert found == {(row["mrn"], row["column"], row["e164"]) for row in expected("phones.csv")}


def test_sessions_and_seats_of_every_group(harbor: Export) -> None:
    schedule = Schedule(harbor)
    came = {row.session for row in harbor.attendance if row.status in ATTENDED}
    planned, on, held, seats = (Counter[str]() for _ in range(4))
    for session in schedule.sessions:
        series = session.key.series
        planned[series] += 1
        if session.status is Status.SCHEDULED:
            on[series] += 1
            held[series] += session.key in came
            seats[series] += len(schedule.roster(session))
    for row in expected("attendance_summary.csv"):
        code = row["group"]
        assert (planned[code], on[code], held[code], seats[code]) == (
            int(row["sessions_planned"]),
            int(row["sessions_scheduled"]),
            int(row["sessions_took_place"]),
            int(row["seats_expected"]),
        )


def test_first_reminders_follow_from_the_schedule(harbor: Export) -> None:
    schedule = Schedule(harbor)
    known = {str(session.key) for session in schedule.sessions if session.status is Status.SCHEDULED}
    assert known >= {row["session"] for row in expected("reminders.csv")}


def test_scheduled_minutes_without_breaks(harbor: Export) -> None:
    monday = date(2026, 9, 21)
    schedule = Schedule(harbor)
    total: Counter[str] = Counter()
    for session in schedule.sessions:
        if session.status is Status.SCHEDULED and monday <= session.day < monday + timedelta(days=7):
            pause = (session.break_[1] - session.break_[0]) // timedelta(minutes=1) if session.break_ else 0
            for mrn in schedule.roster(session):
                counts = harbor.patient[mrn].program in {"IOP-EVE", "IOP-TEEN"}
                total[mrn] += session.minutes - (0 if counts else pause)
    rows = [row for row in expected("hours.csv") if row["week_start"] == str(monday)]
    assert {row["patient_mrn"]: int(row["scheduled_minutes"]) for row in rows} == {
        row["patient_mrn"]: total[row["patient_mrn"]] for row in rows
    }


def test_content_is_recognized_whatever_its_form(harbor: Export, tmp_path: Path) -> None:
    for path in HARBOR.iterdir():
        header, *lines = path.read_bytes().split(b"\r\n")
        if b'"' not in path.read_bytes():
            lines.reverse()
        body = b"\n".join([header, *lines]).replace(b",DAY-A,", b", DAY-A ,")
        (tmp_path / path.name).write_bytes(b"\xef\xbb\xbf" + body + b"\n\n")
    again, faults = read_export(tmp_path)
    assert faults == []
    assert again.digest() == harbor.digest()


def test_changed_content_is_recognized_as_such(harbor: Export, tmp_path: Path) -> None:
    shutil.copytree(HARBOR, tmp_path, dirs_exist_ok=True)
    rooms = tmp_path / "rooms.csv"
    rooms.write_bytes(rooms.read_bytes().replace(b"R9,Family room,8", b"R9,Family room,9"))
    changed, faults = read_export(tmp_path)
    assert faults == []
    assert changed.digest() != harbor.digest()


def test_progress_is_told_to_its_end() -> None:
    steps: list[tuple[str, int, int]] = []
    read_export(HARBOR, lambda name, done, total: steps.append((name, done, total)))
    assert steps[-1][1] == steps[-1][2] == len(steps) - 1
