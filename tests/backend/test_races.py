"""Two clients at once, on connections of their own: one key is executed once, one version is changed once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connections

from centers.models import Center, Room, Staff
from patients.models import Patient
from tests.backend.conftest import Give

pytestmark = [pytest.mark.urls("tests.backend.routes"), pytest.mark.django_db(transaction=True)]
CLIENTS = 6


@pytest.fixture
def together(staff: Staff, client_of: Callable[[Staff], Any]) -> Callable[[Callable[[Any], Any]], list[Any]]:
    """Run one request in several threads at once."""

    def run(send: Callable[[Any], Any]) -> list[Any]:
        def one(_number: int) -> Any:
            try:
                return send(client_of(Staff.objects.get(pk=staff.pk)))
            finally:
                connections.close_all()

        with ThreadPoolExecutor(CLIENTS) as pool:
            return list(pool.map(one, range(CLIENTS)))

    return run


def test_one_key_sent_at_once_makes_one_room(
    center: Center, staff: Staff, give: Give, together: Callable[..., list[Any]]
) -> None:
    give(staff, center, "manage_center")
    body = {"center": str(center.pk), "code": "R1", "name": "Oak", "capacity": 5}
    answers = together(lambda api: api.post("/api/v1/rooms/", body, headers={"Idempotency-Key": "once"}))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    assert Room.objects.count() == 1


def test_one_version_is_changed_once(
    patient: Patient,
    staff: Staff,
    give: Give,
    together: Callable[..., list[Any]],
    client_of: Callable[[Staff], Any],
) -> None:
    give(staff, patient, "view_patient", "manage_patient")
    address = f"/api/v1/patients/{patient.pk}/"
    tag = client_of(staff).get(address).headers["ETag"]
    names = iter(f"Name{number}" for number in range(CLIENTS))
    answers = together(lambda api: api.patch(address, {"first_name": next(names)}, headers={"If-Match": tag}))
    assert sorted(answer.status_code for answer in answers) == [200] + [412] * (CLIENTS - 1)
    patient.refresh_from_db()
    assert patient.version == 2
