"""The production files: every service healthy-checked, unprivileged and fed its secrets by file."""

import os
import re
import shutil
import stat
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from backend.servers.postgres import LOCALE, QUIET
from backend.servers.sharing import ROOT

COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
LASTING = sorted(set(SERVICES) - {"migrate"})


def test_production_is_these_services() -> None:
    assert sorted(SERVICES) == ["beat", "db", "migrate", "redis", "web", "worker"]


@pytest.mark.parametrize("name", LASTING)
def test_lasting_service_has_a_healthcheck_and_comes_back(name: str) -> None:
    assert SERVICES[name]["healthcheck"]["test"][0] in {"CMD", "CMD-SHELL"}
    assert SERVICES[name]["restart"] == "unless-stopped"


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_service_runs_unprivileged_on_a_read_only_file_system(name: str) -> None:
    service = SERVICES[name]
    assert service["user"].split(":")[0] not in {"", "0", "root"}
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert "privileged" not in service


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_secrets_come_from_files(name: str) -> None:
    service = SERVICES[name]
    given = {f"/run/secrets/{secret}" for secret in service["secrets"]}
    environment: dict[str, str] = service.get("environment", {})
    secret = {
        name: value
        for name, value in environment.items()
        if re.search("PASSWORD|SECRET|_KEY|(DATABASE|REDIS).*_URL", name)
    }
    assert all(variable.endswith("_FILE") for variable in secret)
    assert set(secret.values()) <= given
    assert set(service["secrets"]) <= set(COMPOSE["secrets"])


def test_database_server_is_as_quiet_as_the_embedded_one() -> None:
    assert SERVICES["db"]["command"] == ["postgres", *(f"-c{setting}" for setting in QUIET)]


def test_only_migrations_run_as_the_owner_of_the_tables() -> None:
    owners = {name for name, service in SERVICES.items() if "database_owner_url" in service["secrets"]}
    assert owners == {"migrate"}
    assert SERVICES["migrate"]["environment"]["DATABASE_URL_FILE"] == "/run/secrets/database_owner_url"


def test_nothing_but_the_web_is_reachable_and_that_from_this_machine_alone() -> None:
    assert {name: service["ports"] for name, service in SERVICES.items() if "ports" in service} == {
        "web": ["127.0.0.1:8000:8000"]
    }
    assert COMPOSE["networks"]["inside"] == {"internal": True}
    assert SERVICES["db"]["networks"] == SERVICES["redis"]["networks"] == ["inside"]


def test_production_database_sorts_and_folds_as_the_embedded_one() -> None:
    assert SERVICES["db"]["environment"]["POSTGRES_INITDB_ARGS"].split() == list(LOCALE)


def test_program_files_named_in_the_compose_file_exist() -> None:
    mounts = [mount for service in SERVICES.values() for mount in service.get("volumes", []) if mount.startswith("./")]
    assert mounts
    assert all((ROOT / mount.split(":")[0]).is_file() for mount in mounts)


def test_image_ends_as_a_user_without_rights() -> None:
    lines = (ROOT / "Dockerfile").read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if line.startswith("USER ")] == ["USER iop"]


def test_secrets_are_made_once_and_fit_together(tmp_path: Path) -> None:
    (tmp_path / "compose").mkdir()
    script = shutil.copy(ROOT / "compose" / "make-secrets.sh", tmp_path / "compose")
    subprocess.run(["sh", script], check=True)
    first = {path.name: path.read_text(encoding="utf-8") for path in (tmp_path / "secrets").iterdir()}
    subprocess.run(["sh", script], check=True)
    assert {path.name: path.read_text(encoding="utf-8") for path in (tmp_path / "secrets").iterdir()} == first
    assert set(first) == set(COMPOSE["secrets"])
    assert first["database_url"] == f"postgres://iop_app:{first['database_app_password']}@db:5432/iop"
    assert stat.S_IMODE((tmp_path / "secrets").stat().st_mode) == 0o700


@pytest.mark.parametrize("script", sorted((ROOT / "compose").glob("*.sh")), ids=lambda path: str(path.name))
def test_shell_script_parses_and_can_be_run(script: Path) -> None:
    assert os.access(script, os.X_OK)
    assert subprocess.run(["sh", "-n", script], check=False).returncode == 0
