"""The import as an operator runs it, into an empty database."""

import csv
import io
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from centers.models import Center
from tests.imports.test_expected import HARBOR, ROOT, SAMPLE, output


def test_a_dry_run_leaves_nothing(db: None) -> None:
    output("import_center", str(SAMPLE), "--dry-run")
    assert not Center.objects.exists()


def test_a_faulty_export_is_reported_whole_and_not_imported(db: None) -> None:
    out = io.StringIO()
    with pytest.raises(CommandError, match="nothing was imported"):
        call_command("import_center", str(ROOT / "tests" / "data" / "harbor-faulty"), stdout=out)
    listed = (ROOT / "tests" / "data" / "harbor-faulty" / "expected_faults.csv").read_text(encoding="utf-8")
    wanted = {f"{row['file']}:{row['line']}" for row in csv.DictReader(io.StringIO(listed))}
    assert {line.split()[0].rstrip(":") for line in out.getvalue().splitlines()} == wanted
    assert not Center.objects.exists()


def test_faulty_rows_can_be_left_out_and_listed(db: None, tmp_path: Path) -> None:
    listed = tmp_path / "faults.csv"
    output("import_center", str(ROOT / "tests" / "data" / "harbor-faulty"), "--skip-faulty", str(listed))
    assert Center.objects.get().name == HARBOR
    assert len(listed.read_text(encoding="utf-8").splitlines()) == 38
