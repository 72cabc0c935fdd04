"""The SMS sandbox: a real adapter whose provider is a local mailbox, one JSON object a line."""

import fcntl
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings

from backend.api.clock import now
from reminders.channels import Message, Outcome, Receipt, RejectedError

# Numbers that behave as carriers' test numbers do, so that every state can be seen without a carrier.
TAKES_NOTHING = "0999"
NEVER_CONFIRMS = "0998"

Line = Mapping[str, str]


class SandboxSms:
    """Appends each text to `sms/messages.jsonl` in the mailbox, once per key, and its later states as further lines.

    Numbers that end in 0999 take no texts; those that end in 0998 never confirm one. A line is on the disk before the
    text counts as accepted, and writers exclude each other, so neither a kill nor a second worker loses or repeats it.
    """

    def __init__(self) -> None:
        """Write into the mailbox that settings name."""
        self.path = Path(settings.MAILBOX_DIR) / "sms" / "messages.jsonl"

    def send(self, message: Message, key: str) -> Receipt:
        """Append the text unless its key stands there already. Raises RejectedError for a number that takes none."""
        with self._locked() as file:
            outcome = _latest(_lines(self.path), key) or self._take(file, message, key)
        if outcome is Outcome.REJECTED:
            code = "number_takes_no_texts"
            raise RejectedError(code)
        return Receipt(f"sandbox-{key}", outcome)

    def look_up(self, key: str) -> Outcome | None:
        """The latest state of the text; absent where no line has its key."""
        return _latest(_lines(self.path), key) or Outcome.ABSENT

    def received(self, sender: str, body: str) -> None:
        """Keep an incoming text of the sandbox for its reader."""
        with self._locked() as file:
            _append(file, {"at": now().isoformat(), "from": sender, "body": body})

    def messages(self) -> list[Line]:
        """Every text sent and received, the oldest first; each sent one with its latest state."""
        lines = _lines(self.path)
        states = {line["key"]: line["state"] for line in lines if "key" in line}
        return [
            {**line, **({"state": states[line["key"]]} if "key" in line else {})} for line in lines if "body" in line
        ]

    def _take(self, file: int, message: Message, key: str) -> Outcome:
        rejected = message.to.endswith(TAKES_NOTHING)
        outcome = Outcome.REJECTED if rejected else Outcome.ACCEPTED
        at = now().isoformat()
        _append(file, {"at": at, "key": key, "to": message.to, "body": message.body, "state": outcome})
        if rejected or message.to.endswith(NEVER_CONFIRMS):
            return outcome
        _append(file, {"at": at, "key": key, "state": Outcome.DELIVERED})
        return Outcome.DELIVERED

    @contextmanager
    def _locked(self) -> Iterator[int]:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        file = os.open(self.path, os.O_CREAT | os.O_APPEND | os.O_RDWR, 0o600)
        try:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield file
        finally:
            os.close(file)


def _append(file: int, line: Line) -> None:
    """Write one line and wait for the disk; a torn line before it is ended first."""
    size = os.fstat(file).st_size
    torn = size > 0 and os.pread(file, 1, size - 1) != b"\n"
    os.write(file, b"\n" * torn + json.dumps(line, ensure_ascii=False).encode() + b"\n")
    os.fsync(file)


def _lines(path: Path) -> list[Line]:
    """Every whole line; one that was torn by a power cut was never accepted."""
    found: list[Line] = []
    for text in path.read_bytes().splitlines() if path.exists() else ():
        try:
            found.append(json.loads(text))
        except ValueError:
            continue
    return found


def _latest(lines: list[Line], key: str) -> Outcome | None:
    states = [line["state"] for line in lines if line.get("key") == key]
    return Outcome(states[-1]) if states else None
