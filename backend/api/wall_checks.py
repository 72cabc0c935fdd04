"""System checks of a deployment: the role that serves can neither look over the wall nor take it down."""

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any

from django.apps import AppConfig, apps
from django.conf import settings
from django.core.checks import CheckMessage, Error
from django.db import DatabaseError, connection

HINT = "Serve as the role that backend/servers/roles.sql makes (iop_app); migrate as the owner of the tables."
# What the role may become counts: it would take one statement.
ROLE = """
SELECT current_user,
       EXISTS (SELECT FROM pg_roles other WHERE (other.rolsuper OR other.rolbypassrls)
               AND pg_has_role(current_user, other.oid, 'MEMBER')),
       EXISTS (SELECT FROM pg_class held WHERE held.relnamespace = 'public'::regnamespace
               AND held.relkind IN ('r', 'p') AND pg_has_role(current_user, held.relowner, 'MEMBER'))
"""
# One policy alone: a second permissive one would open what the first closes.
GUARDED = """
SELECT held.relname FROM pg_class held WHERE held.oid IN (SELECT to_regclass(name) FROM unnest(%s::text[]) AS name)
   AND held.relrowsecurity AND held.relforcerowsecurity
   AND (SELECT count(*) = 1 AND bool_and(policy.polcmd = '*' AND policy.polroles = '{0}'
            AND pg_get_expr(policy.polqual, held.oid) LIKE '%%iop_open_centers()%%'
            AND pg_get_expr(policy.polwithcheck, held.oid) = pg_get_expr(policy.polqual, held.oid))
        FROM pg_policy policy WHERE policy.polrelid = held.oid AND policy.polpermissive)
"""

Check = Callable[..., list[CheckMessage]]


def asking_the_database(check: Check) -> Check:
    """A check that needs an answer of the database; none is a fault, too."""

    @wraps(check)
    def asked(**kwargs: Any) -> list[CheckMessage]:
        try:
            return check(**kwargs)
        except DatabaseError as error:
            return [Error(f"The database could not be asked ({type(error).__name__}).", id="api.E005")]

    return asked


@asking_the_database
def check_role(app_configs: Sequence[AppConfig] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """api.E006: policies do not bind the serving role. api.E007: it could drop them."""
    with connection.cursor() as cursor:
        cursor.execute(ROLE)
        role, passes, owns = cursor.fetchone()
    found: list[CheckMessage] = []
    if passes:
        message = f"The role {role} is or may become a superuser or one with BYPASSRLS: no wall stands before it."
        found.append(Error(message, hint=HINT, id="api.E006"))
    if owns:
        message = f"The role {role} owns tables, or may become who owns them: it could take the wall down."
        found.append(Error(message, hint=HINT, id="api.E007"))
    return found


@asking_the_database
def check_policies(app_configs: Sequence[AppConfig] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """api.E008: a table that belongs behind the wall has no forced policy, or another beside it."""
    expected = walled_tables()
    with connection.cursor() as cursor:
        cursor.execute(GUARDED, [expected])
        guarded = {table for (table,) in cursor.fetchall()}
    hint = "Run `manage migrate` as the owner; a new table's migration says behind_the_wall(table)."
    return [
        Error(f"The table {table} is not behind the wall.", hint=hint, id="api.E008")
        for table in expected
        if table not in guarded
    ]


def walled_tables() -> list[str]:
    """Every table of the apps of `settings.WALL_APPS`, without the models of `settings.WALL_EXEMPT`."""
    models = [
        model
        for label in settings.WALL_APPS
        for model in apps.get_app_config(label).get_models(include_auto_created=True)
    ]
    inside = (model._meta for model in models if model._meta.label not in settings.WALL_EXEMPT)
    return sorted({meta.db_table for meta in inside if meta.managed})
