"""Migration operations for what Django cannot declare: foreign keys over several columns, triggers, policies."""

from collections.abc import Sequence

from django.db.migrations.operations import RunSQL
from django.db.migrations.operations.base import Operation


def composite_key(
    table: str, columns: str, parent: str, parent_columns: str, *, on_update: str = "NO ACTION"
) -> RunSQL:
    """A foreign key from `columns` of `table` to unique `parent_columns` of `parent` (comma-separated names).

    It ties a copied column, such as a row's center, to its parent's. A null among `columns` lets the row pass.
    """
    first = columns.split(",", maxsplit=1)[0].strip()
    name = f"{table}_{first}_{columns.rsplit(',', maxsplit=1)[-1].strip()}_same"
    return RunSQL(
        f"ALTER TABLE {table} ADD CONSTRAINT {name} FOREIGN KEY ({columns})"
        f" REFERENCES {parent} ({parent_columns}) ON UPDATE {on_update} DEFERRABLE INITIALLY IMMEDIATE",
        f"ALTER TABLE {table} DROP CONSTRAINT {name}",
    )


def same_center(table: str, column: str, parent: str) -> RunSQL:
    """The row's center is that of the parent it points at by `column`."""
    return composite_key(table, f"{column}, center_id", parent, "id, center_id")


def trigger(name: str, table: str, when: str, body: str, *, declare: str = "") -> RunSQL:
    """A trigger with a function of its own; `when` is the part of CREATE TRIGGER between its name and EXECUTE."""
    forward = f"""
        CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $body$
        DECLARE {declare}
        BEGIN {body} END $body$;
        CREATE TRIGGER {name} {when.format(table=table)} EXECUTE FUNCTION {name}();
    """
    return RunSQL(forward, f"DROP TRIGGER {name} ON {table}; DROP FUNCTION {name}();")


def immutable(table: str) -> RunSQL:
    """Rows of `table` are written once: UPDATE and DELETE are refused, whoever asks."""
    name = f"{table}_is_written_once"
    return trigger(
        name,
        table,
        "BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW",
        f"RAISE EXCEPTION 'rows of {table} are written once' USING ERRCODE = 'integrity_constraint_violation',"
        f" CONSTRAINT = '{name}';",
    )


def behind_the_wall(table: str, *, without_center: bool = False) -> RunSQL:
    """Show and take rows of `table` only in a transaction that is within their center (`backend.api.wall`).

    One line in the migration that makes a table about patients; the table has a `center_id`, tied by `same_center` to
    its parent's. The migration depends on ("api", "0002_the_wall"). The policy is forced: it binds the tables' owner,
    too, and so every later data migration (see `lifted`). With `without_center`, rows that name no center are open.

    The list of centers stands in a subselect, so that it is read once a statement; uuid equality is leakproof, so that
    the policy may share an index with other conditions. Those in turn need leakproof operators: comparisons of dates,
    moments, numbers, ids and text are, LIKE, ranges (`&&`, `@>`) and arrays are not.
    """
    name = f"{table}_of_open_centers"
    rule = "center_id = ANY ((SELECT iop_open_centers())::uuid[])"
    rule = f"center_id IS NULL OR {rule}" if without_center else rule
    return RunSQL(
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY; ALTER TABLE {table} FORCE ROW LEVEL SECURITY;"
        f" CREATE POLICY {name} ON {table} USING ({rule}) WITH CHECK ({rule});",
        f"DROP POLICY {name} ON {table};"
        f" ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY; ALTER TABLE {table} DISABLE ROW LEVEL SECURITY;",
    )


def lifted(*tables: str, operations: Sequence[Operation]) -> list[Operation]:
    """Operations that read or write rows of tables behind the wall: their owner sees all until these are done.

    Without it a data migration changes nothing, and a new foreign key is taken for valid unseen.
    """
    lift, put_back = (
        "; ".join(f"ALTER TABLE {table} {force} ROW LEVEL SECURITY" for table in tables)
        for force in ("NO FORCE", "FORCE")
    )
    return [RunSQL(lift, put_back), *operations, RunSQL(put_back, lift)]
