"""The wall alone: with every scope taken out of the application, no address shows a row of another center.

Vera works at the center next door; everything the scene holds lies in the other one.
"""

from typing import Any

import pytest
from django.apps import apps

from backend.api import wall
from backend.api.checks import gated_routes
from backend.api.gate import ScopedQuerySet
from tests import wall_role
from tests.access.asking import API, Cell, ask, client_of, prepare
from tests.access.scene import Scene
from tests.access.state import state
from tests.access.table import rows
from tests.wall.tables import protected

# Every codename everywhere: who asks is stopped by nothing but the wall.
ADDRESSES = [Cell(method, route, "vera", "") for method, route in rows() if not Cell(method, route, "vera", "").is_door]
# Their tables stand outside (tests/wall/tables.py says why), so that an open scope shows their rows.
PLACES = {
    "centers", "programs", "program-rules", "rooms", "closures", "staff", "role-assignments", "audit-entries",
    "reminder-switches", "devices", "emergency-listings", "service-accounts", "service-tokens",
}  # fmt: skip


def scoped() -> list[type[Any]]:
    """The base of all scopes, and every class that narrows by a rule of its own."""
    found, waiting = [], [ScopedQuerySet]
    while waiting:
        kind = waiting.pop()
        found.append(kind)
        waiting += kind.__subclasses__()
    return found


@pytest.fixture
def open_gate(monkeypatch: pytest.MonkeyPatch) -> None:
    """No queryset narrows, and everybody holds everything."""
    for kind in scoped():
        if "visible_to" in vars(kind):
            monkeypatch.setattr(kind, "visible_to", lambda self, *_args, **_options: self.all())
        if "visible_in" in vars(kind):
            monkeypatch.setattr(kind, "visible_in", lambda self, session, *_args: self.filter(session=session))
    monkeypatch.setattr("backend.api.gate.Reach.holds", lambda *_: True)
    monkeypatch.setattr("backend.api.views.GatedViewSet.may_create", lambda _self: True)


@pytest.fixture
def hidden(scene: Scene) -> list[str]:
    """What tells of the other center: the ids of its rows behind the wall, names, numbers, the code of its group."""
    ids = [
        str(thing.pk)
        for thing in scene.things.values()
        if getattr(thing, "_meta", None) and thing._meta.db_table in protected()
    ]
    return [*ids, "Quillfeather", "Ashgrove", "Newly", "000731", "QXZ-NELL", "555-0142", "+17065550142", "TUE"]


def is_about_patients(cell: Cell) -> bool:
    return cell.resource not in PLACES


def is_reading(cell: Cell) -> bool:
    """A search has a body and changes nothing."""
    return cell.method == "GET" or cell.route.endswith("/search/")


def named(cell: Cell) -> str:
    return f"{cell.method} {cell.route}"


def test_every_address_about_a_table_behind_the_wall_is_asked(scene: Scene) -> None:
    tables = {view.model._meta.db_table for view, _actions in gated_routes()}
    about = {cell.resource for cell in ADDRESSES if is_about_patients(cell)}
    assert len(tables & set(protected())) <= len(about)
    assert {cell.resource for cell in ADDRESSES} >= PLACES


@pytest.mark.usefixtures("open_gate")
@pytest.mark.parametrize("cell", [cell for cell in ADDRESSES if is_reading(cell)], ids=named)
def test_nothing_of_the_other_center_is_read(scene: Scene, hidden: list[str], cell: Cell) -> None:
    if not is_about_patients(cell):
        pytest.skip("its table stands outside")
    answer = ask(cell, scene, client_of(cell))
    # A patient named in the query who is not there is a fault of the query.
    assert answer.status_code in {200, 400, 404}, answer.content
    text = answer.content.decode()
    assert not [word for word in hidden if word in text]


@pytest.mark.usefixtures("open_gate")
@pytest.mark.parametrize("cell", [cell for cell in ADDRESSES if not is_reading(cell)], ids=named)
def test_nothing_of_the_other_center_is_written(scene: Scene, cell: Cell) -> None:
    prepare(cell, scene)
    tables = protected()
    before = {table: digest for table, digest in state().items() if table in tables}
    client = client_of(cell)
    # A row the policy refuses is announced as a fault of ours, and answered as if its place were not there.
    client.raise_request_exception = False
    answer = ask(cell, scene, client)
    assert answer.status_code < 500, answer.content
    after = {table: digest for table, digest in state().items() if table in tables}
    if is_about_patients(cell):
        assert answer.status_code >= 400, answer.content
    assert after == before


@pytest.mark.usefixtures("open_gate")
def test_her_own_center_is_still_there(scene: Scene) -> None:
    cell = Cell("GET", "patients/", "vera", "")
    assert [row["mrn"] for row in client_of(cell).get(f"{API}patients/").json()["results"]] == ["900"]


@pytest.mark.usefixtures("open_gate")
def test_without_the_wall_the_same_addresses_tell(
    scene: Scene, hidden: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other half of the proof: it is the wall that hid them."""
    assert wall.ENTER == wall_role.ENTER
    monkeypatch.setattr(wall, "ENTER", wall_role.ENTER.partition(", set_config('role'")[0])
    telling = [
        cell
        for cell in ADDRESSES
        if cell.method == "GET" and is_about_patients(cell) and _tells(ask(cell, scene, client_of(cell)), hidden)
    ]
    assert len(telling) > 30


def _tells(answer: Any, hidden: list[str]) -> bool:
    return answer.status_code == 200 and any(word in answer.content.decode() for word in hidden)


def test_every_scope_there_is_was_opened() -> None:
    kinds = {type(model._default_manager.all()) for model in apps.get_models()}
    assert {kind for kind in kinds if issubclass(kind, ScopedQuerySet)} <= set(scoped())
