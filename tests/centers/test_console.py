"""The invitation command, the page its link leads to, the checks and the OpenAPI pages of sign-in."""

from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from drf_spectacular.generators import SchemaGenerator
from pytest_django.fixtures import Settings

from centers.checks import check_idle_limit
from centers.models import Center, Staff
from tests.centers.conftest import API
from tests.factories import PASSWORD, staff_with_role


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
