"""The one body parser: JSON in UTF-8, bounded in size and depth, without what cannot be stored and read back."""

import json
import math
import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import IO, Any, NoReturn

from rest_framework.parsers import BaseParser

from backend.api.errors import Refused

MAX_BYTES = 1024 * 1024
MAX_DEPTH = 32
# Longer than any number of this domain, and far below the length from which int() refuses or becomes slow.
MAX_NUMBER = 30
# Whole strings (skipped, whatever they hold) and brackets.
TOKENS = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|[\[\]{}]', re.DOTALL)
SURROGATES = re.compile("[\ud800-\udfff]")


class BoundedJSONParser(BaseParser):
    """Parses one JSON object or array; raises Refused with a code of its own for each way a body can be wrong."""

    media_type = "application/json"

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        """The body as Python values. Charsets other than UTF-8 are refused before a byte is read."""
        _check_charset(media_type or "")
        return loads(_read(stream))


def loads(body: bytes) -> Any:
    """JSON of the bounded kind. Raises Refused: malformed_json, too_deep, duplicate_key, forbidden_character, ..."""
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        _refuse("forbidden_character")
    _check_depth(text)
    try:
        value = json.loads(
            text, object_pairs_hook=_object, parse_int=_integer, parse_float=_float, parse_constant=_constant
        )
    except (json.JSONDecodeError, RecursionError):
        _refuse("malformed_json")
    _check_strings(value)
    if not isinstance(value, dict | list):
        _refuse("malformed_json")
    return value


def _read(stream: IO[Any]) -> bytes:
    body: bytes = stream.read(MAX_BYTES + 1)
    if len(body) > MAX_BYTES:
        _refuse("too_large", HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    return body


def _check_charset(media_type: str) -> None:
    for parameter in media_type.split(";")[1:]:
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "charset" and value.strip().strip('"').lower() not in {"utf-8", "utf8"}:
            _refuse("unsupported_media_type", HTTPStatus.UNSUPPORTED_MEDIA_TYPE)


def _check_depth(text: str) -> None:
    """Count the open brackets outside strings, before a recursive parser meets them."""
    depth = 0
    for token in TOKENS.finditer(text):
        if token[0] in "[{":
            depth += 1
        elif token[0] in "]}":
            depth -= 1
        if depth > MAX_DEPTH:
            _refuse("too_deep")


def _check_strings(value: Any) -> None:
    """Refuse NUL and lone surrogates, which only escapes can bring in; PostgreSQL stores neither."""
    if isinstance(value, str):
        if "\x00" in value or SURROGATES.search(value):
            _refuse("forbidden_character")
    elif isinstance(value, dict):
        for key, inner in value.items():
            _check_strings(key)
            _check_strings(inner)
    elif isinstance(value, list):
        for inner in value:
            _check_strings(inner)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        _refuse("duplicate_key")
    return found


def _integer(digits: str) -> int:
    if len(digits) > MAX_NUMBER:
        _refuse("number_too_large")
    return int(digits)


def _float(digits: str) -> float:
    number = float(digits)
    if len(digits) > MAX_NUMBER or not math.isfinite(number):
        _refuse("number_too_large")
    return number


def _constant(_name: str) -> NoReturn:
    """NaN and the infinities, which RFC 8259 does not know."""
    _refuse("malformed_json")


def _refuse(code: str, status: HTTPStatus = HTTPStatus.BAD_REQUEST) -> NoReturn:
    raise Refused(code, status)
