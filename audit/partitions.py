"""The months of the log: making them ahead, counting what is left, and withholding rights on them."""

from django.db import DEFAULT_DB_ALIAS, connections

MONTHS_AHEAD = 12
LEAST_MONTHS_AHEAD = 2
APP_ROLE = "iop_app"


def ensure_partitions(*, months_ahead: int = MONTHS_AHEAD, using: str = DEFAULT_DB_ALIAS) -> int:
    """Make the partitions of this month and the next `months_ahead` (UTC) that are missing; how many were made."""
    with connections[using].cursor() as cursor:
        cursor.execute("SELECT audit_ensure_partitions(%s)", [months_ahead])
        return int(cursor.fetchone()[0])


def withhold_rights(*, role: str = APP_ROLE, using: str = DEFAULT_DB_ALIAS) -> None:
    """Leave `role` nothing but SELECT and INSERT on the log, whatever default privileges gave it; owner only."""
    with connections[using].cursor() as cursor:
        cursor.execute("SELECT audit_withhold_rights(%s)", [role])


def months_left(*, using: str = DEFAULT_DB_ALIAS) -> int | None:
    """How many months after the present one have a partition, without a gap; None before the log's migration.

    -1 when the present month has none, so that entries already fall into the DEFAULT partition.
    """
    with connections[using].cursor() as cursor:
        cursor.execute("SELECT to_regclass('audit_logentry') IS NOT NULL")
        if not cursor.fetchone()[0]:
            return None
        cursor.execute(_MONTHS_LEFT)
        return int(cursor.fetchone()[0])


def changeable(*, using: str = DEFAULT_DB_ALIAS) -> list[str]:
    """The log and its partitions, as far as the connected role may change, delete or truncate rows there."""
    with connections[using].cursor() as cursor:
        cursor.execute(_CHANGEABLE)
        return [table for (table,) in cursor.fetchall()]


def guard_after_migrate(*, using: str, **_kwargs: object) -> None:
    """Months ahead and withheld rights again after every migration, whose role owns the tables."""
    if months_left(using=using) is not None:
        ensure_partitions(using=using)
        withhold_rights(using=using)


_MONTHS_LEFT = """
SELECT coalesce(min(ahead) FILTER (WHERE to_regclass(name) IS NULL), max(ahead) + 1) - 1
FROM generate_series(0, 60) AS ahead,
     LATERAL (SELECT 'audit_logentry_' || to_char(
         date_trunc('month', now() AT TIME ZONE 'UTC') + make_interval(months => ahead), 'YYYY_MM') AS name) AS month
"""

_CHANGEABLE = """
SELECT held.relname FROM pg_class held
WHERE (held.oid = to_regclass('audit_logentry')
       OR held.oid IN (SELECT inhrelid FROM pg_inherits WHERE inhparent = to_regclass('audit_logentry')))
  AND (has_table_privilege(held.oid, 'UPDATE, DELETE, TRUNCATE') OR has_any_column_privilege(held.oid, 'UPDATE'))
ORDER BY held.relname
"""
