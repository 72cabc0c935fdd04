"""Asks the cells of one address of the access matrix, and finds what is answered otherwise than the tables say."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from random import Random
from typing import Any
from urllib.parse import parse_qs, urlsplit
from zlib import crc32

from django.db import transaction
from rest_framework.test import APIClient

from audit.models import LogEntry
from backend.api.clock import frozen
from tests.access import requests
from tests.access.answers import ASKED_ONE, PEOPLE, TARGETS, Address, answer, by_role, fields, sees
from tests.access.asking import Cell, prepare
from tests.access.counting import counted
from tests.access.matrix import OF_CENTER
from tests.access.scene import Scene
from tests.access.ways import Ask, asks, encoded, path_of, references, subject_of, with_absent
from tests.access.world import World, token

PASSING = ("X-Request-ID", "Date")
# Those who try every way; the others try the plain one.
ROUNDABOUT = ("clara", "cora", "percy", "ron", "vera")
KEY = {"Idempotency-Key": "the-key-of-somebody"}
# How many rows of a list are turned page by page; one cell of how many is asked side by side with what is absent.
TURNED, PAIRED = 6, 3
ROUNDABOUT_TARGETS = ("pat", "sten", "here", "elsewhere")
PLAIN = ("list", "detail", "write", "foreign key", "search")


class Matrix:
    """Asks the cells of one address, and remembers what does not exist is answered like."""

    def __init__(self, world: World, address: Address) -> None:
        self.world, self.address = world, address
        self.client = APIClient()
        self.cells, self.pairs, self.faults = 0, 0, list[str]()
        self.statements = {True: 0, False: 0}
        self.dice = Random(f"{address.method} {address.route}")
        self.tags: dict[tuple[str, str], str] = {}
        self.introduced: set[str] = set()
        self.answered: dict[Any, Any] = {}
        self.nothing: dict[Any, Any] = {}
        self.refusals: Counter[str] = Counter()
        self.refused_before = self.refused()

    def targets(self) -> tuple[str, ...]:
        """What there is to ask about."""
        return tuple(name for name in targets_of(self.address) if self.ids(name).get(self.thing()))

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
                for target in targets_asked(name, self.address):
                    if target not in self.targets():
                        continue
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
        roundabout = is_roundabout(name, target)
        for ask in asked_of(name, self.address, target, ids, tag):
            if ask.status < 300 and ask.method not in {"GET", "HEAD"} and not self.address.is_list:
                self.write(name, target, ask)
                continue
            self.cells += 1
            hidden = must_look_absent(name, self.address, target, ask)
            if hidden and is_paired(name, self.address, ask) and self.is_introduced(name):
                said = self.pair(name, target, ask, absent[ask.way])
            else:
                response = self.answer_to(name, ask)
                said = self.judged(name, target, ask, response)
                if said is None and hidden:
                    said = differs(response, self.answer_of_nothing(name, absent[ask.way]))
                if said is None and ask.way == "list" and roundabout:
                    said = self.misrolled(name, target, ask, response)
            self.note(name, target, ask, said)

    def note(self, name: str, target: str, ask: Ask, said: str | None) -> None:
        if said:
            self.faults.append(f"{name} {ask.way} {ask.method} {self.address.route} of {target}: {said}")

    def is_introduced(self, name: str) -> bool:
        """Whether somebody's token was read already, so that two requests of theirs take the same statements."""
        return name in self.introduced or not PEOPLE[name].is_known

    def pair(self, name: str, target: str, ask: Ask, nothing: Ask) -> str | None:
        """What tells the hidden from the absent, asked one after the other in an order that chance gives."""
        turns = [ask, nothing]
        self.dice.shuffle(turns)
        found = {}
        for one in turns:
            with transaction.atomic(), counted() as statements:
                found[one is ask] = self.send(name, one)
            self.refusals[name] += one.status >= 400 and PEOPLE[name].is_known
            self.statements[one is ask] = statements.number
        self.pairs += 1
        said = self.judged(name, target, ask, found[True]) or differs(found[True], found[False])
        if said is None and self.statements[True] != self.statements[False]:
            said = f"takes {self.statements[True]} statements, what is absent {self.statements[False]}"
        return said

    def ask_with_references(self, name: str, target: str) -> None:
        """What names a thing of the other center is refused like what names nothing."""
        ids, far = self.ids(target), self.ids("sten")
        absent = {ask.way: ask for ask in references(name, self.address, target, ids, {})}
        for ask in references(name, self.address, target, ids, far):
            self.cells += 1
            response = self.answer_to(name, ask)
            said = self.judged(name, target, ask, response) or differs(
                response, self.answer_of_nothing(name, absent[ask.way])
            )
            self.note(name, target, ask, said)

    def answer_of_nothing(self, name: str, ask: Ask) -> Any:
        """The answer about what does not exist: the same to all of one role who are answered that status."""
        key = (PEOPLE[name].role, PEOPLE[name].center, ask.way, ask.path, repr(ask.query), repr(ask.body), ask.status)
        if key not in self.nothing:
            self.nothing[key] = self.answer_to(name, ask)
        return self.nothing[key]

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

    def misrolled(self, name: str, target: str, ask: Ask, response: Any) -> str | None:
        """Whether a list is longer or shorter than it should be, or turned page by page another one."""
        # A page of weekly hours is so many patients, with all their weeks.
        if self.address.about in ASKED_ONE or self.address.route == "weekly-hours/":
            return None
        rows = [row["id"] if "id" in row else row["center"] for row in response.json()["results"]]
        wanted = self.length(name)
        if wanted is not None and len(rows) != wanted:
            return f"has {len(rows)} rows for {wanted}"
        if len(rows) < 2 or target not in {"pat", "here"}:
            return None
        self.cells += 1
        turned, page = list[str](), {"page_size": "2"}
        while len(turned) < min(len(rows), TURNED):
            answer = self.send(name, replace(ask, query=ask.query | page)).json()
            turned += [row["id"] for row in answer["results"]]
            if not answer["next"]:
                break
            page = {"page_size": "2", "cursor": parse_qs(urlsplit(answer["next"]).query)["cursor"][0]}
        return None if rows[: len(turned)] == turned else "turned page by page is another list"

    def length(self, name: str) -> int | None:
        """How many rows a list has for who holds nothing, and for whom a role opens a center; else not told."""
        person, about = PEOPLE[name], self.address.about
        if any(person.relations.values()) or about in {"device", "newcomer"} or self.address.route in requests.QUERY:
            return None
        if not any(word in by_role(name) for word in self.address.does.split("/")):
            return 0
        if about == "center":
            return 1
        things = self.world.things["pat" if person.center == "here" else "sten"]
        model: Any = type(things[self.thing()])
        return int(model._base_manager.filter(center=things["center"]).count())

    def write(self, name: str, target: str, ask: Ask) -> None:
        """What is allowed to be done is done, and undone; whoever may not gets nothing of it by its key."""
        if target not in {"pat", "here", "elsewhere"}:
            return
        self.cells += 1
        scene = self.world.scene
        with transaction.atomic():
            prepare(
                Cell(self.address.method, self.address.route, name, ""),
                Scene(scene.cast, self.world.things[target], {}),
            )
            keyed = name in ROUNDABOUT and ask.method == "POST"
            response = self.send(name, replace(ask, headers=KEY) if keyed else ask)
            said = self.replayed(ask, target) if keyed else None
            transaction.set_rollback(True)
        self.note(name, target, ask, said)
        if response.status_code != ask.status:
            said = f"did {response.status_code} for {ask.status}: {response.content[:300]!r}"
            self.faults.append(f"{name} {ask.way} {ask.method} {self.address.route} of {target}: {said}")

    def replayed(self, ask: Ask, target: str) -> str | None:
        """What somebody else's key gives to who may not do this, beside the refusal."""
        other = "bill" if answer("bill", self.address, target) >= 400 else "root"
        if answer(other, self.address, target) < 400:
            return None
        self.cells += 1
        plain = self.send(other, ask)
        said = differs(self.send(other, replace(ask, headers=KEY)), plain)
        return said and f"by the key, {other} is answered otherwise: {said}"

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


