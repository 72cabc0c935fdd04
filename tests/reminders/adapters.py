"""Channel adapters that fail on purpose, named by settings in tests only."""

import os
import signal
from pathlib import Path
from typing import ClassVar
from zlib import crc32

from django.conf import settings

from reminders.channels import ChannelError, Message, Outcome, Receipt, UnavailableError
from reminders.channels.sandbox import SandboxSms


class ScriptedSms(SandboxSms):
    """Fails as it is told: errors to raise in turn, before or after the text is taken; or knows nothing later."""

    before: ClassVar[list[Exception]] = []
    after: ClassVar[list[Exception]] = []
    is_blind: ClassVar[bool] = False
    is_down: ClassVar[bool] = False

    @classmethod
    def reset(cls) -> None:
        cls.before, cls.after, cls.is_blind, cls.is_down = [], [], False, False

    def send(self, message: Message, key: str) -> Receipt:
        if self.before:
            raise self.before.pop(0)
        receipt = super().send(message, key)
        if self.after:
            raise self.after.pop(0)
        return receipt

    def look_up(self, key: str) -> Outcome | None:
        if self.is_down:
            code = "down"
            raise UnavailableError(code)
        return None if self.is_blind else super().look_up(key)


class RefusingMail:
    """An e-mail provider that refuses every message, with an error of its class's choosing."""

    error: ClassVar[ChannelError] = UnavailableError("down")

    def send(self, message: Message, key: str) -> Receipt:
        raise self.error

    def look_up(self, key: str) -> Outcome | None:
        return None


class KillingSms(SandboxSms):
    """Kills its own process before or after a text is taken, at most once for each text and point.

    It counts what reaches the provider in a file of its own, since the sandbox's keys would hide a second send.
    """

    def send(self, message: Message, key: str) -> Receipt:
        die("begun", key)
        with (Path(settings.MAILBOX_DIR) / "sent").open("a", encoding="utf-8") as file:
            file.write(f"{key}\n")
        receipt = super().send(message, key)
        die("sent", key)
        return receipt


def die(point: str, key: str) -> None:
    """End this process as a power cut would, for about one key in three at each point, and only once."""
    mark = Path(settings.MAILBOX_DIR) / f"{point}-{key}"
    if crc32(f"{point}{key}".encode()) % 3 == 0 and not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
