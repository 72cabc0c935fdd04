"""Starting and stopping programs that must not outlive whoever started them."""

import os
import pwd
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

TETHER = Path(__file__).with_name("tether.py")
NOBODY_UID = 65534


@dataclass(frozen=True)
class Account:
    """A user and group of this machine."""

    uid: int
    gid: int

    @classmethod
    def nobody(cls) -> "Account":
        try:
            entry = pwd.getpwnam("nobody")
        except KeyError:
            return cls(NOBODY_UID, NOBODY_UID)
        return cls(entry.pw_uid, entry.pw_gid)


def tethered(command: Sequence[str | Path], *, stop: signal.Signals, account: Account | None = None) -> list[str]:
    """The command line that runs `command` so that it gets `stop` when this process dies, however it dies."""
    who = f"{account.uid}:{account.gid}" if account else "-"
    tether = [sys.executable, "-I", "-S", str(TETHER), str(int(stop)), str(os.getpid()), who]
    return [*tether, *map(str, command)]


def run_as(account: Account | None, command: Sequence[str | Path], **extra: str) -> "subprocess.CompletedProcess[str]":
    """Run a short command to its end as `account` (None: as ourselves), with `extra` in its environment."""
    environment = dict(os.environ) | extra
    nobody_else: list[str | int] = []
    return subprocess.run(
        [str(part) for part in command],
        cwd="/",
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        user=account.uid if account else None,
        group=account.gid if account else None,
        extra_groups=nobody_else if account else None,
    )


def can(account: Account | None, letter: str, path: Path) -> bool:
    """Whether the account passes `test -LETTER` on the path, tried for real: parent folders and ACLs count too."""
    return run_as(account, ["/bin/sh", "-c", f'test -{letter} "$1"', "sh", path]).returncode == 0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def open_log(path: Path) -> int:
    """A descriptor on a new log file; the one of the run before stays beside it as `.1`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists():
        path.replace(path.with_name(f"{path.name}.1"))
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)


def launch(
    command: Sequence[str],
    *,
    log: Path,
    environment: Mapping[str, str] | None = None,
    cwd: str = "/",
    keep: Sequence[int] = (),
) -> subprocess.Popen[bytes]:
    """Start a program in a session of its own (Ctrl-C is ours to pass on), writing to a fresh log."""
    descriptor = open_log(log)
    try:
        return subprocess.Popen(
            command,
            cwd=cwd,
            env=dict(environment) if environment is not None else None,
            stdin=subprocess.DEVNULL,
            stdout=descriptor,
            stderr=descriptor,
            start_new_session=True,
            pass_fds=keep,
        )
    finally:
        os.close(descriptor)


def stop(process: "subprocess.Popen[bytes]", how: signal.Signals, *, patience: float) -> None:
    """Ask, wait up to `patience` seconds, then kill the program's whole session."""
    if process.poll() is None:
        process.send_signal(how)
    try:
        process.wait(patience)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def last_lines(path: Path, count: int = 8) -> str:
    """The end of a log, for a message that says why something stopped."""
    if not path.exists():
        return ""
    return "\n".join(path.read_text(encoding="utf-8", errors="replace").splitlines()[-count:])
