"""What is not yours and what is not there: two thousand interleaved pairs, alike in bytes, headers and statements."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from random import Random
from typing import Any

import pytest
from django.db import connection, transaction

from backend.api.ids import new_id
from tests.access.asking import API, Cell, ask, client_of, filled, ids_for, prepare
from tests.access.requests import BODY
from tests.access.scene import Scene
from tests.access.table import PEOPLE, rows

PAIRS, SEED, BATCH = 2000, 20261127, 50
CELLS = [
    cell
    for (method, route), answers in rows().items()
    for person, answer in zip(PEOPLE, answers, strict=True)
    if not (cell := Cell(method, route, person, answer)).is_door and answer in {"400", "404"}
]
DEALT = [Random(SEED).choice(CELLS) if number >= len(CELLS) else CELLS[number] for number in range(PAIRS)]


class Statements:
    """How many have been sent; Django's own log of them is bounded."""

    number = 0

    def __call__(self, execute: Callable[..., Any], *args: Any) -> Any:
        self.number += 1
        return execute(*args)


@contextmanager
def counted() -> Iterator[Statements]:
    statements = Statements()
    with connection.execute_wrapper(statements):
        yield statements


def asked(cell: Cell, scene: Scene, *, absent: bool) -> tuple[Any, int]:
    """The answer, undone; and how many statements it took."""
    client = client_of(cell)
    with transaction.atomic(), counted() as captured:
        answer = ask(cell, scene, client, absent=absent)
        transaction.set_rollback(True)
    return answer, captured.number


@pytest.mark.parametrize("batch", range(PAIRS // BATCH))
def test_forbidden_and_absent_are_alike(scene: Scene, batch: int) -> None:
    dice = Random(SEED + batch)
    for cell in DEALT[batch * BATCH : (batch + 1) * BATCH]:
        with transaction.atomic():
            prepare(cell, scene)
            turns = [True, False]
            dice.shuffle(turns)
            found = {absent: asked(cell, scene, absent=absent) for absent in turns}
            transaction.set_rollback(True)
        assert_alike(cell, found[False], found[True])


def assert_alike(cell: Cell, forbidden: tuple[Any, int], absent: tuple[Any, int]) -> None:
    (hidden, statements), (nothing, others) = forbidden, absent
    assert hidden.status_code == nothing.status_code == int(cell.answer), cell
    assert hidden.content == nothing.content, cell
    assert dressed(hidden) == dressed(nothing), cell
    assert statements == others, cell


def dressed(answer: Any) -> dict[str, str]:
    """The headers, but for the name of the request."""
    return {name: value for name, value in answer.headers.items() if name != "X-Request-ID"}


# What names a thing outside the address: a person, by a body's reference or number; a page, by its cursor.
REFERENCES = [
    ("sue", "series/", "patient", "stranger"),
    ("sue", "groups/{id}/enroll/", "patient", "stranger"),
    ("clara", "leaves/", "patient", "quinn"),
    ("clara", "contact-points/", "patient", "quinn"),
    ("clara", "care-team-members/", "patient", "quinn"),
    ("clara", "episodes/", "patient", "quinn"),
    ("cora", "episodes/", "patient", "stranger"),
    ("cora", "facilitators/", "staff", "vera"),
    ("cora", "sessions/{id}/substitute/", "substitute", "vera"),
    ("ada", "role-assignments/", "staff", "vera"),
]


@pytest.mark.parametrize(("person", "route", "field", "hidden"), REFERENCES)
def test_a_reference_to_the_hidden_is_one_to_nothing(
    scene: Scene, person: str, route: str, field: str, hidden: str
) -> None:
    cell = Cell("POST", route, person, "400")
    ids = ids_for(cell, scene)
    known = str(getattr(scene.cast, hidden).pk)
    body = filled(BODY["POST", route], ids)
    found = []
    for value in (known, str(new_id())):
        with transaction.atomic(), counted() as captured:
            answer = client_of(cell).post(
                API + route.format(id=ids[cell.subject]), body | {field: value}, format="json"
            )
            transaction.set_rollback(True)
        found.append((answer.status_code, answer.content, dressed(answer), captured.number))
    assert found[0][0] in {400, 404}
    assert found[0] == found[1]


def test_a_cursor_at_a_hidden_patient_is_no_cursor(scene: Scene) -> None:
    cell = Cell("GET", "patients/", "clara", "400")
    found = []
    for anchor in (scene.cast.quinn.pk.hex, new_id().hex):
        with counted() as captured:
            answer = client_of(cell).get(f"{API}patients/", {"cursor": f"a{anchor}"})
        found.append((answer.status_code, answer.content, dressed(answer), captured.number))
    assert found[0][0] == 400
    assert found[0] == found[1]


def test_a_guest_of_another_center_is_nobody(scene: Scene) -> None:
    address = f"{API}sessions/{scene.ids()['session']}/guests/"
    found = []
    for number in (scene.cast.stranger.mrn, "901"):
        with transaction.atomic(), counted() as captured:
            client = client_of(Cell("POST", "sessions/{id}/guests/", "clara", "201"))
            answer = client.post(address, {"record_number": number, "reason": "Tries the group"}, format="json")
            transaction.set_rollback(True)
        found.append((answer.status_code, answer.content, dressed(answer), captured.number))
    assert found[0] == found[1]
    assert found[0][0] >= 400


@pytest.mark.parametrize("report", ["weekly-hours/", "attendance-summary/", "planned-reminders/"])
def test_a_report_on_another_center_is_one_on_none(scene: Scene, report: str) -> None:
    found = []
    for center in (str(scene.cast.elsewhere.pk), str(new_id())):
        days = {"center": center, "from": "2026-03-02", "to": "2026-03-30"}
        with counted() as captured:
            answer = client_of(Cell("GET", report, "sue", "400")).get(API + report, days)
        found.append((answer.status_code, answer.content, dressed(answer), captured.number))
    assert found[0] == found[1]


def test_the_pairs_are_as_many_as_claimed() -> None:
    assert len(DEALT) == PAIRS
    assert set(DEALT) == set(CELLS)
