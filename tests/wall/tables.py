"""What stands behind the wall, read from the database, and what does not, with the reason written down."""

from django.apps import apps
from django.db import connection

# The rooms all of whose tables lie behind the wall.
ROOMS = ("patients", "scheduling", "groups", "reminders", "api")
EXEMPT = {
    "reminders_suppression": "who said stop is written to by no center; the row has a keyed digest, and no number",
}
# Rooms whose tables hold no patient data, or are guarded otherwise.
OUTSIDE = {
    "centers": "places, staff and roles; sign-in reads them before it is known which centers to open",
    "audit": "guarded by role: the application may add and read, nothing else; its readers are privacy officers",
    "auth": "subject groups and permissions; they say nothing of patients",
    "sessions": "sessions of the admin",
    "contenttypes": "names of models",
    "django": "names of migrations",
    "admin": "Django's own log, which stays empty",
    "account": "addresses of staff",
    "mfa": "second factors of staff, encrypted",
    "guardian": "generic grants, which stay empty",
}

POLICIES = """
SELECT held.relname, held.relrowsecurity AND held.relforcerowsecurity AND EXISTS (
    SELECT FROM pg_policy policy WHERE policy.polrelid = held.oid AND policy.polcmd = '*' AND policy.polpermissive
       AND policy.polroles = '{0}' AND pg_get_expr(policy.polqual, held.oid) LIKE '%iop_open_centers()%'
       AND pg_get_expr(policy.polwithcheck, held.oid) = pg_get_expr(policy.polqual, held.oid))
FROM pg_class held WHERE held.relnamespace = 'public'::regnamespace AND held.relkind IN ('r', 'p')
   AND NOT held.relispartition
"""
# Keys from table to table behind the wall, and whether a key that names the center too (or the patient, who lies in
# one) covers the same column.
KEYS = """
SELECT held.conrelid::regclass::text || '.' || name.attname, EXISTS (
    SELECT FROM pg_constraint tied WHERE tied.contype = 'f' AND tied.conrelid = held.conrelid
       AND tied.confrelid = held.confrelid AND held.conkey <@ tied.conkey
       AND EXISTS (SELECT FROM pg_attribute center WHERE center.attrelid = tied.conrelid
           AND center.attnum = ANY (tied.conkey) AND center.attname IN ('center_id', 'patient_id')))
FROM pg_constraint held
JOIN pg_class one ON one.oid = held.conrelid AND one.relforcerowsecurity
JOIN pg_class other ON other.oid = held.confrelid AND other.relforcerowsecurity
JOIN pg_attribute name ON name.attrelid = held.conrelid AND name.attnum = held.conkey[1]
WHERE held.contype = 'f' AND cardinality(held.conkey) = 1
"""


def policies() -> dict[str, bool]:
    """Every table, and whether a forced policy of the wall guards it, for reading and writing alike."""
    with connection.cursor() as cursor:
        cursor.execute(POLICIES)
        return dict(cursor.fetchall())


def protected() -> list[str]:
    """The tables behind the wall."""
    return sorted(table for table, is_guarded in policies().items() if is_guarded)


def counts(tables: list[str]) -> dict[str, int]:
    """How many rows each table shows from here."""
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(f"SELECT '{table}', count(*) FROM {table}" for table in tables))
        return dict(cursor.fetchall())


def centers_seen(table: str) -> set[str]:
    """The centers of the rows a table shows from here."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT DISTINCT center_id::text FROM {table} WHERE center_id IS NOT NULL")
        return {center for (center,) in cursor.fetchall()}


def room_of(table: str) -> str:
    """The app a table belongs to."""
    owners = {model._meta.db_table: model._meta.app_label for model in apps.get_models(include_auto_created=True)}
    return owners.get(table, table.partition("_")[0])


def untied_keys() -> set[str]:
    """Columns that point at a row behind the wall without a composite key that names center or patient."""
    with connection.cursor() as cursor:
        cursor.execute(KEYS)
        return {column for column, is_tied in cursor.fetchall() if not is_tied}
