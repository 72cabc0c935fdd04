"""What a reviewer asks stays on its index in a log of many rows."""

from uuid import UUID

import pytest
from django.db import connection

from audit.models import LogEntry
from audit.querysets import LogEntryQuerySet
from backend.api.ids import new_id
from tests.audit.conftest import run_sql

ROWS = 20_000
FILL = """
INSERT INTO audit_logentry (id, at, actor_id, actor_name, actor_role, center_id, patients, request_id, address, kind,
    action, outcome, purpose, object_type, object_pk, object_repr, changes, details)
SELECT gen_random_uuid(), now(), 'staff-' || n %% 500, '', '', centers.ids[1 + n %% 10],
       ARRAY[gen_random_uuid(), gen_random_uuid()], '', '', 'read', 'read', 'ok', '', '', 'object-' || n, '', '{}', '{}'
FROM generate_series(1, %s) AS n,
     (SELECT array_agg(gen_random_uuid()) AS ids FROM generate_series(1, 10)) AS centers
"""


@pytest.fixture
def full_log(db: None) -> LogEntry:
    """Some thousands of entries of this month; one of them is returned."""
    run_sql(FILL, ROWS)
    run_sql("ANALYZE audit_logentry")
    entry = LogEntry.objects.first()
    assert entry is not None
    return entry


def indexes_of(rows: LogEntryQuerySet) -> str:
    """The plan, with the sequential scans of this month's partition in it if there are any."""
    partition = f"audit_logentry_{month()}"
    plan = rows.explain()
    assert f"Seq Scan on {partition}" not in plan, plan
    return plan


def month() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_char(now() AT TIME ZONE 'UTC', 'YYYY_MM')")
        return str(cursor.fetchone()[0])


def test_a_page_of_a_center_reads_its_index(full_log: LogEntry) -> None:
    page = LogEntry.objects.filter(center_id__in=[full_log.center_id]).order_by("-at", "id")[:50]
    assert "center_id_at_id_idx" in indexes_of(page)


def test_who_saw_a_patient_reads_the_gin_index(full_log: LogEntry) -> None:
    report = LogEntry.objects.access_report(full_log.patients[0])
    assert "patients_idx" in indexes_of(report)
    assert [entry.pk for entry in report] == [full_log.pk]


def test_what_somebody_did_reads_its_index(full_log: LogEntry) -> None:
    assert "actor_id_at_idx" in indexes_of(LogEntry.objects.filter(actor_id="staff-7").order_by("-at")[:50])


def test_the_story_of_an_object_reads_its_index(full_log: LogEntry) -> None:
    assert "object_pk_at_idx" in indexes_of(LogEntry.objects.filter(object_pk="object-7").order_by("at"))


def test_a_window_opens_its_month_only(full_log: LogEntry) -> None:
    plan = LogEntry.objects.within(full_log.at, full_log.at.replace(microsecond=999_999)).explain()
    assert f"audit_logentry_{month()}" in plan
    assert plan.count("Scan") <= plan.count(month())


def test_an_unknown_patient_was_seen_by_nobody(full_log: LogEntry) -> None:
    unknown: UUID = new_id()
    assert list(LogEntry.objects.naming(unknown)) == []
