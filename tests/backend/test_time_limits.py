"""A request that takes too long, or waits for somebody else, is told so in time, and the next one is served."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection, connections, transaction
from rest_framework.test import APIClient

from audit.models import LogEntry
from backend.api.gate import forget_every_reach
from centers.models import Center, Staff
from patients.models import Patient
from tests.backend.conftest import Give

pytestmark = [pytest.mark.urls("tests.backend.routes"), pytest.mark.django_db(transaction=True)]
SLOWEST = 5.0


@pytest.fixture
def url(staff: Staff, patient: Patient, center: Center, give: Give) -> str:
    give(staff, center, "view_patient", "manage_patient")
    return f"/api/v1/patients/{patient.pk}/"


@pytest.fixture(autouse=True)
def fresh_connection() -> Iterator[None]:
    """What a test sets on its connection goes with it."""
    yield
    forget_every_reach()
    connection.close()


def limit(name: str, value: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SET {name} = '{value}'")


@contextmanager
def somebody_changing(patient: Patient) -> Iterator[None]:
    """Another connection holds the row's lock."""
    held, done = threading.Event(), threading.Event()

    def hold() -> None:
        with transaction.atomic():
            Patient.objects.select_for_update().get(pk=patient.pk)
            held.set()
            done.wait(SLOWEST * 2)
        connections.close_all()

    thread = threading.Thread(target=hold)
    thread.start()
    assert held.wait(SLOWEST)
    try:
        yield
    finally:
        done.set()
        thread.join()


def assert_refused(send: Callable[[], Any], status: int, code: str, patient: Patient) -> None:
    begun = time.monotonic()
    answer = send()
    assert time.monotonic() - begun < SLOWEST
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert int(answer.headers["Retry-After"]) > 0
    patient.refresh_from_db()
    assert (patient.version, patient.last_name) == (1, "Quillfeather")


def test_a_lock_that_somebody_holds_is_busy(url: str, patient: Patient, api: APIClient) -> None:
    limit("lock_timeout", "200ms")
    tag = {"If-Match": api.get(url).headers["ETag"]}
    change = {"first_name": "Patricia"}
    with somebody_changing(patient):
        assert_refused(lambda: api.patch(url, change, headers=tag), 409, "busy", patient)
    assert api.patch(url, change, headers=tag).status_code == 200


@pytest.mark.parametrize(
    ("name", "how"), [("statement_timeout", "slow"), ("transaction_timeout", "dawdle"), ("transaction_timeout", "slow")]
)
def test_what_takes_too_long_is_unavailable_and_the_next_request_is_served(
    url: str, patient: Patient, api: APIClient, name: str, how: str
) -> None:
    limit(name, "300ms")
    assert_refused(lambda: api.post(f"{url}fail/{how}/"), 503, "unavailable", patient)
    assert api.get(url).status_code == 200


def test_standing_idle_in_a_transaction_is_cut_off(url: str, patient: Patient, api: APIClient) -> None:
    limit("idle_in_transaction_session_timeout", "200ms")
    assert_refused(lambda: api.post(f"{url}fail/idle/"), 503, "unavailable", patient)
    assert api.get(url).status_code == 200


def test_the_refusal_is_recorded_on_a_connection_of_its_own(
    staff: Staff, url: str, patient: Patient, api: APIClient, events: list[Any]
) -> None:
    limit("transaction_timeout", "300ms")
    api.post(f"{url}fail/dawdle/")
    assert [(event.action, event.outcome) for event in events] == [("refuse", "unavailable")]
    assert not LogEntry.objects.filter(kind="read", actor_id=str(staff.pk)).exists()
