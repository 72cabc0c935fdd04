"""Behind the wall the service still reads indexes: what a policy would keep from one is not asked any more."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from django.db import connection

from backend.api import wall
from backend.api.clock import now
from backend.api.gate import Reach
from backend.api.grant_tables import reach_statement
from backend.bench.census import PATIENTS
from patients.models import Patient
from reminders import outbox
from tests.cast import Cast
from tests.scheduling.test_query_plans import CODES, assert_indexed, caseload, everything, with_reach

__all__ = ["caseload"]
CENSUS = 20_000
# The trigrams and prefixes of LIKE are not leakproof; every function a condition on a protected table rests on is.
LEAKPROOF = """
SELECT count(*) FROM pg_operator held JOIN pg_proc called ON called.oid = held.oprcode
WHERE held.oprname IN ('~>=~', '~<~') AND held.oprleft = 'text'::regtype AND called.proleakproof
"""


@pytest.fixture
def census(cast: Cast) -> Iterator[Cast]:
    """Twenty thousand patients of the center, read from within it by the application's role."""
    with connection.cursor() as cursor:
        cursor.execute(PATIENTS, {"center": cast.center.pk, "census": CENSUS})
        cursor.execute("ANALYZE patients_patient")
    with wall.atomic([cast.center.pk]):
        yield cast


def plan_of(rows: Any) -> str:
    found = str(rows.explain())
    assert "iop_open_centers" in found or "InitPlan" in found, found
    assert "Seq Scan on patients_patient" not in found, found
    return found


def test_a_name_is_found_by_its_index(census: Cast) -> None:
    plan = plan_of(Patient.objects.filter(center_id__in=[census.center.pk]).found_by("Last123")[:50])
    for index in ("patient_by_name", "patient_by_given", "patient_by_preferred", "patient_mrn_once_per_center"):
        assert index in plan, plan


def test_the_list_of_patients_comes_off_its_index(census: Cast) -> None:
    assert "patient_list" in plan_of(Patient.objects.filter(center_id__in=[census.center.pk])[:50])


def test_the_comparisons_of_prefixes_are_leakproof(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(LEAKPROOF)
        assert cursor.fetchone() == (2,)


def test_the_calendar_of_a_caseload_and_of_a_center_read_indexes(
    cast: Cast, caseload: frozenset[UUID], monkeypatch: pytest.MonkeyPatch
) -> None:
    of_caseload = Reach({}, dict.fromkeys(caseload, (cast.center.id, CODES)))
    of_center = Reach({cast.center.id: CODES}, dict.fromkeys(caseload, (cast.elsewhere.id, CODES)))
    with wall.atomic([cast.center.pk]):
        for reach in (of_caseload, of_center):
            with_reach(monkeypatch, reach)
            for rows in everything(cast):
                assert_indexed(rows)


def test_the_list_of_centers_is_read_once_a_statement(census: Cast) -> None:
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN (ANALYZE, TIMING OFF, COSTS OFF) SELECT count(*) FROM patients_patient")
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "InitPlan" in plan
    assert "SubPlan" not in plan
    assert plan.count("Result (actual rows=1.00 loops=1)") == 1, plan


def test_the_reach_needs_no_patients(census: Cast) -> None:
    with connection.cursor() as cursor:
        bound: dict[str, Any] = {"user": census.clara.pk, "now": now(), "labeled": ["emergency"]}
        cursor.execute(f"EXPLAIN {reach_statement()}", bound)
        assert "patients_patient " not in "\n".join(line for (line,) in cursor.fetchall())


def test_due_reminders_are_looked_for_by_index(cast: Cast) -> None:
    with wall.atomic([cast.center.pk]), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        bound: dict[str, Any] = {"center": cast.center.pk, "at": now(), "lease": now(), "limit": 200}
        cursor.execute(f"EXPLAIN {outbox._CLAIM}", bound)
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "reminder_open" in plan or "reminder_list" in plan, plan
