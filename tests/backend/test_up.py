"""`iop.py up` as a newcomer meets it: it starts everything, says where, and leaves nothing behind."""

import http.client
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from backend.servers.installation import temporary_folder
from backend.servers.processes import free_port
from backend.servers.sharing import ROOT
from tests.backend.launching import is_running, kill_hard, state_of, until

pytestmark = [pytest.mark.servers, pytest.mark.xdist_group("up")]


class Installed:
    """A running `up --no-demo` and what can be found out about it."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.port = free_port()
        replaced = {"DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL", "IOP_DEBUG"}
        self.environment = {name: value for name, value in os.environ.items() if name not in replaced}
        self.environment["IOP_DATA"] = str(data)
        command = [sys.executable, "iop.py", "up", "--no-demo", "--port", str(self.port)]
        with (data / "said").open("w", encoding="utf-8") as said:
            self.process = subprocess.Popen(
                command, cwd=ROOT, env=self.environment, stdout=subprocess.PIPE, stderr=said, text=True
            )

    def wait(self) -> str:
        """Wait for the closing lines."""
        assert self.process.stdout
        lines: list[str] = []
        while not (lines and "Ctrl-C" in lines[-1]):
            lines.append(self.process.stdout.readline())
            assert lines[-1], self.said()
        return "".join(lines)

    def said(self) -> str:
        return (self.data / "said").read_text(encoding="utf-8")

    def manage(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        command = [sys.executable, "iop.py", "manage", *arguments]
        return subprocess.run(command, cwd=ROOT, env=self.environment, capture_output=True, text=True, check=False)

    def pids(self) -> list[int]:
        """Everything that runs on its data: servers, keepers, web, worker, beat."""
        servers = [state_of(self.data, name) for name in ("postgres", "valkey")]
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text(encoding="ascii")
        return [*map(int, children.split()), *(facts[key] for facts in servers for key in ("pid", "keeper"))]

    def healthy(self) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        connection.request("GET", "/healthz")
        answer = connection.getresponse().status
        connection.close()
        return answer == http.HTTPStatus.OK


@pytest.fixture(scope="module")
def data() -> Iterator[Path]:
    """One data folder for all: only the first start has tables to make."""
    folder = temporary_folder()
    yield folder
    until(lambda: not (folder / "postgres" / "state.json").exists())
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def installed(data: Path) -> Iterator[Installed]:
    running = Installed(data)
    yield running
    running.process.kill()
    running.process.communicate()


def test_up_serves_lets_commands_join_and_leaves_nothing_when_killed(installed: Installed) -> None:
    closing = installed.wait()
    assert f"http://127.0.0.1:{installed.port}/api/docs/" in closing
    assert "[7/7] Beat" in installed.said()
    assert installed.healthy()
    joined = installed.manage("shell", "-v", "0", "-c", "from django.db import connection as c; c.ensure_connection()")
    assert (joined.returncode, joined.stderr) == (0, "")
    running = installed.pids()
    assert len(running) == 7
    kill_hard(installed.process.pid)
    assert until(lambda: not any(map(is_running, running)))


def test_up_stops_everything_when_a_part_of_it_ends(installed: Installed) -> None:
    installed.wait()
    running = installed.pids()
    kill_hard(running[1])
    assert installed.process.wait(30) == 1
    assert "Worker has ended" in installed.said()
    assert until(lambda: not any(map(is_running, running)))


def test_up_stops_at_a_word_even_while_it_starts(installed: Installed) -> None:
    assert until(lambda: "Valkey" in installed.said(), seconds=60)
    facts = [state_of(installed.data, name) for name in ("postgres", "valkey")]
    installed.process.send_signal(signal.SIGTERM)
    assert installed.process.wait(30) == 0
    assert until(lambda: not any(is_running(one["pid"]) for one in facts))
