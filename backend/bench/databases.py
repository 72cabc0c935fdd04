"""Databases of the bench's own: one is migrated, the others are copies of it, all are dropped at the end."""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import LiteralString
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

TEMPLATE = f"bench_{os.getpid()}"
# Filling a census takes longer than any request may.
PATIENT = {"DATABASE_STATEMENT_TIMEOUT": "0", "DATABASE_IDLE_TIMEOUT": "0"}
# Filling the larger census, too, takes longer than most devices may be idle.
SIGN_IN = {"SECOND_FACTOR_REQUIRED": "1", "SIGN_IN_IDLE_MINUTES": "60"}


def address(name: str, *, served: bool = False) -> str:
    """The address of one of our databases on the server that DATABASE_URL names.

    What is `served` connects as the application, as it does anywhere else: the wall stops nobody who owns this server.
    """
    role = "DATABASE_APP_URL" if served and "DATABASE_APP_URL" in os.environ else "DATABASE_URL"
    parts = urlsplit(os.environ[role])
    return urlunsplit((parts.scheme, parts.netloc, f"/{name}", "", ""))


def environment(name: str, *, served: bool = False) -> dict[str, str]:
    """What a child needs to work on one of our databases; who asks has given a second factor, as in production."""
    own = {"DATABASE_URL": address(name, served=served), "DJANGO_SETTINGS_MODULE": "backend.settings"}
    return os.environ | own | SIGN_IN


def run(name: str, *arguments: str, extra: Mapping[str, str] = PATIENT) -> str:
    """Run a Python program on one of our databases and return what it prints. Raises CalledProcessError."""
    command = [sys.executable, *arguments]
    child = subprocess.run(command, env=environment(name) | dict(extra), check=True, stdout=subprocess.PIPE, text=True)
    return child.stdout


@contextmanager
def migrated() -> Iterator[str]:
    """A database with all tables and no row; copies made from it go with it."""
    _administer("CREATE DATABASE {}", TEMPLATE)
    try:
        run(TEMPLATE, "-m", "django", "migrate", "--verbosity", "0", extra=PATIENT)
        yield TEMPLATE
    finally:
        _drop_all()


def copy(name: str, of: str = TEMPLATE) -> str:
    """A database of another name, empty and migrated unless it is the copy of a filled one."""
    full = f"{TEMPLATE}_{name}"
    _administer("CREATE DATABASE {} TEMPLATE {}", full, of)
    return full


def without_wall(name: str, of: str) -> str:
    """A copy of a filled database in which no policy stands."""
    full = copy(name, of)
    with psycopg.connect(address(full), autocommit=True) as connection:
        for (table,) in connection.execute("SELECT relname FROM pg_class WHERE relrowsecurity").fetchall():
            lift = sql.SQL("ALTER TABLE {} DISABLE ROW LEVEL SECURITY").format(sql.Identifier(table))
            connection.execute(lift)
        connection.execute("VACUUM ANALYZE")
    return full


def _administer(statement: LiteralString, *names: str) -> None:
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
        connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


def _drop_all() -> None:
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
        rows = connection.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [TEMPLATE])
        for (name,) in rows.fetchall():
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
