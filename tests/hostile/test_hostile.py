"""No request, however wrong, is a fault of ours, repeats what it sent, or leaves anything behind."""

import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast
from urllib.parse import urlencode

import pytest
from django.db import transaction
from rest_framework.test import APIClient

from backend.api.problems import MEDIA_TYPE
from tests.access.asking import API, DOORS, Cell, filled, prepare
from tests.access.scene import Scene, token
from tests.access.state import state
from tests.access.table import rows
from tests.hostile import attacks, values
from tests.hostile.attacks import Operation
from tests.hostile.values import CANARY

# A request that computes for longer is an attack by itself; what it may wait for is bounded by the database's limits.
SLOWEST = 2.0
# One in so many of the attacks is sent to each operation, every time others; all of them with IOP_HOSTILE=1.
STRIDE = int(os.environ.get("IOP_HOSTILE", "25"))
# What an answer tells of how often its object has been read.
COUNTS_READING = {"entries"}
EVERY = attacks.operations()
WRITES = [operation for operation in EVERY if operation.method != "GET"]
BODIED = [operation for operation in WRITES if operation.body is not None]
READS = [operation for operation in EVERY if operation.method == "GET"]


def named(operation: Operation) -> str:
    return f"{operation.method} {operation.route}"


def some(attempts: list[Any], operation: Operation) -> list[Any]:
    """Every so manieth, beginning elsewhere for each operation."""
    return attempts[EVERY.index(operation) % STRIDE :: STRIDE]


class Attacker:
    """Sends attacks on one operation, and judges every answer."""

    def __init__(self, operation: Operation, scene: Scene) -> None:
        cell = Cell(operation.method, operation.route, operation.person, "")
        prepare(cell, scene)
        self.operation, self.ids = operation, scene.ids()
        self.client = APIClient(raise_request_exception=False)
        self.client.credentials(HTTP_AUTHORIZATION=f"Bearer {token(operation.person)}")
        subject = self.ids.get(cell.subject, "")
        self.path = API + operation.route.format(id=subject, patient=self.ids["pat"])
        self.body = filled(operation.body, self.ids)
        self.headers = {}
        if operation.method in {"PUT", "PATCH", "DELETE"}:
            self.headers["If-Match"] = self.client.get(self.path).headers.get("ETag", '"1-x"')

    def send(self, body: Any = b"", *, kind: str = "application/json", path: str = "", **headers: str) -> Any:
        sent = {**self.headers, **headers}
        begun = time.thread_time()
        answer = self.client.generic(self.operation.method, path or self.path, body, content_type=kind, headers=sent)
        assert time.thread_time() - begun < SLOWEST
        return judged(answer)

    def try_out(self, body: bytes, kind: str = "application/json", **headers: str) -> dict[str, Any]:
        """What is accepted reads back, is told, and undone; what a refused request left would stay, and be found."""
        with transaction.atomic():
            answer = self.send(body, kind=kind, **headers)
            if answer.status_code >= 400:
                return {}
            self.read_back(answer)
            transaction.set_rollback(True)
        told = answer.json() if answer.content else {}
        return told if isinstance(told, dict) else {}

    def read_back(self, answer: Any) -> None:
        """What was made is what is read, and the list that may hold it still answers."""
        page = self.operation.route.split("/")[0] + "/"
        if page in QUERIES:
            query = filled(QUERIES[page], self.ids)
            assert judged(self.client.get(API + page, query)).status_code == 200
        where = answer.headers.get("Location")
        if where and answer.status_code == 201:
            read, made = judged(self.client.get(where)).json(), answer.json()
            same = read.keys() - COUNTS_READING
            assert {name: read[name] for name in same} == {name: made[name] for name in same}


QUERIES = {operation.route: operation.query for operation in READS}


def judged(answer: Any) -> Any:
    """The answer, if it is one we may give: no fault of ours, and a refusal is a document that repeats nothing."""
    assert answer.status_code < 500, answer.content
    if answer.status_code >= 400 and answer.headers.get("Content-Length") != "0":
        assert answer.headers["Content-Type"] == MEDIA_TYPE, answer.content[:300]
        document = json.loads(answer.content)
        assert document.keys() == {"type", "title", "status", "code", "detail", "errors"}
        assert document["status"] == answer.status_code
    if answer.status_code >= 400:
        sent_back = answer.content.decode() + str(answer.headers)
        assert CANARY.lower() not in sent_back.lower()
        assert "Traceback" not in sent_back
    return answer


