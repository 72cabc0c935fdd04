"""Web servers for the bench: the same gunicorn, with the same processes and threads, in front of what is compared."""

import http.client
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from socket import AF_INET, SOCK_STREAM, socket

from backend.bench.clients import BenchError
from backend.bench.databases import environment

START_SECONDS = 30


@dataclass(frozen=True, slots=True)
class Server:
    """Where one application answers."""

    port: int


def free_port() -> int:
    """A port on loopback nobody listens at."""
    with socket(AF_INET, SOCK_STREAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def serving(application: str, database: str) -> Iterator[Server]:
    """Serve a WSGI application on one of our databases; two processes of four threads, connections kept.

    All connect as the application, behind the wall.
    """
    port = free_port()
    command = [sys.executable, "-m", "gunicorn", application, "--bind", f"127.0.0.1:{port}", "--log-level", "error"]
    command += ["--workers", "2", "--threads", "4", "--config", "python:backend.web"]
    extra = {"WEB_KEEPALIVE": "30", "DATABASE_POOL": "1", "SECURE_SSL_REDIRECT": "0"}
    extra |= dict.fromkeys(("API_RATE", "SEARCH_RATE", "REPORT_RATE"), "100000000/minute")
    child = subprocess.Popen(command, env=environment(database, served=True) | extra)
    try:
        _wait(port)
        yield Server(port)
    finally:
        child.terminate()
        child.wait(timeout=START_SECONDS)


def _wait(port: int) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", "/healthz")
            connection.getresponse().read()
        except OSError:
            time.sleep(0.1)
        else:
            return
    message = f"nothing answers on port {port}"
    raise BenchError(message)
