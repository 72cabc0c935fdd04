"""gunicorn's threads with a clock, and this API's refusals: no client keeps a thread by sending a byte at a time."""

import errno
import json
import os
import socket
import time
from http import HTTPStatus
from typing import Any

from gunicorn.http.errors import (
    ConfigurationProblem,
    ExpectationFailed,
    LimitRequestHeaders,
    LimitRequestLine,
    ParseException,
)
from gunicorn.workers.gthread import _DEFER, TConn, ThreadWorker

from backend.api.problems import MEDIA_TYPE, document

# From the first byte of a request to the last of its body; and for each write of its answer.
READ_SECONDS = float(os.environ.get("WEB_READ_SECONDS", "20"))
WRITE_SECONDS = float(os.environ.get("WEB_WRITE_SECONDS", "20"))
# For the first byte no thread waits longer; the main loop does.
SILENCE_SECONDS = 0.01
STATUSES = {
    LimitRequestLine: HTTPStatus.REQUEST_URI_TOO_LONG,
    LimitRequestHeaders: HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
    ExpectationFailed: HTTPStatus.EXPECTATION_FAILED,
    ConfigurationProblem: HTTPStatus.INTERNAL_SERVER_ERROR,
}


class PunctualSocket(socket.socket):
    """A socket from which nothing is read past the deadline of the request it carries."""

    deadline = float("inf")

    def recv(self, bufsize: int, flags: int = 0, /) -> bytes:
        """What has come. Raises ConnectionResetError at the deadline, however slowly bytes trickle in."""
        left = self.deadline - time.monotonic()
        try:
            self.settimeout(max(left, 0.001))
            return super().recv(bufsize, flags)
        except TimeoutError as slow:
            raise ConnectionResetError(errno.ECONNRESET, "too slow") from slow

    def sendall(self, data: Any, flags: int = 0, /) -> None:
        """Send it all. Raises ConnectionResetError when the client does not take it."""
        try:
            self.settimeout(WRITE_SECONDS)
            super().sendall(data, flags)
        except TimeoutError as slow:
            raise ConnectionResetError(errno.ECONNRESET, "too slow") from slow


class PunctualWorker(ThreadWorker):
    """Gives every request a deadline, anew for each of a connection that is kept, and refuses without repeating."""

    def handle(self, conn: TConn) -> Any:
        """One request, on a socket with a clock."""
        if not isinstance(conn.sock, PunctualSocket):
            conn.sock = PunctualSocket(fileno=conn.sock.detach())
        if not (conn.initialized or conn.data_ready or conn.wait_for_data(SILENCE_SECONDS)):
            return _DEFER
        conn.sock.deadline = time.monotonic() + READ_SECONDS
        worker: Any = super()
        return worker.handle(conn)

    def _keepalive_after(self, conn: TConn, keepalive: Any) -> bool:
        """Hang up where the rest of an answered request is no body: a second answer would pass for the next one's."""
        worker: Any = super()
        try:
            return bool(worker._keepalive_after(conn, keepalive))
        except ParseException:
            return False

    def handle_error(self, req: Any, client: socket.socket, addr: Any, exc: Exception) -> None:
        """A problem document for what is no request; gunicorn's own page and log would repeat what was sent."""
        status = STATUSES.get(type(exc))
        if status is None:
            is_theirs = isinstance(exc, ParseException)
            status = HTTPStatus.BAD_REQUEST if is_theirs else HTTPStatus.INTERNAL_SERVER_ERROR
        self.log.warning("no request: %s %s", int(status), type(exc).__name__)
        code = "internal_error" if status == HTTPStatus.INTERNAL_SERVER_ERROR else "malformed"
        body = json.dumps(document(code, status), separators=(",", ":")).encode()
        head = (
            f"HTTP/1.1 {int(status)} {status.phrase}\r\nConnection: close\r\nContent-Type: {MEDIA_TYPE}\r\n"
            f"Cache-Control: no-store\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        try:
            client.sendall(head.encode() + body)
        except OSError:
            self.log.debug("nobody was left to be told")
