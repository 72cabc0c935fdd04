"""Whoever lacks the second factor their role wants is told so and nothing else, of what there is and what is not."""

from typing import Any

import pytest
from django.db import transaction
from pytest_django.fixtures import Settings
from rest_framework.test import APIClient

from backend.api.clock import frozen
from centers.models import SignIn
from tests.access.answers import ADDRESSES, answer
from tests.access.asked import differs, targets_of
from tests.access.counting import CELLS
from tests.access.test_matrix import Recorder
from tests.access.ways import Ask, asks, encoded, with_absent
from tests.access.world import World, token

# One of each role that wants one. A director's does not: it sees sums and no patient.
LACKING = ("clara", "cora", "sue", "bill", "percy", "ada")
WAYS = ("list", "detail", "write", "foreign key", "search")
# One's own devices, before a second factor is set up as well.
OPEN = ("devices/",)


# The world takes seconds to build: one process builds it for these.
pytestmark = pytest.mark.xdist_group("access, one by one")


@pytest.fixture
def required(world: World, settings: Settings) -> World:
    """The world on devices on which a password was given and nothing else."""
    settings.SECOND_FACTOR_REQUIRED = True
    SignIn.objects.update(second_factor_at=None)
    return world


def send(client: APIClient, ask: Ask) -> Any:
    with transaction.atomic():
        response = client.generic(ask.method, ask.path, **encoded(ask))
        transaction.set_rollback(True)
    return response


def client_of(name: str) -> APIClient:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {token(name)}")
    return client


@pytest.mark.parametrize("name", LACKING)
def test_who_lacks_the_second_factor_is_answered_alike_everywhere(
    required: World, name: str, record_property: Recorder
) -> None:
    cells, said = 0, set[bytes]()
    client = client_of(name)
    with frozen(required.at(name)):
        for address in (one for one in ADDRESSES if not one.route.startswith(OPEN)):
            target = targets_of(address)[0]
            ids = required.ids(target)
            for there, absent in zip(
                asks(name, address, target, ids, ""),
                asks(name, address, target, with_absent(address, ids), ""),
                strict=True,
            ):
                if there.way in WAYS:
                    cells += 1
                    shown = send(client, there)
                    said.add(shown.content)
                    assert shown.status_code == 403, address
                    assert differs(shown, send(client, absent)) is None, address
    record_property(CELLS, cells)
    assert len(said) == 1
    assert b"second_factor_required" in said.pop()


def test_a_director_and_a_program_want_no_second_factor(required: World) -> None:
    for name in ("dora", "hall"):
        with frozen(required.at(name)):
            (address,) = (one for one in ADDRESSES if (one.method, one.route) == ("GET", "groups/{id}/"))
            (ask,) = (one for one in asks(name, address, "pat", required.ids("pat"), "") if one.way == "detail")
            assert send(client_of(name), ask).status_code == answer(name, address, "pat") == 200


def test_ones_own_devices_are_shown_before_a_second_factor_is_set_up(required: World) -> None:
    with frozen(required.at("clara")):
        assert client_of("clara").get("/api/v1/devices/").status_code == 200
