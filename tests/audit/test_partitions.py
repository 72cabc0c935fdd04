"""The log's months: made ahead, counted, and red in time."""

import datetime as dt
from io import StringIO

import pytest
from django.core.checks import Tags, run_checks
from django.core.management import CommandError, call_command
from django.db import DataError, connection, transaction

from audit.checks import check_partitions
from audit.models import LogEntry
from audit.partitions import ensure_partitions, guard_after_migrate, months_left
from audit.tasks import keep_partitions_ahead
from backend.api.clock import frozen, now
from tests.audit.conftest import run_sql

pytestmark = pytest.mark.django_db


def month_name(ahead: int) -> str:
    """The partition of the month so many months from now, by the server's clock as the function sees it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT 'audit_logentry_' || to_char(now() AT TIME ZONE 'UTC' + make_interval(months => %s), 'YYYY_MM')",
            [ahead],
        )
        return str(cursor.fetchone()[0])


def make(at: dt.datetime) -> str:
    """Write an entry at a moment; the partition it went to."""
    entry = LogEntry.objects.create(at=at, actor_id="x", actor_name="x", kind="read", action="read")
    with connection.cursor() as cursor:
        cursor.execute("SELECT tableoid::regclass::text FROM audit_logentry WHERE id = %s", [entry.pk])
        return str(cursor.fetchone()[0])


def test_twelve_months_stand_after_migration() -> None:
    assert months_left() == 12


def test_entries_of_now_lie_in_their_month() -> None:
    at = now()
    assert make(at) == f"audit_logentry_{at:%Y_%m}"


def test_entries_of_months_nobody_made_go_to_the_default_partition() -> None:
    with frozen(dt.datetime(2015, 6, 1, tzinfo=dt.UTC)):
        assert make(now()) == "audit_logentry_default"


def test_months_are_made_once() -> None:
    assert (ensure_partitions(months_ahead=14), ensure_partitions(months_ahead=14), months_left()) == (2, 0, 14)


def test_a_month_begun_in_the_default_partition_is_not_made_and_stays_missing(recwarn: pytest.WarningsRecorder) -> None:
    run_sql(f"DROP TABLE {month_name(2)}")
    make(now() + dt.timedelta(days=62))
    made = ensure_partitions()
    assert (made, months_left()) in {(0, 1), (1, 12)}


def test_more_than_five_years_ahead_are_refused() -> None:
    with pytest.raises(DataError, match="0 to 60"), transaction.atomic():
        ensure_partitions(months_ahead=61)


def test_the_daily_task_and_the_command_mend_a_gap() -> None:
    run_sql(f"DROP TABLE {month_name(12)}")
    assert keep_partitions_ahead() == 1
    run_sql(f"DROP TABLE {month_name(12)}")
    said = StringIO()
    call_command("ensure_audit_partitions", stdout=said)
    assert said.getvalue() == "1 made, 12 months ahead\n"


@pytest.mark.parametrize(("missing", "left"), [(1, 0), (0, -1)])
def test_the_check_is_red_below_two_months(missing: int, left: int) -> None:
    run_sql(f"DROP TABLE {month_name(missing)}")
    assert months_left() == left
    assert [message.id for message in run_checks(tags=[Tags.database], databases=["default"])] == ["audit.E003"]


def test_the_check_is_green_otherwise() -> None:
    assert check_partitions(databases=["default"]) == []
    assert check_partitions() == []


def test_before_the_first_migration_there_is_nothing_to_count_or_guard() -> None:
    run_sql("DROP TABLE audit_logentry")
    assert months_left() is None
    assert check_partitions(databases=["default"]) == []
    guard_after_migrate(using="default")
    said = StringIO()
    call_command("ensure_audit_partitions", stdout=said)
    assert said.getvalue() == "there is no log yet\n"


@pytest.mark.parametrize("command", ["auditlogflush", "auditlogmigratejson"])
def test_auditlogs_commands_are_refused(entry: LogEntry, command: str) -> None:
    with pytest.raises(CommandError, match="append-only"):
        call_command(command)
    assert LogEntry.objects.count() == 1


def test_auditlogs_own_table_does_not_exist() -> None:
    assert "auditlog_logentry" not in connection.introspection.table_names()
