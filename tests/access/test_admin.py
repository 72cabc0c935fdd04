"""The cells of the admin: who sees which page of which model, and that what is hidden there looks absent."""

from typing import Any

import pytest
from django.test import Client

from backend.api.clock import frozen
from centers.models import Staff
from tests.access.answers import ADMIN, holds, sees
from tests.access.counting import CELLS
from tests.access.state import state
from tests.access.test_matrix import Recorder
from tests.access.ways import ABSENT
from tests.access.world import World

PEOPLE = ("clara", "cora", "percy", "ada", "xada", "vada", "newt", "root")
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
# Signing in writes these: the session, and when somebody was last here.
OF_SESSIONS = {"django_session", "centers_staff"}


@pytest.fixture
def visited(world: World) -> World:
    """The world, in which everybody may open the admin."""
    Staff.objects.update(is_staff=True)
    return world


def may(name: str, word: str) -> bool:
    return word != "-" and holds(name, word)


def is_open(name: str, word: str, target: str) -> bool:
    return word != "-" and sees(name, word, "center", target)


def of_model(name: str, words: list[str]) -> dict[tuple[str, str], int]:
    """(method, page) -> the status of the pages that are about no row."""
    changes_or_sees = may(name, words[0]) or may(name, words[1])
    return {("GET", ""): 200 if changes_or_sees else 403, ("GET", "add/"): 200 if may(name, words[2]) else 403}


def of_row(name: str, words: list[str], target: str) -> dict[tuple[str, str], int]:
    """The same of the pages of one row of a center; of a row that is not seen one is led back to the index."""
    seen, changed = is_open(name, words[0], target), is_open(name, words[1], target)
    unseen = 302 if may(name, words[0]) else 403
    unsaved = 302 if may(name, words[1]) else 403
    return {
        ("GET", "change/"): 200 if seen else unseen,
        ("POST", "change/"): (200 if changed else 403) if seen else unsaved,
        ("GET", "history/"): 404,
        ("GET", "delete/"): 403,
    }


class Visit:
    """Asks the pages of one model."""

    def __init__(self, world: World, model: str) -> None:
        self.world, self.about, self.words = world, ADMIN[model][0], ADMIN[model][1:]
        self.root = f"/admin/{model.replace('.', '/')}/"
        self.cells = 0
        self.faults: list[str] = []

    def run(self) -> None:
        for name in PEOPLE:
            with frozen(self.world.at(name)):
                client = Client()
                client.force_login(Staff.objects.get(pk=self.world.staff[name].pk), BACKEND)
                self.of_person(name, client)

    def of_person(self, name: str, client: Client) -> None:
        for (method, page), status in of_model(name, self.words).items():
            answer = self.ask(client, method, page)
            self.judge(name, method, page, answer, status)
            if page == "" and status == 200:
                self.judge_list(name, answer)
        for target in ("here", "elsewhere") if self.about != "-" else ():
            pk = self.world.ids(target)[self.about]
            for (method, page), status in of_row(name, self.words, target).items():
                answer = self.ask(client, method, f"{pk}/{page}")
                self.judge(name, method, f"{page} of {target}", answer, status)
                absent = self.ask(client, method, f"{ABSENT}/{page}")
                if status != 200 and not is_open(name, self.words[0], target) and told(answer) != told(absent):
                    self.faults.append(f"{name} {method} {self.root}{page} of {target} differs from what is absent")

    def ask(self, client: Client, method: str, page: str) -> Any:
        return client.generic(method, self.root + page)

    def judge(self, name: str, method: str, page: str, answer: Any, status: int) -> None:
        self.cells += 1
        if answer.status_code != status:
            self.faults.append(f"{name} {method} {self.root}{page}: {answer.status_code} for {status}")

    def judge_list(self, name: str, answer: Any) -> None:
        for target in ("here", "elsewhere"):
            self.cells += 1
            shown = self.world.ids(target)[self.about] in answer.content.decode()
            if shown != is_open(name, self.words[0], target):
                self.faults.append(f"{name} {self.root}: {'shows' if shown else 'lacks'} the one of {target}")


def told(answer: Any) -> tuple[int, bytes, str]:
    return answer.status_code, answer.content, answer.headers.get("Location", "")


@pytest.mark.parametrize("model", ADMIN)
def test_the_admin_shows_everybody_the_pages_that_the_table_says(
    visited: World, model: str, record_property: Recorder
) -> None:
    visit, before = Visit(visited, model), state()
    visit.run()
    record_property(CELLS, visit.cells)
    assert not visit.faults, "\n" + "\n".join(visit.faults)
    assert without_sessions(state()) == without_sessions(before)


def without_sessions(found: dict[str, str]) -> dict[str, str]:
    return {table: digest for table, digest in found.items() if table not in OF_SESSIONS}
