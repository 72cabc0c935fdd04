"""The figures: (a) a page of sessions, (b) a caseload at two censuses, (c) a whole roster recorded, (d) an import,
(e) what the wall costs, (f) whether the clock tells of patients."""

import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from itertools import cycle
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg

from backend.bench import databases
from backend.bench.clients import Answer, BenchError, Client, alternating, p50, requests_per_second
from backend.bench.presence import told_apart
from backend.bench.serving import Server, serving

SMALL_CENSUS = 10_000
CLIENTS, SECONDS = 8, 8.0
WARMUP = 200
SESSIONS = "/api/v1/sessions/?from=2026-06-01T00:00:00Z&to=2026-06-29T00:00:00Z"
PATIENTS = "/api/v1/patients/"
SAMPLE = Path(__file__).resolve().parents[1] / "sample" / "harbor"
ROSTERS = (12, 40)
# What each reader asks of a center of any size, with the body of what is searched; the wall is measured by it.
WALLED = {
    "sessions": ("coordinator_token", SESSIONS, None),
    "caseload": ("counselor_token", SESSIONS, None),
    "patients": ("coordinator_token", PATIENTS, None),
    "search": ("coordinator_token", f"{PATIENTS}search/", b'{"words": "last12"}'),
    "hours": ("coordinator_token", "/api/v1/weekly-hours/?center={center}&from=2026-06-01&to=2026-06-29", None),
}
AIMS = {"sessions_queries": 8, "sessions_ratio": 3.0, "census_ratio": 1.3, "attendance_queries": 12, "wall_ratio": 1.3}
SERVICE, FLOOR, BARE = "backend.wsgi", "backend.bench.floor", "backend.bench.bare"


@dataclass(frozen=True, slots=True)
class Place:
    """A filled database, and who asks about it."""

    database: str
    people: Mapping[str, Any]

    def step(self, name: str, *arguments: str) -> Any:
        """Run one step of `backend.bench.child` here."""
        return child(self.database, name, *arguments)["result"]


def child(database: str, step: str, *arguments: str) -> dict[str, Any]:
    """Run one step in a process of its own; its result and how long it took."""
    answer: dict[str, Any] = json.loads(databases.run(database, "-m", "backend.bench.child", step, *arguments))
    return answer


def place(name: str, census: int) -> Place:
    """A copy of the migrated database, filled."""
    database = databases.copy(name)
    return Place(database, child(database, "fill", str(census))["result"])


def sessions_page(small: Place, rounds: int) -> dict[str, Any]:
    """(a) A page of fifty sessions with roster counts, beside the floor and a bare Django view of the same bytes."""
    token = small.people["coordinator_token"]
    with ExitStack() as stack:
        servers = {name: stack.enter_context(serving(name, small.database)) for name in (SERVICE, FLOOR, BARE)}
        answers = {name: Client(server.port, token).send(SESSIONS).body for name, server in servers.items()}
        _same_bytes(answers, servers)
        clients = [Client(server.port, token) for server in servers.values()]
        service, floor, bare = map(p50, alternating([partial(one.send, SESSIONS) for one in clients], rounds=rounds))
        rates = {
            name: requests_per_second(server.port, token, SESSIONS, clients=CLIENTS, seconds=SECONDS)
            for name, server in servers.items()
        }
    return {
        "queries": small.step("count", token, SESSIONS),
        "queries_aim": AIMS["sessions_queries"],
        "p50_ms": service,
        "floor_p50_ms": floor,
        "bare_django_p50_ms": bare,
        "ratio_to_floor": round(service / floor, 2),
        "ratio_aim": AIMS["sessions_ratio"],
        "clients": CLIENTS,
        "requests_per_second": rates[SERVICE],
        "floor_requests_per_second": rates[FLOOR],
        "rate_ratio_to_floor": round(rates[FLOOR] / rates[SERVICE], 2),
    }


def _same_bytes(answers: Mapping[str, bytes], servers: Mapping[str, Server]) -> None:
    """The three answers are equal but for the port in the address of the next page."""
    bodies = {body.replace(str(servers[name].port).encode(), b"PORT") for name, body in answers.items()}
    if len(bodies) != 1:
        message = f"the floor answers other bytes than the service: {sorted(bodies)!r}"
        raise BenchError(message[:2000])


def census(small: Place, large: Place, rounds: int) -> dict[str, Any]:
    """(b) What a counselor with eighty patients sees, at two censuses, request by request in turn."""
    with ExitStack() as stack:
        servers = [stack.enter_context(serving(SERVICE, one.database)) for one in (small, large)]
        clients = [
            Client(server.port, one.people["counselor_token"])
            for server, one in zip(servers, (small, large), strict=True)
        ]
        found = {}
        for name, path in (("patients", PATIENTS), ("sessions", SESSIONS)):
            smaller, larger = map(p50, alternating([partial(one.send, path) for one in clients], rounds=rounds))
            rows = [len(json.loads(one.send(path).body)["results"]) for one in clients]
            found[name] = {
                "rows": rows,
                "p50_ms_small": smaller,
                "p50_ms_large": larger,
                "ratio": round(larger / smaller, 2),
                "ratio_aim": AIMS["census_ratio"],
                "queries": large.step("count", large.people["counselor_token"], path),
            }
    return {"small": small.people["census"], "large": large.people["census"], **found}


