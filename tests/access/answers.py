"""What the hand-written tables of `matrix.py` say each person is to be answered."""

from dataclasses import dataclass
from functools import cache

from tests.access import matrix

TARGETS = ("pat", "quinn", "gwen", "dee", "sten")
CENTER_OF = dict.fromkeys(TARGETS, "here") | {"sten": "elsewhere", "here": "here", "elsewhere": "elsewhere"}
OVER = ("was-", "soon-")
# Reports are of one center or patient, and refused to who may not have it.
ASKED_ONE = ("sums", "planned", "explained", "unattended")


@dataclass(frozen=True)
class Person:
    """One of `matrix.PEOPLE`: a role at a center, and what they are to each target."""

    name: str
    role: str
    center: str
    relations: dict[str, tuple[str, ...]]

    @property
    def is_known(self) -> bool:
        return self.name not in matrix.UNKNOWN


@dataclass(frozen=True)
class Address:
    """One of `matrix.ADDRESSES`."""

    method: str
    route: str
    about: str
    reads: str
    does: str
    done: int

    @property
    def is_detail(self) -> bool:
        return "{id}" in self.route

    @property
    def is_list(self) -> bool:
        """Whether it shows many things, of whom one may read."""
        return not self.is_detail and (self.method == "GET" or self.route.endswith("/search/"))

    @property
    def resource(self) -> str:
        return self.route.split("/")[0]


def grid(text: str) -> list[list[str]]:
    """The rows of one of the tables, as words."""
    return [line.split() for line in text.splitlines() if line.strip() and not line.startswith("#")]


def heads(text: str) -> list[str]:
    """The names of a table's columns."""
    return next(line for line in text.splitlines() if line.startswith("#")).split()[1:]


def crossed(text: str) -> dict[str, frozenset[str]]:
    """What each row has a cross under."""
    columns = heads(text)
    return {
        name: frozenset(column for column, mark in zip(columns, marks, strict=True) if mark == "x")
        for name, *marks in grid(text)
    }


def down(text: str) -> dict[str, frozenset[str]]:
    """Which rows have a cross in each column."""
    rows = crossed(text)
    return {column: frozenset(name for name, marks in rows.items() if column in marks) for column in heads(text)}


ROLES = down(matrix.ROLES) | {"none": frozenset[str]()}
RELATIONS = crossed(matrix.RELATIONS)
SERVICES = {
    name: (frozenset(holds.split("+")), frozenset(scopes.split("+"))) for name, holds, scopes in grid(matrix.SERVICES)
}
PEOPLE = {
    name: Person(
        name,
        role,
        center,
        {
            target: tuple(held.split("+")) if held != "." else ()
            for target, held in zip(TARGETS, relations, strict=True)
        },
    )
    for name, role, center, *relations in grid(matrix.PEOPLE)
}
ADDRESSES = [
    Address(method, route, about, reads, does, int(done))
    for method, route, about, reads, does, done in grid(matrix.ADDRESSES)
]


@cache
def by_role(name: str) -> frozenset[str]:
    """The words somebody's role, or a program's token, opens on their center now."""
    role = PEOPLE[name].role
    if role.startswith(OVER) or not PEOPLE[name].is_known:
        return frozenset()
    if role == "service":
        holds, scopes = SERVICES[name]
        return holds & scopes
    return ROLES[role] | ({"listed"} if name in matrix.LISTED else set())


@cache
def by_relation(name: str, target: str) -> frozenset[str]:
    """The words that being what they are to a patient opens on that patient now."""
    person = PEOPLE[name]
    held = person.relations.get(target, ()) if person.is_known else ()
    return frozenset(word for relation in held for word in RELATIONS.get(relation, ()))


@cache
def words(name: str, target: str) -> frozenset[str]:
    """Every word somebody has on a patient, or on a center."""
    covers = CENTER_OF[target] == PEOPLE[name].center
    return (by_role(name) if covers else frozenset()) | by_relation(name, target)


@cache
def holds(name: str, word: str) -> bool:
    """Whether somebody has a word on anything at all."""
    if "/" in word:
        return any(holds(name, one) for one in word.split("/"))
    return word == "anybody" or word in by_role(name) or any(word in by_relation(name, target) for target in TARGETS)


@cache
def sees(name: str, word: str, about: str, target: str) -> bool:
    """Whether a word is open to somebody on one kind of thing of a target."""
    if "/" in word:
        return any(sees(name, one, about, target) for one in word.split("/"))
    if word == "anybody":
        return True
    covers = CENTER_OF[target] == PEOPLE[name].center
    if covers and word in by_role(name):
        return True
    return _by_belonging(word, about, by_relation(name, target))


def _by_belonging(word: str, about: str, extra: frozenset[str]) -> bool:
    """Whether belonging to a patient's care opens one kind of thing."""
    if about in {"series", "pattern"}:
        return word == "calendar" and "series" in extra
    if about == "later":
        return word == "calendar" and "later" in extra
    if about == "session":
        return (word == "calendar" and "session" in extra) or (word == "record" and "roll" in extra)
    if about == "attendance":
        return word in extra or (word in {"calendar", "record"} and "roll" in extra)
    return about not in matrix.OF_CENTER + matrix.OF_GROUP and word in extra


@cache
def answer(name: str, address: Address, target: str) -> int:
    """The status of the plain request of one address about one target."""
    if not PEOPLE[name].is_known:
        return 401
    if not address.is_detail:
        return _answer_of_collection(name, address, target)
    if address.route == "groups/{id}/roster/":
        may = holds(name, address.does) and sees(name, address.reads, address.about, target)
    else:
        may = sees(name, address.does, address.about, target)
    if may:
        return address.done
    return 403 if sees(name, address.reads, address.about, target) else 404


def _answer_of_collection(name: str, address: Address, target: str) -> int:
    may = sees(name, address.does, address.about, target)
    if address.is_list:
        return 200 if may or address.about not in ASKED_ONE else 400
    if not holds(name, address.does):
        return 403
    return address.done if may else 400


def fields(name: str, about: str, target: str) -> frozenset[str] | None:
    """The fields somebody is shown of a thing; None where every reader sees the same."""
    rows = [row for row in grid(matrix.FIELDS) if row[0] == about]
    held = words(name, target)
    shown = frozenset(field for _, word, *found in rows if word == "." or word in held for field in found)
    return shown or None


ADMIN = {label: rest for label, *rest in grid(matrix.ADMIN)}
VERBS: dict[str, dict[str, str]] = {
    label: {page: does for model, page, does in grid(matrix.VERBS) if model == label} for label in ADMIN
}
