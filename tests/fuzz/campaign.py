"""One campaign: the table's own requests, positive and negative ones, and chains, by one person of each role."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from random import Random
from typing import Any

from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis import BaseSchema, GenerationMode, Response

from tests.access.asking import client_of
from tests.access.scene import Scene
from tests.fuzz.document import Request
from tests.fuzz.hints import SEVEN, Hint, guided
from tests.fuzz.judging import judge
from tests.fuzz.ledger import Ledger
from tests.fuzz.targets import Target

CONDITIONAL = {"PUT", "PATCH", "DELETE"}
# So many of the generated requests name things that exist.
GUIDED = 0.8
Progress = Callable[[int], object]


@dataclass
class Campaign:
    """Sends requests to a target and judges every answer."""

    schema: BaseSchema
    hints: list[Hint]
    scene: Scene
    target: Target
    number: int
    until: float = float("inf")
    ledger: Ledger = field(default_factory=Ledger)
    vocabulary: str = ""
    tokens: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """The words of the document may come back: they are its own."""
        self.vocabulary = str(self.schema.raw_schema)
        self.dice = Random(self.number)
        self.operations = {hint.operation.label: hint for hint in self.hints}
        for way in self.target.ways:
            # A way that is never gone stands in the report as well.
            self.ledger.ways[f"{self.target.name}, {way}"].requests += 0

    @property
    def labels(self) -> list[str]:
        """The operations."""
        return sorted(self.operations)

    @property
    def is_over(self) -> bool:
        """Whether the time is up."""
        return time.monotonic() >= self.until

    def known(self, progress: Progress, people: int = len(SEVEN)) -> None:
        """The row's own request of each operation, by so many of the seven: first by somebody who may."""
        asking = [(hint, self._some(hint, people)) for hint in self.hints]
        for rank in range(people):
            for hint, some in asking:
                if self.is_over:
                    return
                with self.target.attempt():
                    hint.prepare(self.scene)
                    self.send("known", hint, some[rank], hint.case(self.scene, some[rank]))
                progress(1)

    def generated(self, examples: int, progress: Progress) -> None:
        """So many positive and so many negative requests of each operation."""
        for hint in self.hints:
            # An operation that reads nothing cannot be asked wrongly.
            takes = any(hint.operation.iter_parameters()) or len(hint.operation.body)
            for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)[: 2 if takes else 1]:
                if not self.is_over:
                    self._generate(hint, mode, examples)
            progress(1)

    def send(
        self, way: str, hint: Hint, person: str, case: Request, *, headers: dict[str, str] | None = None
    ) -> Response:
        """One request by one person, judged; a write that was accepted is read again."""
        keeps_own = headers is not None
        headers = self.headers(hint, person) if headers is None else headers
        if case.method.upper() in CONDITIONAL and "If-Match" not in (case.headers or {}):
            headers |= self._tag(hint, case, headers)
        response = self.target.send(case, headers)
        self.ledger.note(f"{self.target.name}, {way}", person, hint.operation.label, response.status_code)
        judge(case, response, self.ledger, person=person, vocabulary=self.vocabulary)
        self._read_again(hint, case, response, headers, person)
        # Who walks through the doors half signed in would be thrown out by it.
        if response.status_code == HTTPStatus.UNAUTHORIZED and not keeps_own:
            self.target.revive(self.scene)
        return response

    def accept(self, way: str, label: str) -> None:
        """An operation whose right answer is no 2xx was answered so."""
        self.ledger.accept(f"{self.target.name}, {way}", label)

    def headers(self, hint: Hint, person: str) -> dict[str, str]:
        """The token with which the person asks; the doors make and end tokens of their own."""
        cell = hint.cell(person)
        if cell.is_door or person not in self.tokens:
            client: Any = client_of(cell)
            bearer = str(client._credentials.get("HTTP_AUTHORIZATION", ""))
            if cell.is_door:
                return {"Authorization": bearer} if bearer else {}
            self.tokens[person] = bearer
        return {"Authorization": self.tokens[person]}

    def _generate(self, hint: Hint, mode: GenerationMode, examples: int) -> None:
        @seed(self.number)
        @settings(
            max_examples=examples,
            phases=[Phase.generate],
            database=None,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        )
        @given(hint.operation.as_strategy(generation_mode=mode))
        def attempt(case: Request) -> None:
            if self.is_over:
                return
            with self.target.attempt():
                person = self.somebody(hint)
                if self.dice.random() < GUIDED:
                    hint.prepare(self.scene)
                    self.guide(hint, person, case, mode)
                self.send(mode.value, hint, person, case)

        attempt()

    def _some(self, hint: Hint, people: int) -> list[str]:
        first = self.dice.choice(hint.allowed or list(SEVEN.values()))
        others = [one for one in SEVEN.values() if one != first]
        return [first, *self.dice.sample(others, people - 1)]

    def somebody(self, hint: Hint) -> str:
        """Mostly somebody who may, now and then anybody."""
        allowed = hint.allowed
        return self.dice.choice(allowed if allowed and self.dice.random() < 0.7 else list(SEVEN.values()))

    def guide(self, hint: Hint, person: str, case: Request, mode: GenerationMode, *, keep: str = "") -> None:
        """Put things that exist in place of invented ones. What makes a request negative stays as it is, and `keep`."""
        kept = {keep}
        if mode is GenerationMode.NEGATIVE and case.meta:
            kept |= {found.value for found, part in case.meta.components.items() if part.mode is mode}
        if "path" not in kept:
            case.path_parameters = dict(case.path_parameters) | hint.path(self.scene, person)
        if "query" not in kept:
            case.query = guided(case.query, hint.query(self.scene, person), self.dice)
        if "body" not in kept and isinstance(case.body, dict):
            case.body = guided(case.body, hint.body(self.scene, person), self.dice)
        if "header" not in kept:
            for name in ("If-Match", "Idempotency-Key"):
                case.headers.pop(name, None)

    def _tag(self, hint: Hint, case: Request, headers: dict[str, str]) -> dict[str, str]:
        reader = self.operations.get(f"GET {hint.operation.path}")
        if reader is None:
            return {}
        asked = reader.operation.Case(path_parameters=dict(case.path_parameters))
        tags = self.target.send(asked, headers).headers.get("etag", [])
        return {"If-Match": tags[0]} if tags else {"If-Match": '"1-x"'}

    def _read_again(self, hint: Hint, case: Request, response: Response, headers: dict[str, str], person: str) -> None:
        """What was created stands where it says, what was changed has the tag that was told."""
        if response.status_code not in {HTTPStatus.OK, HTTPStatus.CREATED} or case.method.upper() == "GET":
            return
        where = response.headers.get("location", [""])[0]
        tag = response.headers.get("etag", [""])[0]
        reader = self.operations.get(f"GET {hint.operation.path}{{id}}/" if where else f"GET {hint.operation.path}")
        if reader is None or hint.cell(person).is_door:
            return
        path = {"id": where.rstrip("/").rpartition("/")[2]} if where else dict(case.path_parameters)
        again = self.target.send(reader.operation.Case(path_parameters=path), headers)
        self.ledger.reread += 1
        # An emergency access tells how much was read under it, this reading included.
        is_same = "emergency" in hint.operation.path or again.headers.get("etag", [""])[0] == tag
        if again.status_code != HTTPStatus.OK or (tag and not is_same):
            told = f"{case!r}\n-> {response.content[:200]!r}\nagain {again.status_code} {again.content[:200]!r}"
            self.ledger.accuse(hint.operation.label, "NotReadAgain", again.status_code, person=person, told=told)
