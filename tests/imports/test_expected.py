"""The sample center imported for real: every row of its expected results, from the commands people run."""

import csv
import io
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction

from backend.api.recorder import Actor, acting_as
from backend.imports.reading import read_export
from backend.imports.writing import write_export
from centers.models import Center
from patients.models import ContactPoint, Patient
from scheduling.models import Attendance, Session

ROOT = Path(__file__).resolve().parents[2]
SAMPLE = ROOT / "backend" / "sample" / "harbor"
EXPECTED = ROOT / "tests" / "data" / "harbor_expected"
HARBOR = "Harbor Point Recovery, LLC"
WINDOW = ("--center", HARBOR, "--from", "2026-09-14", "--to", "2026-12-07")

pytestmark = pytest.mark.xdist_group("harbor")


def table(text: str) -> tuple[list[str], Counter[tuple[str, ...]]]:
    header, *rows = csv.reader(io.StringIO(text, newline=""))
    return header, Counter(map(tuple, rows))


def expected(name: str) -> tuple[list[str], Counter[tuple[str, ...]]]:
    return table((EXPECTED / f"{name}.csv").read_bytes().decode())


def output(*command: str) -> str:
    out = io.StringIO()
    call_command(*command, stdout=out)
    return out.getvalue()


@pytest.fixture(scope="module")
def imported(django_db_setup: None, django_db_blocker: Any) -> Iterator[Center]:
    """The sample in the database for all tests of this module, whose own transactions lie within this one."""
    with django_db_blocker.unblock(), transaction.atomic():
        export, faults = read_export(SAMPLE)
        assert not faults
        with acting_as(Actor("system:tests", "the tests")) as context:
            yield write_export(export, by=context.actor, progress=lambda _rows: None)
        transaction.set_rollback(True)


@pytest.fixture
def harbor(imported: Center, db: None) -> Center:
    return imported


@pytest.mark.parametrize(
    ("command", "name"),
    [("weekly_hours", "hours"), ("attendance_summary", "attendance_summary"), ("planned_reminders", "reminders")],
)
def test_reports_equal_the_expected_ones_on_every_row(harbor: Center, command: str, name: str) -> None:
    assert table(output(command, *WINDOW)) == expected(name)


def test_rosters_equal_the_expected_ones_at_every_probe_date(harbor: Center) -> None:
    header, wanted = expected("roster_at")
    found: Counter[tuple[str, ...]] = Counter()
    for day, _why in expected("probe_dates")[1]:
        probed, rows = table(output("roster_at", "--center", HARBOR, "--at", day))
        assert probed == header
        found += rows
    assert found == wanted


def test_phones_are_stored_as_they_are_dialed(harbor: Center) -> None:
    columns = {"mobile": "phone_mobile", "other_phone": "phone_other"}
    phones = ContactPoint.objects.filter(kind__in=columns).values_list("patient__mrn", "kind", "normalized")
    assert Counter((mrn, columns[kind], value) for mrn, kind, value in phones) == expected("phones")[1]


def test_importing_the_same_directory_twice_changes_nothing(harbor: Center) -> None:
    before = (Patient.objects.count(), Session.objects.count(), Attendance.objects.count())
    output("import_center", str(SAMPLE))
    assert (Patient.objects.count(), Session.objects.count(), Attendance.objects.count()) == before
    assert Center.objects.get(name=HARBOR).import_digest == harbor.import_digest


@pytest.mark.usefixtures("harbor")
def test_an_imported_center_has_the_grants_its_records_want() -> None:
    assert output("check_grants") == ""


def test_reminders_are_off_after_an_import(harbor: Center) -> None:
    assert harbor.sending_since is None


@pytest.mark.parametrize("command", ["weekly_hours", "attendance_summary", "planned_reminders"])
def test_a_report_of_an_unknown_center_says_so(db: None, command: str) -> None:
    with pytest.raises(CommandError, match="no center named 'Nowhere'"):
        call_command(command, "--center", "Nowhere", "--from", "2026-09-14", "--to", "2026-12-07")


def test_a_reversed_window_is_refused(harbor: Center) -> None:
    with pytest.raises(CommandError, match="half-open"):
        call_command("weekly_hours", "--center", HARBOR, "--from", "2026-12-07", "--to", "2026-09-14")


def test_texts_and_notes_survive_the_import(harbor: Center) -> None:
    with (SAMPLE / "attendance.csv").open(encoding="utf-8", newline="") as file:
        notes = Counter(row["note"].strip() for row in csv.DictReader(file) if row["note"].strip())
    assert Counter(Attendance.objects.exclude(note="").values_list("note", flat=True)) == notes
