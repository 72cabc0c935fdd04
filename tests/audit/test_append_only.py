"""The log refuses to be changed, by whomever and however."""

from typing import Any

import pytest
from django.db import ProgrammingError, connection, transaction

from audit.models import LogEntry
from audit.partitions import withhold_rights
from tests.audit.conftest import run_sql

CHANGES = [
    "UPDATE audit_logentry SET actor_name = 'Somebody Else'",
    "UPDATE {partition} SET at = at - interval '1 day'",
    "DELETE FROM audit_logentry",
    "DELETE FROM {partition}",
    "TRUNCATE audit_logentry",
    "TRUNCATE ONLY {partition}",
    "TRUNCATE {partition}",
    "INSERT INTO audit_logentry SELECT * FROM audit_logentry ON CONFLICT (id, at) DO UPDATE SET actor_name = 'Me'",
]
ROLE = "audit_test_app"


def partition_of(entry: LogEntry) -> str:
    return f"audit_logentry_{entry.at:%Y_%m}"


def refused(statement: str, match: str = "append-only") -> bool:
    with pytest.raises(ProgrammingError, match=match), transaction.atomic():
        run_sql(statement)
    return True


@pytest.mark.parametrize("statement", CHANGES)
def test_owner_changes_nothing(entry: LogEntry, statement: str) -> None:
    refused(statement.format(partition=partition_of(entry)))
    assert LogEntry.objects.get().actor_name == "Nora Nurse"


@pytest.mark.parametrize("statement", CHANGES)
def test_a_replica_session_changes_nothing_either(entry: LogEntry, statement: str) -> None:
    run_sql("SET LOCAL session_replication_role = replica")
    refused(statement.format(partition=partition_of(entry)))
    run_sql("SET LOCAL session_replication_role = DEFAULT")


def test_every_partition_refuses_truncate(db: None) -> None:
    for name in partitions():
        refused(f"TRUNCATE {name}")


def test_the_default_partition_is_guarded(db: None) -> None:
    assert "audit_logentry_default" in partitions()


def test_the_orm_changes_nothing(entry: LogEntry) -> None:
    entry.actor_name = "Somebody Else"
    with pytest.raises(ProgrammingError, match="append-only"), transaction.atomic():
        entry.save()
    with pytest.raises(ProgrammingError, match="append-only"), transaction.atomic():
        entry.delete()


@pytest.mark.parametrize(
    ("column", "value", "constraint"),
    [
        ("actor_id", "", "audit_logentry_actor_given"),
        ("kind", "", "audit_logentry_action_given"),
        ("action", "", "audit_logentry_action_given"),
        ("at", "infinity", "infinity"),
        ("patients", "{NULL}", "audit_logentry_patients_flat"),
        ("patients", "{{00000000-0000-0000-0000-000000000000}}", "multidimensional"),
        ("changes", "[]", "audit_logentry_changes_json"),
        ("details", "{", "audit_logentry_details_json"),
    ],
)
def test_constraints_refuse_broken_rows(entry: LogEntry, column: str, value: str, constraint: str) -> None:
    columns = [str(field.column) for field in LogEntry._meta.concrete_fields if field.column != column]
    statement = (
        f"INSERT INTO audit_logentry ({column}, {', '.join(columns)}) SELECT '{value}', {', '.join(columns)}"
        " FROM audit_logentry"
    )
    with pytest.raises(Exception, match=constraint), transaction.atomic():
        run_sql(statement.replace("SELECT 'infinity'", "SELECT 'infinity'::timestamptz"))


class TestApplicationRole:
    """The role that serves may read and append, whatever default privileges gave it."""

    @pytest.fixture
    def served(self, entry: LogEntry) -> LogEntry:
        run_sql(f"CREATE ROLE {ROLE}; GRANT USAGE ON SCHEMA public TO {ROLE};")
        run_sql(f"GRANT ALL ON ALL TABLES IN SCHEMA public TO {ROLE}")
        withhold_rights(role=ROLE)
        run_sql(f"SET LOCAL ROLE {ROLE}")
        return entry

    @pytest.mark.parametrize("statement", CHANGES[:-1])
    def test_lacks_every_other_right(self, served: LogEntry, statement: str) -> None:
        refused(statement.format(partition=partition_of(served)), match="permission denied")

    def test_reads_and_appends_through_the_parent(self, served: LogEntry) -> None:
        again: dict[str, Any] = {name: getattr(served, name) for name in ("kind", "action", "actor_id", "actor_name")}
        LogEntry.objects.create(**again)
        assert LogEntry.objects.count() == 2

    @pytest.mark.usefixtures("served")
    def test_cannot_take_the_triggers_off(self) -> None:
        refused("ALTER TABLE audit_logentry DISABLE TRIGGER ALL", match="must be owner")

    @pytest.mark.usefixtures("served")
    def test_may_make_months(self) -> None:
        run_sql("SELECT audit_ensure_partitions(13)")
        run_sql("RESET ROLE")
        assert len(partitions()) == 15


def partitions() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT relid::regclass::text FROM pg_partition_tree('audit_logentry') WHERE isleaf")
        return [row[0] for row in cursor.fetchall()]
