"""Fixtures of the ground: two centers, their patients, people with grants given one by one, and what was recorded."""

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from rest_framework.test import APIClient

from backend.api import recorder
from backend.api.grants import GrantKey, Ground, project
from backend.api.ids import new_id
from backend.api.recorder import Actor, Event, acting_as
from centers.models import Center, Position, Staff
from patients.models import Patient

EVER = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
Give = Callable[..., Ground]


@pytest.fixture
def acting() -> Iterator[None]:
    with acting_as(Actor("system:tests", "the tests")):
        yield


@pytest.fixture
def events(monkeypatch: pytest.MonkeyPatch) -> list[Event]:
    """What the recorder was told, instead of writing it."""
    told: list[Event] = []
    monkeypatch.setattr(recorder, "_port", [told.append])
    return told


def a_center(name: str) -> Center:
    return Center.objects.create(
        name=name,
        country="US",
        timezone="America/New_York",
        calendar_from=dt.date(2026, 1, 1),
        calendar_to=dt.date(2027, 1, 1),
    )


def a_patient(center: Center, mrn: str, last_name: str) -> Patient:
    return Patient.objects.create(
        center=center, mrn=mrn, first_name="Pat", last_name=last_name, birth_date=dt.date(1990, 2, 3)
    )


@pytest.fixture
def center(db: None, acting: None) -> Center:
    return a_center("Ground Center")


@pytest.fixture
def elsewhere(db: None, acting: None) -> Center:
    return a_center("Elsewhere")


@pytest.fixture
def patient(center: Center) -> Patient:
    return a_patient(center, "1", "Quillfeather")


@pytest.fixture
def stranger(elsewhere: Center) -> Patient:
    return a_patient(elsewhere, "2", "Faraway")


@pytest.fixture
def staff(db: None, acting: None) -> Staff:
    return Staff.objects.create_user("one@example.org", first_name="One", last_name="Person")


@pytest.fixture
def give(events: list[Event]) -> Give:
    """Grant codenames on a container to a person or a group: `give(staff, center, "view_patient", expires_at=...)`.

    A person comes to work at the center, too: the wall opens it to nobody else.
    """

    def grant_all(subject: Any, container: Any, *codenames: str, **dates: Any) -> Ground:
        ground = Ground("test", new_id())
        kind: Any = "user" if isinstance(subject, Staff) else "group"
        dates.setdefault("starts_at", EVER)
        wanted = [
            GrantKey(kind, subject.pk, codename, container._meta.label, container.pk, **dates) for codename in codenames
        ]
        center_id = container.pk if isinstance(container, Center) else container.center_id
        if isinstance(subject, Staff):
            Position.objects.get_or_create(center_id=center_id, staff=subject, title="counselor")
        project(ground=ground, wanted=wanted, center_id=center_id)
        events.clear()
        return ground

    return grant_all


@pytest.fixture
def client_of() -> Callable[[Staff], APIClient]:
    def signed_in(person: Staff) -> APIClient:
        client = APIClient(raise_request_exception=False)
        client.force_authenticate(person)
        return client

    return signed_in


@pytest.fixture
def api(staff: Staff, client_of: Callable[[Staff], APIClient]) -> APIClient:
    """A client signed in as `staff`."""
    return client_of(staff)
