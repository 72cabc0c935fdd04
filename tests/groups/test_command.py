"""`roster_at` writes the rosters of a day as CSV, and nothing else."""

import datetime as dt
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from groups.actions import enroll
from tests.cast import TESTER, Cast
from tests.groups.conftest import a_group


def test_a_line_for_everybody_on_a_roster(cast: Cast) -> None:
    for code, patient in (("B", cast.pat), ("A", cast.quinn)):
        enroll(group=a_group(cast, code=code), patient=patient, starts_on=dt.date(2026, 2, 3), by=TESTER)
    out = StringIO()
    call_command("roster_at", center="Cast Center", at=dt.date(2026, 2, 3), stdout=out)
    assert out.getvalue() == "group,date,mrn\r\nA,2026-02-03,731\r\nB,2026-02-03,000731\r\n"


def test_a_center_that_is_not_there_is_named(cast: Cast) -> None:
    with pytest.raises(CommandError, match="There is no center named 'Nowhere'"):
        call_command("roster_at", center="Nowhere", at=dt.date(2026, 2, 3))
