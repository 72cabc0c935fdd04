"""Every cell of the access table is asked, and no address is missing from it."""

import sys
from collections.abc import Iterator
from typing import Any

import pytest
from django.urls import URLResolver, get_resolver

from audit.models import LogEntry
from tests.access.asking import API, Cell, ask, client_of, mark_of, prepare
from tests.access.scene import Scene
from tests.access.state import state
from tests.access.table import PEOPLE, rows

METHODS = ("get", "post", "put", "patch", "delete")
CELLS = [
    Cell(method, route, person, answer)
    for (method, route), answers in rows().items()
    for person, answer in zip(PEOPLE, answers, strict=True)
]
DENIED = {"400", "401", "403", "404", "none"}
HIDDEN = [cell for cell in CELLS if cell.answer in {"400", "404"} and not cell.is_door]
REFUSED = [cell for cell in CELLS if cell.answer in DENIED - {"none"} and not cell.is_door]
# Signing out this way is answered by 401: nobody is signed in any more.
ALWAYS_DENIED = {("DELETE", "auth/session")}


def named(cell: Cell) -> str:
    return f"{cell.person} {cell.method} {cell.route}"


def routes(patterns: Any, prefix: str = "") -> Iterator[tuple[str, Any]]:
    for pattern in patterns:
        path = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns, path)
        else:
            yield path, pattern.callback


def readable(path: str) -> str:
    """A pattern as the table writes it."""
    path = path.removeprefix("api/v1/").removesuffix("/?$").replace("^", "").removesuffix("$")
    while "(?P<" in path:
        before, _, rest = path.partition("(?P<")
        name, _, rest = rest.partition(">")
        path = before + "{" + name.replace("pk", "id") + "}" + rest.partition(")")[2]
    return path


def methods(callback: Any) -> Iterator[str]:
    view = getattr(callback, "cls", None) or callback.view_class
    answered = getattr(callback, "actions", None) or {name for name in METHODS if hasattr(view, name)}
    yield from (method.upper() for method in answered if method in view.http_method_names)


def test_the_table_names_every_address_and_no_other() -> None:
    found = {
        (method, readable(path))
        for path, callback in routes(get_resolver().url_patterns)
        if path.startswith(API.lstrip("/"))
        for method in methods(callback)
    }
    assert found == rows().keys()


def test_every_row_is_allowed_once_and_denied_once() -> None:
    for row, answers in rows().items():
        assert set(answers) & DENIED, row
        assert row in ALWAYS_DENIED or set(answers) - DENIED, row


def test_the_table_is_as_large_as_it_says(capsys: pytest.CaptureFixture[str]) -> None:
    with capsys.disabled():
        sys.stdout.write(f" {len(CELLS)} cells in {len(rows())} rows")
    assert len(CELLS) == len(rows()) * len(PEOPLE)


@pytest.mark.parametrize("cell", CELLS, ids=named)
def test_everybody_is_answered_what_the_table_says(scene: Scene, cell: Cell) -> None:
    prepare(cell, scene)
    answer = ask(cell, scene, client_of(cell))
    expected = 200 if cell.answer == "none" else int(cell.answer)
    assert answer.status_code == expected, answer.content
    if cell.method == "GET" and expected == 200 and not cell.is_door:
        assert (mark_of(cell, scene) in answer.content.decode()) == (cell.answer != "none")


@pytest.mark.parametrize("cell", HIDDEN, ids=named)
def test_what_is_hidden_is_answered_like_what_is_absent(scene: Scene, cell: Cell) -> None:
    prepare(cell, scene)
    client = client_of(cell)
    hidden, absent = ask(cell, scene, client), ask(cell, scene, client, absent=True)
    assert hidden.status_code == absent.status_code
    assert hidden.content == absent.content
    assert hidden.headers.keys() == absent.headers.keys()


@pytest.mark.parametrize("cell", REFUSED, ids=named)
def test_a_refusal_writes_nothing_but_one_entry_of_the_log(scene: Scene, cell: Cell) -> None:
    prepare(cell, scene)
    client = client_of(cell)
    before, logged = state(), LogEntry.objects.count()
    ask(cell, scene, client)
    assert state() == before
    is_known = cell.person != "nobody"
    refusals = LogEntry.objects.filter(kind="refuse", actor_id=actor_of(cell, scene))
    assert refusals.count() == is_known + (is_known and asks_twice(cell))
    assert LogEntry.objects.count() >= logged + is_known


def actor_of(cell: Cell, scene: Scene) -> str:
    return str(scene.cast.staff[cell.person].pk) if cell.person != "nobody" else ""


def asks_twice(cell: Cell) -> bool:
    """Whether reading the tag beforehand is refused as well."""
    return cell.method in {"PUT", "PATCH", "DELETE"} and cell.answer == "404"
