"""Helpers for tests that start real servers and programs in processes of their own."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from backend.servers.sharing import ROOT

JOIN = """
import json, sys, time
from pathlib import Path
from backend.servers.sharing import join
server = join(Path(sys.executable), sys.argv[1], Path(sys.argv[2]))
print(json.dumps({"port": server.port, "started": server.started}), flush=True)
sys.stdin.read()
"""


class Holder:
    """Another command that shares a server until it is told to end, or killed."""

    def __init__(self, name: str, data: Path) -> None:
        command = [sys.executable, "-c", JOIN, name, str(data)]
        self.process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout
        self.facts: dict[str, Any] = json.loads(self.process.stdout.readline())

    def end(self) -> None:
        self.process.communicate("")

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate()


def until(condition: Callable[[], bool], seconds: float = 20) -> bool:
    """Wait for a condition; False when it did not come true in time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.05)
    return condition()


def is_running(pid: int) -> bool:
    """Whether the process still does anything: a zombie waiting for its parent does not."""
    try:
        os.kill(pid, 0)
        state = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
    except (ProcessLookupError, FileNotFoundError):
        return False
    except PermissionError:
        return True
    return state != "Z"


def state_of(data: Path, name: str) -> dict[str, Any]:
    """What the keeper wrote about the running server."""
    facts: dict[str, Any] = json.loads((data / name / "state.json").read_text(encoding="utf-8"))
    return facts


def kill_hard(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)
