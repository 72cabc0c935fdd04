"""Fixtures of the reminder tests: a world, and a mailbox of its own for every test."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from backend.api.recorder import acting_as
from reminders.channels.sandbox import SandboxSms
from tests.reminders.world import TESTER, World, a_world


@pytest.fixture(autouse=True)
def _mailbox(settings: Any, tmp_path: Path) -> None:
    settings.MAILBOX_DIR = tmp_path / "mailbox"
    settings.EMAIL_FILE_PATH = str(tmp_path / "mailbox" / "email")
    settings.SMS_ADAPTER = "reminders.channels.sandbox.SandboxSms"


@pytest.fixture
def acting() -> Iterator[None]:
    with acting_as(TESTER):
        yield


@pytest.fixture
def world(db: None, acting: None) -> World:
    return a_world()


@pytest.fixture
def sandbox() -> SandboxSms:
    return SandboxSms()
