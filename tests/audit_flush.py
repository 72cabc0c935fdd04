"""A pytest plugin that lets Django's flush empty the append-only log of a test database, and nothing else."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection

# Only between two tests with real transactions, and by the owner: the triggers stand again before the next test runs.
_SWITCH = """
DO $$
DECLARE part regclass;
BEGIN
    FOR part IN SELECT relid FROM pg_partition_tree('audit_logentry') LOOP
        EXECUTE format('ALTER TABLE %s {} TRIGGER audit_no_truncate', part);
    END LOOP;
END
$$
"""


@pytest.fixture(scope="session", autouse=True)
def _log_can_be_flushed() -> Iterator[None]:
    """`TransactionTestCase` flushes by one TRUNCATE of every table, which the log's triggers refuse."""
    operations: Any = type(connection.ops)
    flush = operations.sql_flush

    def sql_flush(self: Any, style: Any, tables: Any, **options: Any) -> list[str]:
        statements: list[str] = flush(self, style, tables, **options)
        if "audit_logentry" not in tables:
            return statements
        return [_SWITCH.format("DISABLE"), *statements, _SWITCH.format("ENABLE ALWAYS")]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(operations, "sql_flush", sql_flush)
        yield
