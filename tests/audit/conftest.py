"""Fixtures of the audit tests: somebody who acts, and one entry in the log."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.db import connection

from audit import registry
from audit.models import LogEntry
from backend.api.ids import new_id
from backend.api.recorder import Actor, ActorContext, Event, acting_as, record


@pytest.fixture
def acting() -> Iterator[ActorContext]:
    actor = Actor("0192f3f0-0000-7000-8000-000000000001", "Nora Nurse", "counselor")
    with acting_as(actor, request_id="req-1", address="10.0.0.9") as context:
        yield context


@pytest.fixture
def entry(db: None, acting: ActorContext) -> LogEntry:
    record(Event("read", kind="patients.Patient", center_id=new_id(), patient_ids=(new_id(),)))
    return LogEntry.objects.get()


@pytest.fixture
def logged_groups() -> Iterator[type[Group]]:
    """Django's Group, logged on every change, its name never in clear: a stand-in for any model."""
    registry.register(Group, plain=["id"])
    yield Group
    registry.unregister(Group)


def run_sql(statement: str, *parameters: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters or None)
