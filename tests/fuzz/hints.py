"""What is known to be answered: the rows of the access table as requests of schemathesis, and ids to guess with.

A new address has its row in the table before it has anything else; so it is fuzzed without anybody's help.
"""

from contextlib import suppress
from dataclasses import dataclass
from random import Random
from typing import Any

from backend.api.errors import Refused
from tests.access import requests
from tests.access.asking import API, Cell, filled, ids_for, prepare
from tests.access.scene import Scene
from tests.access.table import PEOPLE, rows
from tests.fuzz.document import Operation, Request

# One of each role.
SEVEN = {
    "counselor": "clara",
    "supervisor": "sue",
    "coordinator": "cora",
    "billing": "bill",
    "privacy officer": "percy",
    "director": "dora",
    "administrator": "ada",
}
# What the preparations change.
CHANGED = ("episode", "task", "later_session", "enrollment")


@dataclass(frozen=True, slots=True)
class Hint:
    """A row of the table for one operation."""

    operation: Operation
    method: str
    route: str
    answers: tuple[str, ...]

    def cell(self, person: str) -> Cell:
        """What the table says of one person."""
        return Cell(self.method, self.route, person, self.answers[PEOPLE.index(person)])

    @property
    def allowed(self) -> list[str]:
        """Who of the seven is answered, or may ask and find nothing; if none of them is, who else."""
        answered = [one for one in PEOPLE if self.cell(one).answer in {"200", "201", "202", "204", "none"}]
        return [one for one in answered if one in SEVEN.values()] or answered

    def prepare(self, scene: Scene) -> None:
        """What some verbs want to have happened before; over loopback it may have happened already, and stand."""
        for name in CHANGED:
            # As the database has it: what was done to it before has been undone there, or done by others.
            scene.things[name].refresh_from_db()
        with suppress(Refused):
            prepare(self.cell(SEVEN["supervisor"]), scene)

    def path(self, scene: Scene, person: str) -> dict[str, Any]:
        """The ids of the address."""
        cell = self.cell(person)
        names = {name for name in ("id", "patient") if f"{{{name}}}" in self.route}
        known = {} if cell.is_door else {"id": scene.ids()[cell.subject], "patient": scene.ids()["pat"]}
        return {name: known[name] for name in names}

    def query(self, scene: Scene, person: str) -> dict[str, Any]:
        """The query that is answered."""
        known = requests.QUERY.get(self.route)
        if self.method != "GET" or not known:
            return {}
        return dict(filled(known, ids_for(self.cell(person), scene)))

    def body(self, scene: Scene, person: str) -> dict[str, Any] | None:
        """The body that is answered, if any is read."""
        known = requests.BODY.get((self.method, self.route))
        return None if known is None else dict(filled(known, ids_for(self.cell(person), scene)))

    def case(self, scene: Scene, person: str) -> Request:
        """The row's own request."""
        body = self.body(scene, person)
        parts: dict[str, Any] = {} if body is None else {"body": body, "media_type": "application/json"}
        path, query = self.path(scene, person), self.query(scene, person)
        return self.operation.Case(path_parameters=path, query=query, headers={}, **parts)


def hints(operations: list[Operation]) -> list[Hint]:
    """A hint for every operation. Raises KeyError for one that the table does not know."""
    table = rows()
    found = []
    for operation in operations:
        method, route = operation.method.upper(), operation.path.removeprefix(API)
        # A slash that may be left away stands in the document, and not in the table.
        known = route if (method, route) in table else route.removesuffix("/")
        found.append(Hint(operation, method, known, table[method, known]))
    return found


def guided(value: Any, known: Any, dice: Random, *, odds: float = 0.6) -> Any:
    """A generated value, with parts of a known one of the same shape in it: near enough to get past the first check."""
    if isinstance(value, dict) and isinstance(known, dict):
        return {name: guided(each, known.get(name), dice, odds=odds) for name, each in value.items()}
    if isinstance(value, list) and isinstance(known, list) and known:
        return [guided(each, known[0], dice, odds=odds) for each in value]
    return known if known is not None and dice.random() < odds else value
