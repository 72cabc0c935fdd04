"""What the launcher says: numbered steps with their times, and troubles told in one sentence."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager


class TroubleError(Exception):
    """Something the reader can act on; its text is printed without a traceback and the command ends with status 1."""


def say(text: str) -> None:
    """Speak on standard error: standard output belongs to the command that was asked for."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


class Step:
    """One numbered step under way; `title` and `note` may be filled while it runs."""

    def __init__(self, title: str) -> None:
        self.title = title
        self.note = ""


class Steps:
    """Announces each step as it begins on a terminal, and prints what it took."""

    def __init__(self, total: int) -> None:
        self.total = total
        self.number = 0

    @contextmanager
    def step(self, title: str) -> Iterator[Step]:
        self.number += 1
        mark = f"[{self.number}/{self.total}]"
        current = Step(title)
        began = time.monotonic()
        if sys.stderr.isatty():
            say(f"{mark} {title} …")
        yield current
        say(f"{mark} {current.title} … {time.monotonic() - began:.1f} s")
        if current.note:
            say(f"      {current.note}")
