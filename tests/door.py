"""The admin's door, a plugin: a client for anybody of the cast, signed in at the admin's own page."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from pytest_django.fixtures import Settings

from audit.models import LogEntry
from backend.api.ids import new_id
from centers.models import Staff
from tests.cast import PASSWORD, Cast

Entered = Callable[[str], Client]


def enter(staff: Staff) -> Client:
    """A client signed in to the admin as a member of staff."""
    staff.set_password(PASSWORD)
    staff.save(update_fields=["password"])
    client = Client(raise_request_exception=False)
    client.post("/admin/login/", {"username": staff.email, "password": PASSWORD})
    return client


@pytest.fixture
def enters(cast: Cast, settings: Settings) -> Entered:
    """`enters("cora")` is a client of Cora's in the admin. Attempts are counted from zero."""
    settings.CACHES = {
        "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": str(new_id())}
    }
    cache.clear()
    return lambda name: enter(cast.staff[name])


def text(answer: Any) -> str:
    """The page as text."""
    return str(answer.content.decode())


def last(action: str = "read", **which: Any) -> LogEntry:
    """The latest entry of an action."""
    return LogEntry.objects.filter(action=action, **which).latest()