def targets_of(address: Address) -> tuple[str, ...]:
    """Two centers, or five patients and what is theirs."""
    return ("here", "elsewhere") if address.about in OF_CENTER else TARGETS


def targets_asked(name: str, address: Address) -> tuple[str, ...]:
    """Who is not known, or has no role any more or yet, is asked about one of them only.

    The others about those whom they know, one in care and one of the other center; who knows one of them, also about
    one they do not know, and who tries every way, about one who was discharged.
    """
    found = targets_of(address)
    if not PEOPLE[name].is_known or name[0] in "xy":
        return found[:1]
    known = {target for target, relations in PEOPLE[name].relations.items() if relations}
    asked = {"here", "elsewhere", "pat", "sten"} | known
    asked |= ({"quinn"} if known else set()) | ({"dee"} if name in ROUNDABOUT else set())
    return tuple(target for target in found if target in asked)


def is_roundabout(name: str, target: str) -> bool:
    """Whether somebody tries every way to a target."""
    return name in ROUNDABOUT and target in ROUNDABOUT_TARGETS


def asked_of(name: str, address: Address, target: str, ids: dict[str, str], tag: str) -> Iterator[Ask]:
    """The ways somebody tries to a target, or the plain one."""
    for ask in asks(name, address, target, ids, tag):
        if ask.way in PLAIN or is_roundabout(name, target):
            yield ask


def must_look_absent(name: str, address: Address, target: str, ask: Ask) -> bool:
    """Whether the answer must be the one about what does not exist."""
    if ask.way in {"odd body", "no object"} and answer(name, address, target) < 400:
        return False
    if ask.status in {400, 401, 404, 405}:
        return True
    by_thing = ask.way.startswith("filter ") and ask.way not in {"filter center", "filter program"}
    return by_thing and not sees(name, address.does, address.about, target)


def is_paired(name: str, address: Address, ask: Ask) -> bool:
    """Whether chance has the cell asked side by side with what is absent, and their statements counted."""
    return crc32(f"{name} {address.method} {address.route} {ask.way}".encode()) % PAIRED == 0


def differs(hidden: Any, absent: Any) -> str | None:
    """How two answers can be told apart, if they can."""
    if (hidden.status_code, hidden.content) != (absent.status_code, absent.content):
        return f"absent is answered {absent.status_code} {absent.content[:200]!r}, this {hidden.content[:200]!r}"
    one, other = ({k: v for k, v in each.headers.items() if k not in PASSING} for each in (hidden, absent))
    return None if one == other else f"headers differ: {one} {other}"
