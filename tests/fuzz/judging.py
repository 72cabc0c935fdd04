"""What every answer must be: declared, no fault of ours, no echo; and what was accepted can be read again."""

import json
from collections.abc import Iterator
from typing import Any

from jsonschema import Draft202012Validator
from schemathesis import Response
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import AcceptedNegativeData, FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.fuzz.document import Request
from tests.fuzz.ledger import Ledger

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
PROBLEM = {"type", "title", "status", "code", "detail", "errors"}
# Shorter strings and words of the document itself prove nothing when they come back.
SHORTEST_ECHO = 8


def judge(case: Request, response: Response, ledger: Ledger, *, person: str, vocabulary: str) -> None:
    """Accuse what is wrong with an answer."""
    label, status = case.operation.label, response.status_code
    told = _told(case, response)
    checks = [*CHECKS, negative_data_rejection] if case.meta is not None else CHECKS
    try:
        case.validate_response(response, checks=checks)
    except FailureGroup as group:
        for failure in group.exceptions:
            if isinstance(failure, AcceptedNegativeData) and _is_right_when_trimmed(case):
                continue
            ledger.accuse(label, type(failure).__name__, status, person=person, told=f"{failure}\n{told}")
    if status < 400:
        return
    if response.headers.get("content-type", [""])[0] == "application/problem+json" and not _is_problem(response):
        ledger.accuse(label, "NotAProblemDocument", status, person=person, told=told)
    body = response.content.decode(errors="replace")
    for sent in strings_of([case.body, case.query, case.path_parameters]):
        if len(sent) >= SHORTEST_ECHO and sent not in vocabulary and (sent in body or json.dumps(sent)[1:-1] in body):
            ledger.accuse(label, "Echo", status, person=person, told=told)


def strings_of(value: Any) -> Iterator[str]:
    """Every string within, names of members included."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name, each in value.items():
            yield str(name)
            yield from strings_of(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from strings_of(each)


def _is_right_when_trimmed(case: Request) -> bool:
    """Whether only blanks around a text made it wrong: they are cut off before it is judged."""
    read = case.operation.get_body_for_media_type(case.media_type)
    return read is not None and bool(Draft202012Validator(read.validation_schema).is_valid(_trimmed(case.body)))


def _trimmed(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _trimmed(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_trimmed(each) for each in value]
    return value.strip() if isinstance(value, str) else value


def _is_problem(response: Response) -> bool:
    body = response.json()
    return bool(body.keys() >= PROBLEM and body["status"] == response.status_code)


def _told(case: Request, response: Response) -> str:
    return f"{case.method} {case.formatted_path} {case!r}\n-> {response.content[:200]!r}"
