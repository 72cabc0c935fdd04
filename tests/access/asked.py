"""Asks the cells of one address of the access matrix, and finds what is answered otherwise than the tables say."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from django.db import transaction
from rest_framework.test import APIClient

from audit.models import LogEntry
from backend.api.clock import frozen
from tests.access.answers import PEOPLE, TARGETS, Address, answer, fields, sees
from tests.access.asking import Cell, prepare
from tests.access.matrix import OF_CENTER
from tests.access.scene import Scene
from tests.access.ways import Ask, asks, encoded, path_of, references, subject_of, with_absent
from tests.access.world import World, token

PASSING = ("X-Request-ID", "Date")
# Those who try every way; the others try the plain one.
ROUNDABOUT = ("clara", "cora", "bill", "percy", "ada", "ron", "vera")
PLAIN = ("list", "detail", "write", "foreign key", "search")


class Matrix:
    """Asks the cells of one address, and remembers what does not exist is answered like."""

    def __init__(self, world: World, address: Address) -> None:
        self.world, self.address = world, address
        self.client = APIClient()
        self.cells, self.faults = 0, list[str]()
        self.tags: dict[tuple[str, str], str] = {}
        self.introduced: set[str] = set()
        self.answered: dict[Any, Any] = {}
        self.refusals: Counter[str] = Counter()
        self.refused_before = self.refused()

    def targets(self) -> tuple[str, ...]:
        """What is asked about: two centers, or five patients and what is theirs."""
        names = ("here", "elsewhere") if self.address.about in OF_CENTER else TARGETS
        return tuple(name for name in names if self.ids(name).get(self.thing()))

    def targets_of(self, name: str) -> tuple[str, ...]:
        """Who is not known, or has no role any more or yet, is asked about one of them only."""
        found = self.targets()
        return found[:1] if not PEOPLE[name].is_known or name[0] in "xy" else found

    def thing(self) -> str:
        name = subject_of(self.address)
        return {"sums": "center", "planned": "center", "unattended": "center"}.get(name, name)

    def ids(self, target: str) -> dict[str, str]:
        return self.world.ids(target)

    def run(self, people: Iterable[str] = PEOPLE, *, to_the_first_fault: bool = False) -> None:
        """Every cell of these people."""
        for name in people:
            with frozen(self.world.at(name)):
                self.answered.clear()
                for target in self.targets_of(name):
                    self.ask_about(name, target)
                    if self.faults and to_the_first_fault:
                        return

    def notices(self, people: Iterable[str]) -> bool:
        """Whether any cell of these people is answered or recorded otherwise than it should be."""
        self.run(people, to_the_first_fault=True)
        return bool(self.faults) or self.refused() - self.refused_before != self.refusals

    def ask_about(self, name: str, target: str) -> None:
        ids = self.ids(target)
        tag = self.tag(name, target)
        absent = {ask.way: ask for ask in asks(name, self.address, target, with_absent(self.address, ids), tag)}
        if name in ROUNDABOUT and target in {"pat", "here"}:
            self.ask_with_references(name, target)
        for ask in asks(name, self.address, target, ids, tag):
            if ask.way not in PLAIN and name not in ROUNDABOUT:
                continue
            if ask.status < 300 and ask.method not in {"GET", "HEAD"} and not self.address.is_list:
                self.write(name, target, ask)
                continue
            self.cells += 1
            response = self.answer_to(name, ask)
            said = self.judged(name, target, ask, response)
            if said is None and self.must_look_absent(name, target, ask):
                said = differs(response, self.answer_to(name, absent[ask.way]))
            if said:
                self.faults.append(f"{name} {ask.way} {ask.method} {self.address.route} of {target}: {said}")

    def ask_with_references(self, name: str, target: str) -> None:
        """What names a thing of the other center is refused like what names nothing."""
        ids, far = self.ids(target), self.ids("sten")
        absent = {ask.way: ask for ask in references(name, self.address, target, ids, {})}
        for ask in references(name, self.address, target, ids, far):
            self.cells += 1
            response = self.answer_to(name, ask)
            said = self.judged(name, target, ask, response) or differs(response, self.answer_to(name, absent[ask.way]))
            if said:
                self.faults.append(f"{name} {ask.way} {ask.method} {self.address.route} of {target}: {said}")

    def answer_to(self, name: str, ask: Ask) -> Any:
        """The answer; asked once, however many targets it is about."""
        key = (ask.way, ask.path, repr(ask.query), repr(ask.body))
        if key not in self.answered:
            self.answered[key] = self.send(name, ask)
            if ask.status >= 400 and PEOPLE[name].is_known:
                self.refusals[name] += 1
        return self.answered[key]

    def send(self, name: str, ask: Ask) -> Any:
        """The answer to one request: by token the first time, for who is known."""
        if name in self.introduced:
            self.client.force_authenticate(self.world.staff[name], self.world.credentials[name])
            return self.client.generic(ask.method, ask.path, **encoded(ask))
        self.client.force_authenticate(None)
        self.client.credentials(**({} if name == "nobody" else {"HTTP_AUTHORIZATION": f"Bearer {token(name)}"}))
        if PEOPLE[name].is_known:
            self.introduced.add(name)
        return self.client.generic(ask.method, ask.path, **encoded(ask))

    def judged(self, name: str, target: str, ask: Ask, response: Any) -> str | None:
        """What is wrong with an answer, if anything."""
        if response.status_code != ask.status:
            return f"answered {response.status_code} for {ask.status}: {response.content[:200]!r}"
        if ask.status != 200 or (ask.method != "GET" and not self.address.is_list):
            return None
        if self.address.is_detail:
            return self.misfit(name, target, response)
        if ask.way == "cursor":
            return None
        mark = self.mark(target)
        seen = sees(name, self.address.does, self.address.about, target)
        return None if (mark in response.content.decode()) == seen else f"{'lacks' if seen else 'shows'} {mark}"

    def misfit(self, name: str, target: str, response: Any) -> str | None:
        """Whether the fields shown are others than the table's."""
        if not self.address.route.endswith(("/{id}/", "{patient}/")):
            return None
        wanted = fields(name, self.address.about, target)
        return (
            None
            if wanted is None or wanted == response.json().keys()
            else f"shows {sorted(wanted ^ response.json().keys())}"
        )

    def mark(self, target: str) -> str:
        marks = {"sums": "results", "planned": self.ids(target)["pat"], "unattended": "patients"}
        return marks.get(self.address.about) or self.ids(target)[self.thing()]

    def must_look_absent(self, name: str, target: str, ask: Ask) -> bool:
        if ask.way in {"odd body", "no object"} and answer(name, self.address, target) < 400:
            return False
        if ask.status in {400, 401, 404, 405}:
            return True
        by_thing = ask.way.startswith("filter ") and ask.way not in {"filter center", "filter program"}
        return by_thing and not sees(name, self.address.does, self.address.about, target)

    def write(self, name: str, target: str, ask: Ask) -> None:
        """What is allowed to be done is done, and undone."""
        if target not in {"pat", "here", "elsewhere"}:
            return
        self.cells += 1
        scene = self.world.scene
        with transaction.atomic():
            prepare(
                Cell(self.address.method, self.address.route, name, ""),
                Scene(scene.cast, self.world.things[target], {}),
            )
            response = self.send(name, ask)
            transaction.set_rollback(True)
        if response.status_code != ask.status:
            said = f"did {response.status_code} for {ask.status}: {response.content[:300]!r}"
            self.faults.append(f"{name} {ask.way} {ask.method} {self.address.route} of {target}: {said}")

    def tag(self, name: str, target: str) -> str:
        """The tag of the thing as who asks is shown it; as somebody else is who sees it, where they are not."""
        if self.address.method == "POST" or not self.address.is_detail:
            return ""
        reader = next(one for one in (name, *PEOPLE) if self.reads(one, target))
        if (reader, target) not in self.tags:
            with frozen(self.world.at(reader)):
                shown = self.send(reader, Ask("tag", "GET", path_of(self.address, self.ids(target)), 200))
            self.tags[reader, target] = shown.headers.get("ETag", "")
        return self.tags[reader, target]

    def reads(self, name: str, target: str) -> bool:
        """Whether somebody is answered a thing with its tag at this path."""
        if self.address.method == "GET":
            return answer(name, self.address, target) == 200
        return PEOPLE[name].is_known and sees(name, self.address.reads, self.address.about, target)

    def refused(self) -> Counter[str]:
        found = LogEntry.objects.filter(kind="refuse").values_list("actor_id", flat=True)
        names = {str(staff.pk): name for name, staff in self.world.staff.items()}
        return Counter(names[actor] for actor in found)


def differs(hidden: Any, absent: Any) -> str | None:
    """How two answers can be told apart, if they can."""
    if (hidden.status_code, hidden.content) != (absent.status_code, absent.content):
        return f"absent is answered {absent.status_code} {absent.content[:200]!r}, this {hidden.content[:200]!r}"
    one, other = ({k: v for k, v in each.headers.items() if k not in PASSING} for each in (hidden, absent))
    return None if one == other else f"headers differ: {one} {other}"
