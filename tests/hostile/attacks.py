"""Requests that are wrong in one place, made from the OpenAPI document and the access table's own requests."""

import copy
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from itertools import pairwise
from typing import Any

from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiJsonRenderer

from tests.access import requests
from tests.access.asking import DOORS
from tests.access.table import PEOPLE, rows
from tests.hostile import values
from tests.hostile.values import Raw

Path = tuple[Any, ...]


@cache
def document() -> dict[str, Any]:
    """The OpenAPI document as it is served."""
    generated = SchemaGenerator().get_schema(request=None, public=True)
    found: dict[str, Any] = json.loads(OpenApiJsonRenderer().render(generated, renderer_context={}))
    return found


@dataclass(frozen=True)
class Operation:
    """One operation behind the gate, and somebody whom the access table lets do it."""

    method: str
    route: str
    person: str
    described: dict[str, Any] = field(compare=False, hash=False)

    @property
    def body(self) -> dict[str, Any] | None:
        """A body that is right."""
        return requests.BODY.get((self.method, self.route))

    @property
    def query(self) -> dict[str, str]:
        """A query that is right."""
        return requests.QUERY.get(self.route, {}) if self.method == "GET" else {}

    @property
    def parameters(self) -> list[str]:
        """The parameters of its query."""
        return [found["name"] for found in self.described.get("parameters", []) if found["in"] == "query"]


def operations() -> list[Operation]:
    """Every operation of the table that is no door of sign-in."""
    found = []
    for (method, route), answers in rows().items():
        allowed = [name for name, answer in zip(PEOPLE, answers, strict=True) if answer[0] == "2"]
        described = document()["paths"].get(f"/api/v1/{route}", {}).get(method.lower(), {})
        if allowed and not route.startswith(DOORS):
            found.append(Operation(method, route, allowed[0], described))
    return found


def bodies(operation: Operation, right: dict[str, Any]) -> Iterator[tuple[str, bytes, Any]]:
    """Bodies with one value replaced: which, the bytes, and the value. Every field of the schema is replaced."""
    described = operation.described.get("requestBody", {}).get("content", {}).get("application/json", {})
    for path, schema in fields(described.get("schema", {})):
        for value in fitting(schema):
            yield ".".join(map(str, path)), encoded(replaced(right, path, value)), value


def queries(operation: Operation, right: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Queries with one value replaced, one sent twice, and one that nobody knows."""
    for name in operation.parameters:
        described = next(found for found in operation.described["parameters"] if found["name"] == name)
        own = values.BY_FORMAT.get(described["schema"].get("format", ""), [])
        for value in [*values.PARAMETERS, *map(str, own)]:
            yield right | {name: value}
        yield right | {name: ["1", "2"]}
    yield right | {values.CANARY: values.CANARY}


def fields(schema: dict[str, Any], path: Path = ()) -> Iterator[tuple[Path, dict[str, Any]]]:
    """Every field a body may hold, with its schema; of a list's items the first."""
    schema = plain(schema)
    properties = {name: plain(inner) for name, inner in schema.get("properties", {}).items()}
    for name, inner in properties.items():
        yield (*path, name), inner
        if inner.get("type") == "array":
            yield (*path, name, 0), plain(inner["items"])
            yield from fields(inner["items"], (*path, name, 0))
        else:
            yield from fields(inner, (*path, name))


def plain(schema: dict[str, Any]) -> dict[str, Any]:
    """A schema without references and without its null."""
    while "$ref" in schema:
        schema = document()["components"]["schemas"][schema["$ref"].rsplit("/", 1)[-1]]
    for several in ("allOf", "oneOf", "anyOf"):
        if several in schema:
            return plain(schema[several][0])
    kind = schema.get("type")
    return schema | {"type": next(one for one in kind if one != "null")} if isinstance(kind, list) else schema


def fitting(schema: dict[str, Any]) -> list[Any]:
    """What is sent in place of a value of this schema."""
    if schema.get("format") in values.BY_FORMAT:
        return values.ANY + values.BY_FORMAT[schema["format"]]
    if schema.get("type") in {"integer", "number"}:
        return values.ANY + values.NUMBERS
    return values.ANY + (values.TEXT if schema.get("type") == "string" else [])


def replaced(body: dict[str, Any], path: Path, value: Any) -> Any:
    """A copy of the body with another value at the path, which is made where it is missing."""
    if not path:
        return value
    found = copy.deepcopy(body)
    inner: Any = found
    for step, after in pairwise(path):
        if isinstance(step, int):
            if not inner:
                inner.append({})
        elif not isinstance(inner.get(step), dict | list):
            inner[step] = [] if isinstance(after, int) else {}
        inner = inner[step]
    if isinstance(path[-1], int):
        inner[:] = [value]
    else:
        inner[path[-1]] = value
    return found


def encoded(body: Any) -> bytes:
    """JSON, with raw tokens where they were put. Lone surrogates are escapes."""
    raw: list[str] = []

    def put(value: Any) -> Any:
        if isinstance(value, Raw):
            raw.append(value.text)
            return f"<<raw {len(raw) - 1}>>"
        if isinstance(value, dict):
            return {name: put(inner) for name, inner in value.items()}
        return [put(inner) for inner in value] if isinstance(value, list) else value

    text = json.dumps(put(body))
    for number, token in enumerate(raw):
        text = text.replace(f'"<<raw {number}>>"', token)
    return text.encode()
