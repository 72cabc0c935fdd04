"""The cells of the admin: who sees which page of which model, and that what is hidden there looks absent."""

from collections import Counter
from typing import Any

import pytest
from django.test import Client

from audit.models import LogEntry
from backend.api.clock import frozen
from centers.models import Staff
from tests.access.answers import ADMIN, VERBS, grid, holds, sees
from tests.access.counting import CELLS
from tests.access.matrix import OF_CENTER, OPENING, SOURCES
from tests.access.state import state
from tests.access.test_matrix import Recorder
from tests.access.ways import ABSENT
from tests.access.world import World

# The world takes seconds to build: one process builds it for these.
pytestmark = pytest.mark.xdist_group("access, one by one")


PEOPLE = ("clara", "cora", "percy", "ada", "sue", "bill", "xcora", "vicky", "root")
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
# Signing in writes these: the session, the device, and when somebody was last here.
OF_SESSIONS = {"django_session", "centers_staff", "centers_signin"}


@pytest.fixture
def visited(world: World) -> World:
    """The world, in which everybody may open the admin."""
    Staff.objects.filter(pk__in=[world.staff[name].pk for name in PEOPLE]).update(is_staff=True)
    return world


def client_of(world: World, name: str) -> Client:
    """Somebody signed in to the admin."""
    client = Client()
    client.force_login(Staff.objects.get(pk=world.staff[name].pk), BACKEND)
    return client


def may(name: str, word: str) -> bool:
    return word != "-" and holds(name, word)


class Visit:
    """Asks the pages of one model."""

    def __init__(self, world: World, model: str) -> None:
        self.world, self.about, self.words, self.verbs = world, ADMIN[model][0], ADMIN[model][1:], VERBS[model]
        self.root = f"/admin/{model.replace('.', '/')}/"
        self.cells = 0
        self.faults: list[str] = []
        self.refusals: Counter[str] = Counter()
        self.absent: dict[tuple[str, str], Any] = {}

    @property
    def targets(self) -> tuple[str, ...]:
        if self.about == "-":
            return ()
        return (
            ("here", "elsewhere") if self.about in OF_CENTER or self.about == "position" else ("pat", "quinn", "sten")
        )

    def run(self, people: tuple[str, ...] = PEOPLE) -> None:
        for name in people:
            with frozen(self.world.at(name)):
                self.of_person(name, client_of(self.world, name))

    def notices(self, people: tuple[str, ...]) -> bool:
        """Whether any page is answered or recorded otherwise than it should be."""
        before = refused(self.world)
        self.run(people)
        return bool(self.faults) or refused(self.world) - before != self.refusals

    def sees(self, name: str, word: str, target: str) -> bool:
        return word != "-" and sees(name, word, "center" if self.about == "position" else self.about, target)

    def of_model(self, name: str) -> dict[tuple[str, str], int]:
        """(method, page) -> the status of the pages that are about no row."""
        may_list = may(name, self.words[0]) or may(name, self.words[1])
        return {("GET", ""): 200 if may_list else 403, ("GET", "add/"): 200 if may(name, self.words[2]) else 403}

    def of_row(self, name: str, target: str) -> dict[tuple[str, str], int]:
        """The same of the pages of one row; of one that is not seen as of one that is not there."""
        seen, changed = self.sees(name, self.words[0], target), self.sees(name, self.words[1], target)
        unseen = 404 if may(name, self.words[0]) else 403
        unsaved = 404 if may(name, self.words[1]) else 403
        found = {
            ("GET", "change/"): 200 if seen else unseen,
            ("POST", "change/"): (200 if changed else 403) if seen else unsaved,
            ("GET", "history/"): 200 if self.sees(name, "log", target) else 404,
            ("GET", "delete/"): 403,
        }
        for page, does in self.verbs.items():
            status = (200 if self.sees(name, does, target) else 403) if seen else unseen
            found |= {("GET", f"{page}/"): status, ("POST", f"{page}/"): status}
        return found

    def of_person(self, name: str, client: Client) -> None:
        for (method, page), status in self.of_model(name).items():
            answer = self.ask(name, client, method, page)
            self.judge(name, method, page, answer, status)
            if page == "" and status == 200:
                self.judge_list(name, answer)
        for target in self.targets:
            pk = self.world.ids(target)[self.about]
            for (method, page), status in self.of_row(name, target).items():
                answer = self.ask(name, client, method, f"{pk}/{page}")
                self.judge(name, method, f"{page} of {target}", answer, status)
                hidden = not self.sees(name, self.words[0], target)
                if status != 200 and hidden and told(answer) != told(self.nothing(name, client, method, page)):
                    self.faults.append(f"{name} {method} {self.root}{page} of {target} differs from what is absent")

    def ask(self, name: str, client: Client, method: str, page: str) -> Any:
        answer = client.generic(method, self.root + page)
        # A form that says why nothing was done is a refusal as well.
        asked_in_vain = method == "POST" and page.split("/")[1:2] and page.split("/")[1] in self.verbs
        self.refusals[name] += answer.status_code >= 400 or bool(asked_in_vain)
        return answer

    def nothing(self, name: str, client: Client, method: str, page: str) -> Any:
        """What somebody is answered about a row that is not there, asked once."""
        key = (f"{name} {method}", page)
        if key not in self.absent:
            self.absent[key] = self.ask(name, client, method, f"{ABSENT}/{page}")
        return self.absent[key]

    def judge(self, name: str, method: str, page: str, answer: Any, status: int) -> None:
        self.cells += 1
        if answer.status_code != status:
            self.faults.append(f"{name} {method} {self.root}{page}: {answer.status_code} for {status}")

    def judge_list(self, name: str, answer: Any) -> None:
        for target in self.targets:
            self.cells += 1
            shown = self.world.ids(target)[self.about] in answer.content.decode()
            if shown != self.sees(name, self.words[0], target):
                self.faults.append(f"{name} {self.root}: {'shows' if shown else 'lacks'} the one of {target}")


