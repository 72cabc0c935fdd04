"""Migration operations for what Django cannot declare: foreign keys over several columns, and triggers."""

from django.db.migrations.operations import RunSQL


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
