"""What is not yours and what is not there are alike in bytes, headers and statements: what the matrix leaves out."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction

from backend.api.ids import new_id
from tests.access.answers import ADDRESSES, PEOPLE
from tests.access.asked import asked_of, is_paired, must_look_absent, targets_asked
from tests.access.asking import API, Cell, client_of, filled, ids_for
from tests.access.counting import counted
from tests.access.requests import BODY
from tests.access.scene import Scene
from tests.access.ways import Ask

PAIRS = 2000


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


def test_the_matrix_asks_two_thousand_cells_side_by_side_with_what_is_absent() -> None:
    """Its world is not needed to know which: chance goes by names."""
    assert sum(1 for _ in planned_pairs()) >= PAIRS


def planned_pairs() -> Iterator[Ask]:
    for address in ADDRESSES:
        for name in PEOPLE:
            for target in targets_asked(name, address):
                for one in asked_of(name, address, target, Anything(), ""):
                    if must_look_absent(name, address, target, one) and is_paired(name, address, one):
                        yield one


class Anything(dict[str, str]):
    """An id for every name."""

    def __missing__(self, name: str) -> str:
        return name

    def __or__(self, other: Any, /) -> Any:
        return Anything({**self, **other})
