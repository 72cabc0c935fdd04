"""Planned reminders of the imported sample center, window by window; tests/imports compares every row."""

import datetime as dt
from io import StringIO

import pytest
from django.core.management import call_command

from backend.settings import BASE_DIR
from centers.models import Center
from reminders.models import Reminder
from reminders.planning import planned

pytestmark = pytest.mark.xdist_group("harbor")


def test_days_asked_for_one_by_one_give_the_same_as_all_at_once(db: None) -> None:
    call_command("import_center", str(BASE_DIR / "backend/sample/harbor"), stdout=StringIO(), stderr=StringIO())
    harbor = Center.objects.get()
    first, last = dt.date(2026, 10, 26), dt.date(2026, 11, 9)  # the clocks go back in between
    days = [first + dt.timedelta(days=number) for number in range((last - first).days)]
    singly = [each.key for day in days for each in planned(harbor, day, day + dt.timedelta(days=1))]
    assert sorted(singly) == sorted(each.key for each in planned(harbor, first, last))
    assert not Reminder.objects.exists()  # asking plans nothing
