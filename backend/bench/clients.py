"""A client that keeps its connection, and what is measured with it: median latency and requests per second."""

import http.client
import statistics
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus

TIMEOUT = 60


class BenchError(Exception):
    """Something answered otherwise than a measurement needs."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: status, headers in lower case, body."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass
class Client:
    """One connection to a server on loopback, as one signed-in person."""

    port: int
    token: str
    connection: http.client.HTTPConnection = field(init=False)

    def __post_init__(self) -> None:
        """Connect when first used."""
        self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=TIMEOUT)

    def send(
        self,
        path: str,
        *,
        method: str = "GET",
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        expected: int = 0,
    ) -> Answer:
        """Send one request and read the whole answer. Raises BenchError for anything but 2xx, or what is expected."""
        sent = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json", **(headers or {})}
        self.connection.request(method, path, body=body, headers=sent)
        response = self.connection.getresponse()
        answer = Answer(response.status, {k.lower(): v for k, v in response.getheaders()}, response.read())
        if answer.status != expected and not HTTPStatus.OK <= answer.status < HTTPStatus.MULTIPLE_CHOICES:
            message = f"{method} {path}: {answer.status} {answer.body[:300]!r}"
            raise BenchError(message)
        return answer


def alternating(calls: Sequence[Callable[[], object]], *, rounds: int, warmup: int = 5) -> list[list[float]]:
    """Milliseconds of each call, taken in turn, A B A B, so that a drift of the machine strikes all alike."""
    for call in calls:
        for _ in range(warmup):
            call()
    taken: list[list[float]] = [[] for _ in calls]
    for _ in range(rounds):
        for number, call in enumerate(calls):
            started = time.perf_counter()
            call()
            taken[number].append((time.perf_counter() - started) * 1000)
    return taken


def p50(times: Sequence[float]) -> float:
    """The median, in milliseconds to two places."""
    return round(statistics.median(times), 2)


def requests_per_second(port: int, token: str, path: str, *, clients: int, seconds: float) -> float:
    """How many answers `clients` connections get together in a second, over `seconds`."""
    counts = [0] * clients
    until = time.perf_counter() + seconds

    def ask(number: int) -> None:
        client = Client(port, token)
        while time.perf_counter() < until:
            client.send(path)
            counts[number] += 1

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return round(sum(counts) / seconds, 1)
