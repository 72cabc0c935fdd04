"""Every cell of the access table is asked, and no address is missing from it."""

import sys
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.db import transaction
from django.urls import URLResolver, get_resolver

from audit.models import LogEntry
from tests.access.answers import ADDRESSES, answer, sees
from tests.access.asking import API, Cell, ask, client_of, mark_of, prepare
from tests.access.matrix import OF_CENTER
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
# Signing out by DELETE is answered by 401: nobody is signed in any more. Second factors are given only by who has one,
# which tests/centers/test_second_factor.py is about.
ALWAYS_DENIED = {
    ("DELETE", "auth/session"),
    ("POST", "auth/2fa/authenticate"),
    ("POST", "auth/2fa/reauthenticate"),
    ("GET", "auth/webauthn/authenticate"),
    ("POST", "auth/webauthn/authenticate"),
    ("POST", "auth/webauthn/reauthenticate"),
    ("POST", "account/authenticators/totp"),
    ("GET", "account/authenticators/recovery-codes"),
    ("POST", "account/authenticators/recovery-codes"),
    ("POST", "account/authenticators/webauthn"),
    ("PUT", "account/authenticators/webauthn"),
    ("DELETE", "account/authenticators/webauthn"),
}
# Whoever asks for a link is answered alike.
NEVER_DENIED = {("POST", "auth/password/request")}


# What opens or shuts for whoever asks is the same for all who are known.
AT_THE_DOORS = ("clara", "ada", "vera", "root", "nobody")


def is_asked(method: str, route: str) -> bool:
    """Whether a row is about who asks, or about the emergency of one of the cast."""
    return Cell(method, route, "", "").is_door or route.startswith("emergency-accesses/")


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
    yield from (method.upper() for method in answered if method in view.http_method_names and method != "head")


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
        assert row in NEVER_DENIED or set(answers) & DENIED, row
        assert row in ALWAYS_DENIED or set(answers) - DENIED, row


def test_the_table_is_as_large_as_it_says(capsys: pytest.CaptureFixture[str]) -> None:
    with capsys.disabled():
        sys.stdout.write(f" {len(CELLS)} cells in {len(rows())} rows")
    assert len(CELLS) == len(rows()) * len(PEOPLE)


@pytest.mark.parametrize("row", [row for row in rows() if not is_asked(*row)], ids=" ".join)
def test_the_table_says_what_the_matrix_asks(row: tuple[str, str]) -> None:
    """Two tables by two hands: the other one is asked, of more people and by more ways."""
    (address,) = (one for one in ADDRESSES if (one.method, one.route) == row)
    target = "here" if address.about in OF_CENTER else "pat"
    for person, said in zip(PEOPLE, rows()[row], strict=True):
        wanted = str(answer(person, address, target))
        shown = address.is_list or address.method == "GET"
        about = "pat" if address.route.endswith("roster/") else address.about
        if wanted == "200" and shown and not sees(person, address.does, about, "pat" if about == "pat" else target):
            wanted = "none"
        assert said == wanted, person


@pytest.mark.parametrize("row", [row for row in rows() if is_asked(*row)], ids=" ".join)
def test_everybody_is_answered_what_the_table_says(scene: Scene, row: tuple[str, str]) -> None:
    """What the matrix does not ask, because it is about who asks or about one person's emergency."""
    for person, said in zip(PEOPLE, rows()[row], strict=True):
        cell = Cell(*row, person, said)
        if cell.is_door and person not in AT_THE_DOORS:
            continue
        with transaction.atomic():
            ask_and_judge(scene, cell)
            transaction.set_rollback(True)
        cache.clear()


def ask_and_judge(scene: Scene, cell: Cell) -> None:
    before = state() if prepare(cell, scene) else scene.state
    client = client_of(cell)
    answered = ask(cell, scene, client)
    assert answered.status_code == (200 if cell.answer == "none" else int(cell.answer)), (cell, answered.content)
    if cell.is_door:
        return
    if cell.method == "GET" and answered.status_code == 200:
        assert (mark_of(cell, scene) in answered.content.decode()) == (cell.answer != "none"), cell
    if cell.answer in DENIED - {"none"}:
        assert_it_left_one_entry_of_the_log(cell, scene, before)
    if cell.answer in {"400", "404"}:
        assert_it_looks_absent(answered, ask(cell, scene, client, absent=True))


def assert_it_looks_absent(hidden: Any, absent: Any) -> None:
    assert hidden.status_code == absent.status_code
    assert hidden.content == absent.content
    assert hidden.headers.keys() == absent.headers.keys()


def assert_it_left_one_entry_of_the_log(cell: Cell, scene: Scene, before: dict[str, str]) -> None:
    """Nothing else was written; nobody is not named there. Reading the tag of a hidden thing is refused as well."""
    if cell.method != "GET":
        assert state() == before
    refusals = LogEntry.objects.filter(kind="refuse", actor_id=actor_of(cell, scene))
    is_known = cell.person != "nobody"
    assert refusals.count() == is_known + (is_known and asks_twice(cell))


def actor_of(cell: Cell, scene: Scene) -> str:
    return str(scene.cast.staff[cell.person].pk) if cell.person != "nobody" else ""


def asks_twice(cell: Cell) -> bool:
    """Whether reading the tag beforehand is refused as well."""
    return cell.method in {"PUT", "PATCH", "DELETE"} and cell.answer == "404"
