"""The command `planned_reminders` on the imported sample center: equal on every row, whole and day by day."""

import csv
import datetime as dt
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from backend.settings import BASE_DIR
from centers.models import Center
from reminders.models import Reminder
from reminders.planning import planned

FIRST, LAST = dt.date(2026, 9, 14), dt.date(2026, 12, 7)
EXPECTED = Path(BASE_DIR) / "tests/data/harbor_expected/reminders.csv"


@pytest.fixture
def harbor(db: None) -> Center:
    call_command("import_center", str(Path(BASE_DIR) / "backend/sample/harbor"), stdout=StringIO(), stderr=StringIO())
    return Center.objects.get()


def rows(text: str) -> list[tuple[str, ...]]:
    return sorted(map(tuple, csv.reader(text.splitlines())))


def test_the_sample_center_gives_its_expected_reminders(harbor: Center) -> None:
    out = StringIO()
    arguments = ["--center", harbor.name, "--from", str(FIRST), "--to", str(LAST)]
    call_command("planned_reminders", *arguments, stdout=out)
    assert rows(out.getvalue()) == rows(EXPECTED.read_text(encoding="utf-8"))
    assert not Reminder.objects.exists()  # its sending is off, and asking plans nothing


def test_days_asked_for_one_by_one_give_the_same_as_all_at_once(harbor: Center) -> None:
    first, last = dt.date(2026, 10, 26), dt.date(2026, 11, 9)  # the clocks go back in between
    days = [first + dt.timedelta(days=number) for number in range((last - first).days)]
    singly = [each for day in days for each in planned(harbor, day, day + dt.timedelta(days=1))]
    assert {each.key for each in singly} == {each.key for each in planned(harbor, first, last)}
    assert len(singly) == len({each.key for each in singly})


@pytest.mark.django_db
def test_a_center_that_is_not_here_is_named_as_such() -> None:
    with pytest.raises(CommandError, match="no center named"):
        call_command("planned_reminders", "--center", "Nowhere", "--from", str(FIRST), "--to", str(LAST))
