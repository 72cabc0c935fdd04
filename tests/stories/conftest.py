"""Where stories begin: the cast at new year with passwords, and a mailbox in place of a provider."""

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.hashers import make_password
from django.core.cache import cache

from backend.api.clock import frozen
from backend.api.ids import new_id
from backend.api.recorder import acting_as
from centers.models import Staff
from tests.cast import TESTER, Cast, assembled
from tests.scheduling.conftest import at
from tests.stories.steps import Story


@pytest.fixture
def cast(db: None) -> Cast:
    """The cast at new year, each with a password."""
    with acting_as(TESTER), frozen(at(dt.date(2026, 1, 2), 12)):
        found = assembled()
    Staff.objects.update(password=make_password("correct horse battery staple"))
    return found


@pytest.fixture
def story(cast: Cast, settings: Any, tmp_path: Path) -> Story:
    """The story, before it begins."""
    own = {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": str(new_id())}
    settings.CACHES = {"default": own}
    cache.clear()
    settings.MAILBOX_DIR = tmp_path
    settings.SMS_ADAPTER = "reminders.channels.sandbox.SandboxSms"
    names = ("center", "program", "room", "pat", "clara", "sue")
    return Story({name: str(getattr(cast, name).pk) for name in names})
