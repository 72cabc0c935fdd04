"""Tests with real transactions can be cleaned up after, and the log is guarded again afterwards."""

import pytest
from django.core.management import call_command
from django.db import ProgrammingError, connection

from audit.models import LogEntry
from backend.api.recorder import ActorContext, Event, record
from tests.audit.conftest import run_sql


@pytest.mark.django_db(transaction=True)
def test_flush_empties_the_log_and_leaves_it_guarded(acting: ActorContext) -> None:
    record(Event("read"))
    call_command("flush", interactive=False, verbosity=0)
    assert not LogEntry.objects.exists()
    for table in ("audit_logentry", "audit_logentry_default"):
        with pytest.raises(ProgrammingError, match="append-only"):
            run_sql(f"TRUNCATE {table}")
    assert {"A"} == trigger_states()


def trigger_states() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT tgenabled::text FROM pg_trigger WHERE tgname LIKE 'audit\\_%'")
        return {row[0] for row in cursor.fetchall()}
