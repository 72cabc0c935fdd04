"""Devices: idle ones resumed by one factor, listed and revoked by their owner alone."""

import datetime as dt

import pytest
from pytest_django import DjangoAssertNumQueries
from pytest_django.fixtures import Settings
from rest_framework.test import APIClient

from audit.models import LogEntry
from backend.api.clock import frozen, now
from backend.api.ids import new_id
from centers.models import Center, SignIn, Staff
from centers.roles import RoleName
from tests.centers.doors import (
    API,
    APP,
    CODE_AGAIN,
    FACTORS,
    LOGIN,
    PASSWORD_AGAIN,
    SESSION,
    enroll_app,
    signed_in,
    status_with,
)
from tests.factories import PASSWORD, staff_with_role

pytestmark = pytest.mark.django_db
DEVICES = f"{API}/devices/"


@pytest.fixture
def anna(center: Center) -> Staff:
    return staff_with_role(center, RoleName.COORDINATOR, email="anna@center.example", password=PASSWORD)


def later(settings: Settings) -> dt.datetime:
    return now() + dt.timedelta(minutes=settings.SIGN_IN_IDLE_MINUTES)


def test_an_idle_device_opens_nothing_but_resuming(anna: Staff, settings: Settings) -> None:
    client = signed_in(anna)
    with frozen(later(settings)):
        for address in (f"{API}/centers/", SESSION, DEVICES, FACTORS, APP):
            answer = client.get(address)
            assert (answer.status_code, answer.json()["code"], answer["WWW-Authenticate"]) == (
                401,
                "sign_in_idle",
                "Bearer",
            )
        assert client.post(LOGIN, {"email": anna.email, "password": PASSWORD}).json()["code"] == "sign_in_idle"


def test_an_idle_device_can_be_signed_out_for_good(anna: Staff, settings: Settings) -> None:
    client = signed_in(anna)
    with frozen(later(settings)):
        assert client.post(f"{API}/sign-out/").status_code == 204
        assert client.post(PASSWORD_AGAIN, {"password": PASSWORD}).status_code == 401


@pytest.mark.parametrize("factor", ["password", "code"])
def test_one_factor_resumes_an_idle_device(factor: str, anna: Staff, settings: Settings) -> None:
    client = signed_in(anna)
    phone = enroll_app(client)
    with frozen(later(settings)) as at:
        if factor == "password":
            answer = client.post(PASSWORD_AGAIN, {"password": PASSWORD})
        else:
            answer = client.post(CODE_AGAIN, {"code": phone.code()})
        assert answer.status_code == 200, answer.content
        assert status_with(client) == 200
    device = SignIn.objects.get()
    assert (device.second_factor_at == at) == (factor == "code")
    assert LogEntry.objects.filter(action="sign_in_resumed", actor_id=str(anna.pk)).count() == 1


def test_a_wrong_factor_resumes_nothing(anna: Staff, settings: Settings) -> None:
    client = signed_in(anna)
    with frozen(later(settings)):
        assert client.post(PASSWORD_AGAIN, {"password": "wrong"}).status_code == 400
        assert status_with(client) == 401


def test_resuming_does_not_begin_the_hours_anew(anna: Staff, settings: Settings) -> None:
    client = signed_in(anna)
    start = now()
    for step in range(1, 48):
        with frozen(start + dt.timedelta(minutes=15 * step)):
            assert client.post(PASSWORD_AGAIN, {"password": PASSWORD}).status_code == 200
    with frozen(start + dt.timedelta(hours=settings.SIGN_IN_ABSOLUTE_HOURS, seconds=1)):
        answer = client.post(PASSWORD_AGAIN, {"password": PASSWORD})
        assert (answer.status_code, answer.json()["code"]) == (401, "not_authenticated")


def test_a_revoked_device_is_not_resumed(anna: Staff) -> None:
    client = signed_in(anna)
    SignIn.objects.revoke(staff_id=anna.pk)
    assert client.post(PASSWORD_AGAIN, {"password": PASSWORD}).status_code == 401


def test_one_sees_ones_own_devices(anna: Staff, center: Center) -> None:
    client = signed_in(anna)
    signed_in(anna)
    signed_in(staff_with_role(center, email="bo@center.example", password=PASSWORD))
    rows = client.get(DEVICES).json()["results"]
    assert [(row["is_current"], row["has_second_factor"]) for row in rows] == [(True, False), (False, False)]
    assert client.get(DEVICES, {"staff": "x"}).status_code == 400


def test_the_list_takes_as_many_statements_for_twenty_devices_as_for_one(
    anna: Staff, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client = signed_in(anna)
    for number in range(20):
        SignIn.objects.create(staff=anna, token_hash=str(number).encode())
    # The device that asks, savepoint, wall, the list, leaving the wall, release: no reach is read for one's own.
    with django_assert_num_queries(6):
        assert len(client.get(DEVICES).json()["results"]) == 21


def test_a_device_is_revoked_on_its_very_next_request(anna: Staff) -> None:
    mine, other = signed_in(anna), signed_in(anna)
    device_id = next(row["id"] for row in mine.get(DEVICES).json()["results"] if not row["is_current"])
    assert mine.post(f"{DEVICES}{device_id}/revoke/").status_code == 204
    assert (status_with(mine), status_with(other)) == (200, 401)
    entry = LogEntry.objects.get(action="device_revoked")
    assert (entry.actor_id, entry.object_pk) == (str(anna.pk), device_id)


def test_every_other_device_is_revoked(anna: Staff) -> None:
    clients = [signed_in(anna) for _ in range(3)]
    assert clients[0].post(f"{DEVICES}revoke-others/").status_code == 204
    assert [status_with(client) for client in clients] == [200, 401, 401]


def test_a_device_of_somebody_else_is_absent(anna: Staff, center: Center) -> None:
    client = signed_in(anna)
    other = staff_with_role(center, email="bo@center.example", password=PASSWORD)
    theirs = signed_in(other)
    hidden = client.post(f"{DEVICES}{other.sign_ins.get().pk}/revoke/")
    absent = client.post(f"{DEVICES}{new_id()}/revoke/")
    assert (hidden.status_code, hidden.content) == (absent.status_code, absent.content)
    assert hidden.status_code == 404
    assert status_with(theirs) == 200


def test_nobody_has_no_devices() -> None:
    assert APIClient().get(DEVICES).status_code == 401
