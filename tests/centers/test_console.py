"""The invitation command, the page its link leads to, the checks and the OpenAPI pages of sign-in."""

import subprocess
import sys
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.test import Client
from drf_spectacular.generators import SchemaGenerator
from pytest_django.fixtures import Settings

from backend.settings import whole_number
from centers.checks import check_breached_list, check_idle_limit
from centers.models import Center, Staff
from tests.centers.conftest import API
from tests.factories import PASSWORD, staff_with_role

ROOT = Path(__file__).resolve().parents[2]


def invited(email: str, center: str) -> str:
    out = StringIO()
    call_command("invite", email, "--center", center, stdout=out)
    return out.getvalue().strip()


@pytest.mark.django_db
def test_the_command_prints_a_link_that_works(center: Center, counselor: Staff) -> None:
    page, _, token = invited(counselor.email.upper(), center.name).partition("#")
    client = Client()
    assert client.get(f"/{page.split('/', 3)[3]}").status_code == 200
    answer = client.post(
        f"{API}/invitations/accept/", {"token": token, "password": PASSWORD}, content_type="application/json"
    )
    assert answer.status_code == 204


@pytest.mark.django_db
def test_the_command_refuses_strangers_and_those_with_a_password(center: Center) -> None:
    with pytest.raises(CommandError, match="nobody"):
        invited("nobody@center.example", center.name)
    held = staff_with_role(center, password=PASSWORD)
    with pytest.raises(CommandError, match="password already"):
        invited(held.email, center.name)


@pytest.mark.parametrize(("minutes", "faults"), [(4, 1), (5, 0), (60, 0), (61, 1)])
def test_the_idle_limit_is_from_5_to_60_minutes(minutes: int, faults: int, settings: Settings) -> None:
    settings.SIGN_IN_IDLE_MINUTES = minutes
    assert len(check_idle_limit(None)) == faults


def test_the_document_tells_how_to_sign_in() -> None:
    document: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)
    login = document["paths"]["/api/v1/auth/login"]["post"]
    assert login["security"] == []
    assert document["paths"]["/api/v1/account/password/change"]["post"]["security"] == [{"signIn": []}]


@pytest.mark.parametrize("value", ["4", "61", "-15", "ten", ""])
def test_an_idle_limit_out_of_bounds_refuses_to_start(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIGN_IN_IDLE_MINUTES", value)
    with pytest.raises(ImproperlyConfigured, match="SIGN_IN_IDLE_MINUTES must be a whole number from 5 to 60"):
        whole_number("SIGN_IN_IDLE_MINUTES", 15, smallest=5, largest=60)


def test_an_idle_limit_within_bounds_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIGN_IN_IDLE_MINUTES", "30")
    assert whole_number("SIGN_IN_IDLE_MINUTES", 15, smallest=5, largest=60) == 30


def in_production(**environment: str) -> "subprocess.CompletedProcess[str]":
    """The settings as a production process reads them, with every secret but those left out."""
    names = ("SECRET_KEY", "AUDIT_DIGEST_KEY", "SECOND_FACTOR_KEY")
    given = dict.fromkeys(names, "x" * 60) | {"DATABASE_URL": "postgres://x/x", "REDIS_URL": "redis://x"} | environment
    code = "from backend import settings; print(settings.SECOND_FACTOR_REQUIRED, len(settings.SECOND_FACTOR_KEYS))"
    command = [sys.executable, "-c", code]
    return subprocess.run(command, env=given, cwd=ROOT, capture_output=True, text=True, check=False)


def test_production_requires_a_second_factor_and_its_key() -> None:
    assert in_production().stdout.split() == ["True", "1"]
    assert in_production(SECOND_FACTOR_OLD_KEYS="one,two").stdout.split() == ["True", "3"]
    assert in_production(SECOND_FACTOR_REQUIRED="0").stdout.split() == ["False", "1"]
    refused = in_production(SECOND_FACTOR_KEY="")
    assert refused.returncode != 0
    assert "SECOND_FACTOR_KEY is not set" in refused.stderr


def test_a_list_of_breached_passwords_that_is_named_is_there(settings: Settings, tmp_path: Path) -> None:
    settings.BREACHED_PASSWORDS_FILE = str(tmp_path / "pwned")
    assert [fault.id for fault in check_breached_list(None)] == ["centers.E002"]
    (tmp_path / "pwned").touch()
    assert check_breached_list(None) == []