@pytest.fixture
def attacker(request: pytest.FixtureRequest, scene: Scene) -> Attacker:
    return Attacker(request.param, scene)


def each(operations: list[Operation]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("attacker", operations, indirect=True, ids=named)


@contextmanager
def said(what: object) -> Iterator[None]:
    """A failure says which attack it was."""
    try:
        yield
    except AssertionError as error:
        error.add_note(f"{what!r:.300}")
        raise


@each(BODIED)
def test_no_value_of_any_field_is_a_fault_of_ours_nor_kept_when_refused(attacker: Attacker, sent: list[int]) -> None:
    before = state()
    for where, body, value in some(list(attacks.bodies(attacker.operation, attacker.body)), attacker.operation):
        with said((where, value)):
            accepted = attacker.try_out(body)
            if value in values.TEXT and where in accepted:
                assert accepted[where] == value.strip()
        sent[0] += 1
    assert state() == before


@each(READS)
def test_no_value_of_any_parameter_is_a_fault_of_ours(attacker: Attacker, sent: list[int]) -> None:
    right = filled(attacker.operation.query, attacker.ids)
    for query in some(list(attacks.queries(attacker.operation, right)), attacker.operation):
        with said(query):
            attacker.send(path=f"{attacker.path}?{urlencode(query, doseq=True)}")
        sent[0] += 1


@each(WRITES)
def test_no_body_of_any_kind_is_a_fault_of_ours_nor_kept_when_refused(attacker: Attacker, sent: list[int]) -> None:
    before, right = state(), attacks.encoded(attacker.body or {})
    attempts = [(body, "application/json") for body in values.BODIES] + [(right, kind) for kind in values.TYPES]
    for body, kind in some(attempts, attacker.operation):
        with said((kind, body[:100])):
            attacker.try_out(body, kind)
        sent[0] += 1
    assert state() == before


@each(EVERY)
def test_no_header_is_a_fault_of_ours_nor_anything_kept_when_refused(attacker: Attacker, sent: list[int]) -> None:
    before, body = state(), attacks.encoded(attacker.body) if attacker.body is not None else b""
    attempts = [*values.HEADERS, *({"Authorization": credentials} for credentials in values.CREDENTIALS)]
    for headers in some(attempts, attacker.operation):
        with said(headers):
            attacker.try_out(body, **headers)
        sent[0] += 1
    assert state() == before


@pytest.mark.parametrize("method", ["GET", *values.METHODS])
def test_no_path_is_a_fault_of_ours(scene: Scene, method: str, sent: list[int]) -> None:
    client = APIClient(raise_request_exception=False)
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {token('sue')}")
    for path in values.PATHS:
        with said(path):
            answer = client.generic(method, path)
            assert answer.status_code < 500, answer.content
            if answer.status_code >= 400 and not path.startswith("/admin/") and method != "HEAD":
                judged(answer)
        sent[0] += 1


def kept() -> dict[str, str]:
    """What is kept of what was sent to a door: that somebody tried is counted, and must be."""
    found = state()
    del found["centers_attempts"]
    return found


@pytest.mark.parametrize("route", sorted({route for _, route in rows() if route.startswith(DOORS)}))
def test_nothing_at_the_doors_of_sign_in_is_a_fault_of_ours(scene: Scene, route: str, sent: list[int]) -> None:
    before, client = kept(), APIClient(raise_request_exception=False)
    named = {"email": CANARY, "password": CANARY, "token": CANARY}
    right = json.dumps(named).encode()
    attempts: list[Any] = [(body, "application/json", {}) for body in [*values.BODIES, right]]
    attempts += [(right, kind, {}) for kind in values.TYPES]
    attempts += [(right, "application/json", headers) for headers in values.HEADERS]
    attempts += [(right, "application/json", {"X-Session-Token": text}) for text in values.CREDENTIALS]
    attempts += [
        (attacks.encoded(named | {name: value}), "application/json", {})
        for name in named
        for value in [*values.ANY, *values.TEXT]
    ]
    for body, kind, headers in attempts:
        with said((body[:100], kind, headers)):
            answer = client.generic("POST", API + route, cast("str", body), content_type=kind, headers=headers)
            assert answer.status_code < 500, answer.content
            assert CANARY.lower() not in answer.content.decode().lower()
            assert answer.status_code < 400 or answer.headers["Content-Type"] == MEDIA_TYPE
        sent[0] += 1
    for method in values.METHODS:
        with said(method):
            assert client.generic(method, API + route).status_code < 500
        sent[0] += 1
    assert kept() == before
