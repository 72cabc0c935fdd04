"""Joining an embedded server that runs, or starting it: the first command starts it, the last to leave ends it."""

import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

from backend.servers.console import TroubleError
from backend.servers.locks import exclusive, is_held, share, wait_until_free

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Server:
    """A running server this process holds a share of; the share ends with `leave`, or with the process."""

    folder: Path
    lock: int
    started: bool
    title: str
    port: int
    place: Path
    note: str

    @property
    def alive(self) -> bool:
        return is_held(self.folder / "keeper.lock")

    def keep_across_exec(self) -> None:
        """Let the program that this process becomes go on holding the share."""
        os.set_inheritable(self.lock, True)

    def leave(self) -> None:
        os.close(self.lock)

    def wait_until_stopped(self, *, patience: float = 20) -> bool:
        """After leaving: wait until the server has ended; False when others still share it."""
        return wait_until_free(self.folder / "keeper.lock", patience=patience)


def start_keeper(python: Path, name: str, data: Path, *, temporary: bool) -> dict[str, object]:
    """Start a detached keeper and wait for its one line."""
    log = data / "logs" / f"keeper-{name}.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    command = [str(python), "-m", "backend.servers.keeper", name, str(data), *(["--temporary"] if temporary else [])]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    with log.open("w", encoding="utf-8") as errors:
        keeper = subprocess.run(
            command,
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
            start_new_session=True,
            check=False,
        )
    line = keeper.stdout.decode()
    if not line:
        message = f"the keeper of {name} ended without a word: {log.read_text(encoding='utf-8')[-2000:]}"
        raise TroubleError(message)
    facts: dict[str, object] = json.loads(line)
    return facts


def join(python: Path, name: str, data: Path, *, temporary: bool = False) -> Server:
    """Share the server of that name over the data folder, starting it when nobody else has.

    Raises TroubleError when it cannot be started; nothing runs then.
    """
    folder = data / name
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = share(folder / "users.lock")
    except OSError as trouble:
        message = f"{folder} cannot be written ({trouble.strerror}): set IOP_DATA to a folder of your own"
        raise TroubleError(message) from trouble
    state = folder / "state.json"
    with exclusive(folder / "start.lock"):
        started = not (is_held(folder / "keeper.lock") and state.exists())
        facts = start_keeper(python, name, data, temporary=temporary) if started else json.loads(state.read_text())
    if "error" in facts:
        os.close(lock)
        raise TroubleError(str(facts["error"]))
    return Server(
        folder=folder,
        lock=lock,
        started=started,
        title=str(facts["title"]),
        port=int(str(facts["port"])),
        place=Path(str(facts["place"])),
        note=str(facts["note"]),
    )
