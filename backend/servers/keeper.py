"""Owns one embedded server: starts it, and stops it once no command shares it any more.

Run as `python -m backend.servers.keeper NAME DATA [--temporary]`, detached from any terminal. It writes one line of
JSON to standard output, the facts of the running server or an `error`, closes it and waits. Commands hold a share of
`users.lock`, which the kernel takes back even from a killed one; the keeper alone asks for it exclusively.
`keeper.lock` tells that the keeper lives.
"""

import json
import os
import shutil
import signal
import sys
import time
from pathlib import Path
from typing import Protocol

from backend.servers.console import TroubleError
from backend.servers.locks import open_lock, try_exclusive
from backend.servers.postgres import Postgres
from backend.servers.processes import free_port, last_lines, launch, stop
from backend.servers.valkey import Valkey

START_SECONDS = 120.0
# A server that another keeper lost may need a moment to end; a port found free may be taken the moment after.
TRIES = 20
PAUSE = 0.2


class Engine(Protocol):
    """What the keeper needs to know about a kind of server."""

    name: str
    title: str
    stop_signal: signal.Signals
    data: Path
    note: str
    place: Path

    @property
    def version(self) -> str: ...
    def prepare(self) -> None: ...
    def command(self, port: int) -> list[str]: ...
    def is_ready(self, port: int) -> bool: ...
    def introduce(self, port: int, /) -> None: ...


ENGINES: dict[str, type[Postgres | Valkey]] = {Postgres.name: Postgres, Valkey.name: Valkey}


class Keeper:
    """One engine's server process and the locks around it."""

    def __init__(self, engine: Engine, folder: Path, *, temporary: bool) -> None:
        self.engine = engine
        self.folder = folder
        self.temporary = temporary
        self.log = engine.data / "logs" / f"{engine.name}.log"
        self.asked_to_stop = False

    def start(self) -> None:
        self.engine.prepare()
        for _ in range(TRIES):
            self.port = free_port()
            self.process = launch(self.engine.command(self.port), log=self.log)
            if self._comes_up():
                break
            time.sleep(PAUSE)
        else:
            message = f"{self.engine.title} did not start; {self.log} ends with:\n{last_lines(self.log)}"
            raise TroubleError(message)
        self.engine.introduce(self.port)

    def _comes_up(self) -> bool:
        until = time.monotonic() + START_SECONDS
        while self.process.poll() is None and time.monotonic() < until:
            if self.engine.is_ready(self.port):
                return True
            time.sleep(0.02)
        stop(self.process, self.engine.stop_signal, patience=5)
        return False

    def facts(self) -> dict[str, object]:
        return {
            "title": f"{self.engine.title} {self.engine.version}",
            "port": self.port,
            "pid": self.process.pid,
            "keeper": os.getpid(),
            "place": str(self.engine.place),
            "note": self.engine.note,
        }

    def watch(self, users: int) -> None:
        """Wait until no command shares the server, or the server itself has ended, or somebody stops us."""
        while not self.asked_to_stop and self.process.poll() is None and not try_exclusive(users):
            time.sleep(PAUSE)

    def finish(self) -> None:
        stop(self.process, self.engine.stop_signal, patience=20)
        (self.folder / "state.json").unlink(missing_ok=True)
        if self.temporary:
            shutil.rmtree(self.engine.place, ignore_errors=True)
            shutil.rmtree(self.folder, ignore_errors=True)
            if not any((self.engine.data / name).exists() for name in ENGINES):
                shutil.rmtree(self.engine.data, ignore_errors=True)


def report(facts: dict[str, object]) -> None:
    """Tell whoever started us, and let go of their pipe."""
    sys.stdout.write(json.dumps(facts) + "\n")
    sys.stdout.flush()
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())


def main(arguments: list[str]) -> int:
    # The child keeps: it is nobody's to wait for, so a command that stays for days collects no dead keepers.
    if os.fork():
        os._exit(0)
    name, data, *flags = arguments
    temporary = "--temporary" in flags
    folder = Path(data) / name
    alive, users = open_lock(folder / "keeper.lock"), open_lock(folder / "users.lock")
    if not try_exclusive(alive):
        report({"error": f"another keeper of {folder} is alive"})
        return 1
    keeper = Keeper(ENGINES[name](Path(data), temporary=temporary), folder, temporary=temporary)
    signal.signal(signal.SIGTERM, lambda *_: setattr(keeper, "asked_to_stop", True))
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        keeper.start()
    except TroubleError as trouble:
        report({"error": str(trouble)})
        return 1
    facts = keeper.facts()
    (folder / "state.json").write_text(json.dumps(facts), encoding="utf-8")
    report(facts)
    keeper.watch(users)
    keeper.finish()
    # In this order: a command that gets its share must find no keeper.
    os.close(alive)
    os.close(users)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
