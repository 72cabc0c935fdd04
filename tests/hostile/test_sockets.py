"""Bytes that are no request, or come too slowly, against the real server: it answers or hangs up, and goes on."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest
from django.db import connection
from pytest_django import DjangoDbBlocker

from backend.bench.serving import free_port
from tests.backend.launching import until
from tests.hostile.values import CANARY

READ_SECONDS = 1.0
# A client that does nothing wrong is answered within this, whatever others do and however busy the machine is. A thread
# that others could keep would be kept for longer: only the minute after which a worker is replaced would free it.
PATIENCE = 20.0
HOST = b"Host: localhost\r\n"
LOGIN = b"POST /api/v1/auth/login HTTP/1.1\r\n" + HOST + b"Content-Type: application/json\r\n"


class Web:
    """The server as it is started everywhere, with two threads only and a short patience."""

    def __init__(self, port: int) -> None:
        self.port = port

    def open(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE)

    def told(self, sent: bytes) -> bytes:
        """All that is answered until the server hangs up, or falls silent."""
        with self.open() as client:
            try:
                client.sendall(sent)
                client.settimeout(PATIENCE)
                return everything(client)
            except (ConnectionResetError, BrokenPipeError):
                return b""

    def is_well(self) -> bool:
        answer = self.told(b"GET /healthz HTTP/1.1\r\n" + HOST + b"Connection: close\r\n\r\n")
        return answer.startswith(b"HTTP/1.1 200 ")


def everything(client: socket.socket) -> bytes:
    found = b""
    try:
        while piece := client.recv(65536):
            found += piece
    except TimeoutError:
        pass
    return found


@pytest.fixture(scope="module")
def web(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Web]:
    with django_db_blocker.unblock():
        to = connection.settings_dict
    port = free_port()
    command = [sys.executable, "-m", "gunicorn", "backend.wsgi:application", "--config", "python:backend.web"]
    command += ["--bind", f"127.0.0.1:{port}", "--workers", "1", "--threads", "2"]
    address = f"postgres://{to['USER']}:{to['PASSWORD']}@{to['HOST']}:{to['PORT']}/{to['NAME']}"
    extra = {"DATABASE_URL": address, "WEB_READ_SECONDS": str(READ_SECONDS), "SECURE_SSL_REDIRECT": "0"}
    log = tmp_path_factory.mktemp("web") / "log"
    with log.open("wb") as out:
        process = subprocess.Popen(command, env=dict(os.environ) | extra, stdout=out, stderr=out)
    found = Web(port)
    try:
        assert until(lambda: listens(found) and found.is_well(), 60), log.read_text()
        yield found
    finally:
        process.terminate()
        process.wait(30)
    text = log.read_text()
    assert CANARY not in text
    assert "Traceback" not in text


def listens(web: Web) -> bool:
    try:
        web.open().close()
    except OSError:
        return False
    return True


@pytest.fixture(autouse=True)
def still_well(web: Web) -> Iterator[None]:
    yield
    assert until(web.is_well, PATIENCE)


REFUSED = {
    "nothing": b"\r\n\r\n\r\n",
    "HTTP/0.9": b"GET /healthz\r\n\r\n",
    "HTTP/3.0": b"GET /healthz HTTP/3.0\r\n" + HOST + b"\r\n",
    "garbage": bytes(range(256)) + CANARY.encode() + b"\r\n\r\n",
    "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 200,
    "lower method": b"get /healthz" + CANARY.encode() + b" HTTP/1.1\r\n" + HOST + b"\r\n",
    "no host": b"GET /api/v1/patients/ HTTP/1.1\r\n\r\n",
    "another host": b"GET /api/v1/patients/ HTTP/1.1\r\nHost: " + CANARY.encode() + b".example\r\n\r\n",
    "two hosts": b"GET /api/v1/patients/ HTTP/1.1\r\n" + HOST + b"Host: evil.example\r\n\r\n",
    "long line": b"GET /" + CANARY.encode() * 2000 + b" HTTP/1.1\r\n" + HOST + b"\r\n",
    "many headers": b"GET /healthz HTTP/1.1\r\n" + HOST + b"".join(b"X-%d: y\r\n" % n for n in range(200)) + b"\r\n",
    "long header": b"GET /healthz HTTP/1.1\r\n" + HOST + b"X: " + CANARY.encode() * 4000 + b"\r\n\r\n",
    "header without colon": b"GET /healthz HTTP/1.1\r\n" + HOST + CANARY.encode() + b"\r\n\r\n",
    "space before colon": b"GET /healthz HTTP/1.1\r\n" + HOST + b"X : y\r\n\r\n",
    "folded header": b"GET /healthz HTTP/1.1\r\n" + HOST + b"X: y\r\n " + CANARY.encode() + b"\r\n\r\n",
    "NUL in a header": b"GET /healthz HTTP/1.1\r\n" + HOST + b"X: \x00" + CANARY.encode() + b"\r\n\r\n",
    "CR in a header": b"GET /healthz HTTP/1.1\r\n" + HOST + b"X: a\rb\r\n\r\n",
    "two lengths": LOGIN + b"Content-Length: 2\r\nContent-Length: 40\r\n\r\n{}GET /healthz HTTP/1.1\r\n\r\n",
    "negative length": LOGIN + b"Content-Length: -1\r\n\r\n{}",
    "huge length": LOGIN + b"Content-Length: 99999999999999999999\r\n\r\n{}",
    "odd length": LOGIN + b"Content-Length: +2\r\n\r\n{}",
    "length and chunks": LOGIN + b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "unknown coding": LOGIN + b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
    "chunked twice": LOGIN + b"Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n",
    "bad chunk size": LOGIN + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n",
    "negative chunk": LOGIN + b"Transfer-Encoding: chunked\r\n\r\n-2\r\n{}\r\n0\r\n\r\n",
    "chunk without end": LOGIN + b"Transfer-Encoding: chunked\r\n\r\n2\r\n{}XX0\r\n\r\n",
    "expectation": LOGIN + b"Expect: " + CANARY.encode() + b"\r\nContent-Length: 2\r\n\r\n{}",
}


@pytest.mark.parametrize("sent", REFUSED.values(), ids=REFUSED)
def test_what_is_no_request_is_refused_once_without_being_repeated(web: Web, sent: bytes) -> None:
    answer = web.told(sent)
    assert answer.count(b"HTTP/1.1 ") <= 1
    assert CANARY.encode() not in answer
    if answer:
        head, _, body = answer.partition(b"\r\n\r\n")
        assert 400 <= int(head.split()[1]) < 500, head
        document = body[body.index(b"{") : body.rindex(b"}") + 1]
        assert json.loads(document)["status"] == int(head.split()[1])


def test_a_smuggled_request_is_not_answered(web: Web) -> None:
    hidden = b"GET /healthz HTTP/1.1\r\n" + HOST + b"\r\n"
    for headers in (
        b"Content-Length: %d\r\nTransfer-Encoding: chunked\r\n" % len(hidden),
        b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n",
        b"Transfer-Encoding: \x0bchunked\r\nContent-Length: 5\r\n",
        b"Transfer-Encoding: identity, chunked\r\nContent-Length: 5\r\n",
    ):
        answer = web.told(LOGIN + headers + b"\r\n0\r\n\r\n" + hidden)
        assert b'"ok"' not in answer, headers


SLOW: dict[str, tuple[bytes, bytes]] = {
    "silence": (b"", b""),
    "half a line": (b"GET /heal", b""),
    "half the headers": (b"GET /healthz HTTP/1.1\r\n" + HOST, b""),
    "a header that trickles": (b"GET /healthz HTTP/1.1\r\n" + HOST + b"X: ", b"y"),
    "half a body": (LOGIN + b'Content-Length: 1000\r\n\r\n{"email":', b""),
    "a body that trickles": (LOGIN + b'Content-Length: 1000\r\n\r\n{"email":', b" "),
    "chunks that trickle": (LOGIN + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n"),
}


@pytest.mark.parametrize(("first", "then"), SLOW.values(), ids=SLOW)
def test_slow_clients_keep_nobody_waiting(web: Web, first: bytes, then: bytes) -> None:
    clients = [web.open() for _ in range(6)]  # three times as many as there are threads
    begun = time.monotonic()
    for client in clients:
        client.sendall(first)
    while then and time.monotonic() - begun < READ_SECONDS / 2:
        trickle(clients, then)
        time.sleep(0.1)
    try:
        assert until(web.is_well, PATIENCE)
    finally:
        for client in clients:
            client.close()


def trickle(clients: list[socket.socket], piece: bytes) -> None:
    for client in clients:
        try:
            client.sendall(piece)
        except OSError:
            continue


def test_a_body_that_never_comes_is_told_so(web: Web) -> None:
    begun = time.monotonic()
    answer = web.told(LOGIN + b"Content-Length: 1000\r\n\r\n{")
    assert answer.startswith(b"HTTP/1.1 408 "), answer
    assert b'"code":"body_incomplete"' in answer
    assert time.monotonic() - begun < PATIENCE


LEAVERS = [
    b"",
    b"G",
    LOGIN + b"Content-Length: 1000\r\n\r\n{",
    LOGIN + b"Transfer-Encoding: chunked\r\n\r\n5\r\n{",
    b"GET /api/schema/ HTTP/1.1\r\n" + HOST + b"\r\n",
]


@pytest.mark.parametrize("sent", LEAVERS)
def test_clients_that_leave_early_take_nothing_with_them(web: Web, sent: bytes) -> None:
    for _ in range(4):
        with web.open() as client:
            client.sendall(sent)
