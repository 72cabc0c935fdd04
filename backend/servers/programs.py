"""The three programs of an installation: web, worker and beat."""

import errno
import http.client
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from backend.servers.console import TroubleError
from backend.servers.installation import Installation
from backend.servers.processes import last_lines, launch, stop, tethered

DEFAULT_PORT = 8000
NEIGHBORS = 20
START_SECONDS = 120.0
STOP_SECONDS = 10.0


def try_listen(port: int) -> socket.socket | None:
    """A socket that already listens there, or None when somebody else's does."""
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(("127.0.0.1", port))
        listener.listen(512)
    except OSError as trouble:
        listener.close()
        if trouble.errno == errno.EADDRINUSE:
            return None
        message = f"cannot listen on port {port}: {trouble.strerror}"
        raise TroubleError(message) from trouble
    return listener


def listen(wanted: int | None) -> tuple[socket.socket, str]:
    """The web's socket and what to say about it. A port asked for is that or none; the usual one may move on."""
    if wanted is not None:
        if listener := try_listen(wanted):
            return listener, ""
        message = f"port {wanted} is taken by another program: choose another with --port"
        raise TroubleError(message)
    if listener := try_listen(DEFAULT_PORT):
        return listener, ""
    for port in range(DEFAULT_PORT + 1, DEFAULT_PORT + NEIGHBORS):
        if listener := try_listen(port):
            return listener, f"port {DEFAULT_PORT} is taken by another program; using {port}"
    message = f"ports {DEFAULT_PORT} to {DEFAULT_PORT + NEIGHBORS - 1} are all taken: choose another with --port"
    raise TroubleError(message)


@dataclass
class Program:
    """A running program, how it shows that it is ready and how it is asked to end."""

    title: str
    ready_title: str
    process: "subprocess.Popen[bytes]"
    log: Path
    is_ready: Callable[[], bool]

    def wait_until_ready(self) -> None:
        until = time.monotonic() + START_SECONDS
        while not self.is_ready():
            if self.process.poll() is not None or time.monotonic() > until:
                message = f"{self.title} did not start; {self.log} ends with:\n{last_lines(self.log, 20)}"
                raise TroubleError(message)
            time.sleep(0.1)

    def ask_to_stop(self) -> None:
        if self.process.poll() is None:
            self.process.terminate()

    def stop(self) -> None:
        stop(self.process, signal.SIGTERM, patience=STOP_SECONDS)


def answers(port: int) -> bool:
    """Whether the web says that it is well; its first answer may take as long as Django takes to load."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def says(log: Path, words: str) -> bool:
    return log.exists() and words in log.read_text(encoding="utf-8", errors="replace")


def web_command(descriptor: int) -> Sequence[str]:
    """No access log: addresses carry the names people search for. Loaded once, then forked, to start sooner."""
    options = f"--config python:backend.web --bind fd://{descriptor} --workers 2 --threads 4 --preload"
    return ["gunicorn", "backend.wsgi:application", *options.split()]


def programs(installation: Installation, listener: socket.socket, *, demo: bool) -> list[Program]:
    """Start web, worker and beat together; each is tethered to this process, which may be killed without a word."""
    port = listener.getsockname()[1]
    logs = installation.data / "logs"
    environment = installation.environment() | {"IOP_DEMO": "1" if demo else "0"}
    celery = ["celery", "-A", "backend.celery"]
    schedule = str(installation.data / "beat-schedule")

    def start(title: str, command: Sequence[str], ready: str, is_ready: Callable[[], bool], *keep: int) -> Program:
        log = logs / f"{title.lower()}.log"
        line = tethered([installation.python, "-m", *command], stop=signal.SIGTERM)
        process = launch(line, log=log, environment=environment, cwd=str(installation.data), keep=keep)
        return Program(title, ready, process, log, is_ready)

    worker = [*celery, "worker", "--loglevel", "INFO", "--concurrency", "2", "--without-gossip", "--without-mingle"]
    beat = [*celery, "beat", "--loglevel", "INFO", "--schedule", schedule, "--pidfile", ""]
    web = web_command(listener.fileno())
    address = f"Web on http://127.0.0.1:{port}"
    return [
        start("Web", web, address, partial(answers, port), listener.fileno()),
        start("Worker", worker, "Worker", partial(says, logs / "worker.log", " ready.")),
        start("Beat", beat, "Beat", partial(says, logs / "beat.log", "beat: Starting")),
    ]