def attendance(small: Place, rounds: int) -> dict[str, Any]:
    """(c) A whole roster of twelve and of forty recorded, every row changed, beside its own statements over psycopg."""
    token = small.people["coordinator_token"]
    found = {}
    with serving(SERVICE, small.database) as server:
        for size in ROSTERS:
            path = f"/api/v1/sessions/{small.people['rosters'][str(size)]}/attendance/"
            bodies = _bodies(Client(server.port, token), path)
            by_hand = small.step("statements", token, path, *(body.decode() for body in bodies))
            service = alternating([_recorder(server, token, path, bodies)], rounds=max(rounds // 2, 10))[0]
            floor = _by_hand(small.database, by_hand["statements"], rounds)
            found[str(size)] = {
                "queries": by_hand["count"],
                "queries_aim": AIMS["attendance_queries"],
                "p50_ms": p50(service),
                "floor_p50_ms": floor,
                "ratio_to_floor": round(p50(service) / floor, 2),
            }
    return found


def _bodies(client: Client, path: str) -> list[bytes]:
    """Two bodies for the roster that differ in every row."""
    rows = json.loads(client.send(path).body)["rows"]
    people = [row["patient"]["id"] if isinstance(row["patient"], dict) else row["patient"] for row in rows]
    return [
        json.dumps({"rows": [{"patient": one, "status": status} for one in people]}).encode()
        for status in ("present", "no_show")
    ]


def _recorder(server: Server, token: str, path: str, bodies: list[bytes]) -> Any:
    """A call that records the roster, each time otherwise than the last, with the tag it got for that."""
    client = Client(server.port, token)
    tags, turns = [client.send(path).headers["etag"]], cycle(bodies)

    def record() -> None:
        answer = client.send(path, method="PUT", body=next(turns), headers={"If-Match": tags.pop()})
        tags.append(answer.headers["etag"])

    return record


def _by_hand(database: str, statements: list[str], rounds: int) -> float:
    """The same statements in one transaction over one connection, undone each time."""
    with psycopg.connect(databases.address(database), autocommit=True) as connection:

        def replay() -> None:
            with connection.transaction(force_rollback=True), connection.cursor() as cursor:
                for statement in statements:
                    cursor.execute(statement.encode())

        return p50(alternating([replay], rounds=rounds)[0])


def wall(place_of: Place, rounds: int) -> dict[str, Any]:
    """(e) The same requests, in turn, with the policies on and in a copy of the database without them."""
    bare = databases.without_wall(f"open_{place_of.people['census']}", place_of.database)
    found = {}
    with ExitStack() as stack:
        servers = [stack.enter_context(serving(SERVICE, one)) for one in (place_of.database, bare)]
        calls = {
            name: [Client(server.port, place_of.people[token]) for server in servers]
            for name, (token, *_asked) in WALLED.items()
        }
        for name, (_token, path, body) in WALLED.items():
            address, method = path.format(center=place_of.people["center"]), "POST" if body else "GET"
            asked = [partial(client.send, address, method=method, body=body) for client in calls[name]]
            found[name] = _beside(*map(p50, alternating(asked, rounds=rounds)))
        path = f"/api/v1/sessions/{place_of.people['rosters'][str(ROSTERS[0])]}/attendance/"
        token = place_of.people["coordinator_token"]
        bodies = _bodies(Client(servers[0].port, token), path)
        records = [_recorder(server, token, path, bodies) for server in servers]
        found["roster"] = _beside(*map(p50, alternating(records, rounds=max(rounds // 2, 10))))
    return {"census": place_of.people["census"], **found}


def _beside(with_wall: float, without: float) -> dict[str, float]:
    return {
        "p50_ms": with_wall,
        "p50_ms_without": without,
        "ratio": round(with_wall / without, 2),
        "ratio_aim": AIMS["wall_ratio"],
    }


def presence(small: Place, pairs: int, seed: int) -> dict[str, Any]:
    """(f) Whether a counselor can tell by the clock patients of others from nobody, at two addresses."""
    token = small.people["counselor_token"]
    ids = small.step("hidden", token, str(pairs))
    with serving(SERVICE, small.database) as server:
        client = Client(server.port, token)

        def asking(known: Sequence[str], tail: str) -> Callable[[int], Callable[[], Answer]]:
            return lambda number: partial(
                client.send, f"{PATIENTS}{known[number % len(known)]}/{tail}", expected=HTTPStatus.NOT_FOUND
            )

        nobody = [str(uuid4()) for _ in ids]
        for number in range(WARMUP):
            asking(ids, "")(number)()
        return {
            name: told_apart(asking(ids, tail), asking(nobody, tail), pairs, seed)
            for name, tail in (("patient", ""), ("consents", "consents/"))
        }


def sample_import() -> dict[str, Any]:
    """(d) The sample center imported into an empty database; the floor is reading and checking its files alone."""
    database = databases.copy("import")
    reading = child(database, "read_sample", str(SAMPLE))["result"]
    writing = child(database, "import_sample", str(SAMPLE))["result"]
    return {"seconds": writing, "reading_alone_seconds": reading, "ratio_to_floor": round(writing / reading, 1)}


def is_sound(result: Mapping[str, Any]) -> bool:
    """Whether the floor is one, and no request took more statements than it may."""
    page = result["sessions_page"]
    return (
        page["floor_p50_ms"] <= page["bare_django_p50_ms"]
        and page["queries"] <= page["queries_aim"]
        and all(one["queries"] <= one["queries_aim"] for one in result["attendance"].values())
    )
