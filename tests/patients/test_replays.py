"""Retried requests: what was answered is repeated only to who still sees as much."""

import datetime as dt
from typing import Any

from rest_framework.test import APIClient

from backend.api.clock import frozen, now
from centers.actions import assign_role, end_role
from centers.models import Center, Staff
from centers.roles import RoleName
from tests.cast import TESTER, Cast

API = "/api/v1"
KEY = {"Idempotency-Key": "k"}


def registration(center: Center) -> dict[str, Any]:
    return {"center": str(center.pk), "mrn": "555", "first_name": "N", "last_name": "N", "birth_date": "1980-01-02"}


def signed_in(staff: Staff) -> APIClient:
    """A client of somebody read anew, as every request does."""
    client = APIClient()
    client.force_authenticate(Staff.objects.get(pk=staff.pk))
    return client


def test_an_answer_is_not_repeated_with_fields_that_are_closed_by_now(cast: Cast) -> None:
    """Cora registers somebody as a supervisor, and is none when the request comes again."""
    extra = assign_role(staff=cast.cora, center=cast.center, role=RoleName.SUPERVISOR, by=TESTER)
    body = registration(cast.center)
    first = signed_in(cast.cora).post(f"{API}/patients/", body, headers=KEY)
    assert (first.status_code, first.json()["birth_date"]) == (201, "1980-01-02")
    again = signed_in(cast.cora).post(f"{API}/patients/", body, headers=KEY)
    assert again.headers["Idempotent-Replayed"] == "true"
    with frozen(now() + dt.timedelta(seconds=1)):
        end_role(assignment=extra, by=TESTER)
        client = signed_in(cast.cora)
        assert "birth_date" not in client.get(first.headers["Location"]).json()
        assert client.post(f"{API}/patients/", body, headers=KEY).status_code == 404


def test_an_answer_of_a_center_one_has_left_is_answered_like_none(cast: Cast) -> None:
    held = assign_role(staff=cast.cora, center=cast.elsewhere, role=RoleName.COORDINATOR, by=TESTER)
    body = registration(cast.elsewhere)
    assert signed_in(cast.cora).post(f"{API}/patients/", body, headers=KEY).status_code == 201
    with frozen(now() + dt.timedelta(seconds=1)):
        end_role(assignment=held, by=TESTER)
        again = signed_in(cast.cora).post(f"{API}/patients/", body, headers=KEY)
    assert again.json()["code"] == "not_found"
