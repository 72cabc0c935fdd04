"""Make-ups of an export: one visit may make up for several sessions, and none is lost for want of a row."""

import random
from pathlib import Path

import pytest
from django.core.management import call_command

from scheduling.models import Attendance
from tests.imports.generator import Cells, Center, sound_center, starts

PATIENT = "00001"


@pytest.fixture
def center() -> Center:
    """A center where a patient of G1 missed its first session, and visited G2 instead."""
    return sound_center(random.Random(4))


def visit(center: Center) -> Cells:
    return center.files["makeups.csv"][0]


def imported(center: Center, directory: Path) -> list[Attendance]:
    """What was missed and made up, once the center has been imported."""
    center.write(directory)
    call_command("import_center", str(directory))
    return list(Attendance.objects.filter(made_up_by__isnull=False).order_by("starts_at"))


def test_one_visit_makes_up_for_two_sessions(db: None, center: Center, tmp_path: Path) -> None:
    second = starts(center, "G1")[1]
    for row in center.files["attendance.csv"]:
        if (row["series"], row["original_start"], row["mrn"]) == ("G1", second, PATIENT):
            row |= {"status": "excused_absence", "arrived": "", "left": ""}
    center.add("makeups.csv", **(visit(center) | {"missed_start": second}))
    missed = imported(center, tmp_path)
    assert [row.status for row in missed] == ["no_show", "excused_absence"]
    assert missed[0].made_up_by == missed[1].made_up_by
    assert missed[0].made_up_by is not None
    assert missed[0].made_up_by.status == "late"


def test_a_visit_nobody_recorded_is_still_expected(db: None, center: Center, tmp_path: Path) -> None:
    rows = center.files["attendance.csv"]
    center.files["attendance.csv"] = [row for row in rows if (row["series"], row["mrn"]) != ("G2", PATIENT)]
    (missed,) = imported(center, tmp_path)
    assert missed.made_up_by is not None
    assert (missed.made_up_by.origin, missed.made_up_by.status) == ("guest", "expected")