def told(answer: Any) -> tuple[int, bytes, str]:
    return answer.status_code, answer.content, answer.headers.get("Location", "")


def refused(world: World) -> Counter[str]:
    """How many refusals the log has of each of the visitors."""
    names = {str(world.staff[name].pk): name for name in PEOPLE}
    found = LogEntry.objects.filter(kind="refuse").values_list("actor_id", flat=True)
    return Counter(names[actor] for actor in found if actor in names)


@pytest.mark.parametrize("model", ADMIN)
def test_the_admin_shows_everybody_the_pages_that_the_table_says(
    visited: World, model: str, record_property: Recorder
) -> None:
    visit, before = Visit(visited, model), state()
    refused_before = refused(visited)
    visit.run()
    record_property(CELLS, visit.cells)
    assert not visit.faults, "\n" + "\n".join(visit.faults)
    assert refused(visited) - refused_before == visit.refusals
    assert without_sessions(state()) == without_sessions(before)


@pytest.mark.parametrize("name", PEOPLE)
def test_the_admin_offers_to_who_types_whom_the_tables_say(
    visited: World, name: str, record_property: Recorder
) -> None:
    cells = 0
    with frozen(visited.at(name)):
        client = client_of(visited, name)
        for relation, about, does in grid(SOURCES):
            asked = dict(zip(("app_label", "model_name", "field_name"), relation.split("."), strict=True))
            nothing = client.post("/admin/autocomplete/", asked | {"term": "Nobody Atall"})
            for target in ("pat", "quinn", "gwen", "sten"):
                cells += 1
                ids = visited.ids(target)
                answer = client.post("/admin/autocomplete/", asked | {"term": ids["words"]})
                assert answer.status_code == (200 if may(name, does) else 403), target
                shown = ids[about] in answer.content.decode()
                assert shown == (sees(name, does, about, target) and sees(name, "find", about, target)), target
                assert shown or told(answer) == told(nothing), target
            undeclared = client.post("/admin/autocomplete/", asked | {"field_name": "group", "term": "TUE"})
            assert undeclared.status_code == 403
    record_property(CELLS, cells)


@pytest.mark.parametrize(
    "name", ["clara", "cora", "sue", "bill", "percy", "dora", "ada", "xcora", "vicky", "newt", "hugo"]
)
def test_the_admin_opens_to_who_has_something_to_do_there(world: World, name: str) -> None:
    with frozen(world.at(name)):
        answer = client_of(world, name).get("/admin/")
    opened = any(holds(name, word) for word in OPENING)
    assert answer.status_code == (200 if opened else 302)


def without_sessions(found: dict[str, str]) -> dict[str, str]:
    return {table: digest for table, digest in found.items() if table not in OF_SESSIONS}
