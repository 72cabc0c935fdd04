"""Strong entity tags from a version and the set of fields a reader sees, and the two headers that compare them."""

import re
from http import HTTPStatus

from rest_framework.request import Request

from backend.api.errors import Refused

TAG = re.compile(r'(?:W/)?"[\x21\x23-\x7e]*"')


def tag(version: object, field_set: str) -> str:
    """A strong tag (RFC 9110, 8.8.3): the bytes differ when the version or the fields shown differ."""
    return f'"{version}-{field_set}"'


def matches(request: Request, current: str) -> bool:
    """Whether If-Match names the current tag. Raises Refused (428) where there is none.

    `*` counts as none: it would let a writer overwrite what it has not read. Weak tags never match.
    """
    sent = request.headers.get("If-Match", "").strip()
    if sent in {"", "*"}:
        raise Refused("precondition_required", HTTPStatus.PRECONDITION_REQUIRED)
    return current in TAG.findall(sent)


def require_match(request: Request, current: str) -> None:
    """Raise Refused (428 or 412) unless If-Match names the current tag; asked under the row lock."""
    if not matches(request, current):
        raise Refused("precondition_failed", HTTPStatus.PRECONDITION_FAILED)


def is_known(request: Request, current: str) -> bool:
    """Whether If-None-Match says that the reader has these bytes already (weak comparison)."""
    sent = request.headers.get("If-None-Match", "").strip()
    return sent == "*" or current in {known.removeprefix("W/") for known in TAG.findall(sent)}
