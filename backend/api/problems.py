"""The texts of problem documents, one table by code, and the codes of the database's constraints.

A text never holds a value somebody sent: requests carry names of patients, and answers end up in logs.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

MEDIA_TYPE = "application/problem+json"


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with one part of a request: a JSON pointer into the body, or the name of a query parameter."""

    pointer: str
    code: str


# Problems of a request as a whole: title and detail.
TEXTS: dict[str, tuple[str, str]] = {
    "malformed": ("Malformed request", "The request cannot be read as the documentation says."),
    "malformed_json": (
        "Malformed JSON",
        "The body is not one JSON value as RFC 8259 and this service's limits have it.",
    ),
    "too_deep": ("Malformed JSON", "The body is nested more deeply than 32 levels."),
    "duplicate_key": ("Malformed JSON", "A JSON object in the body holds the same key twice."),
    "forbidden_character": ("Malformed request", "The request holds a NUL or bytes that are not valid UTF-8."),
    "number_too_large": ("Malformed JSON", "A number in the body has more than 30 characters, or is no finite number."),
    "body_incomplete": ("Body incomplete", "The body did not arrive whole and in time."),
    "too_large": ("Body too large", "The body is larger than 1 MiB."),
    "validation_failed": ("Some values are not valid", "Each fault is named under errors."),
    "value_out_of_range": ("A value is out of range", "A value cannot be stored as it is."),
    "not_authenticated": ("Sign in first", "The request bears no valid credentials."),
    "permission_denied": ("Not allowed", "You may see this, but not do that."),
    "not_found": ("Not found", "There is nothing here that you may see."),
    "method_not_allowed": ("Method not allowed", "This address does not answer that method."),
    "not_acceptable": ("Not acceptable", "This service answers in application/json."),
    "unsupported_media_type": ("Unsupported media type", "This service reads application/json in UTF-8."),
    "throttled": ("Too many requests", "Wait before the next request; Retry-After says how many seconds."),
    "conflict": ("Conflict", "The change contradicts what is stored."),
    "busy": ("Busy", "Somebody else is changing the same thing. Try again."),
    "unavailable": ("Unavailable", "The service cannot answer now. Try again later."),
    "precondition_required": ("If-Match is missing", "Read the object first and send its ETag in If-Match."),
    "precondition_failed": ("The object has changed", "The ETag in If-Match is not the current one. Read again."),
    "stale_form": ("Changed meanwhile", "Somebody changed this after the page was opened. Open it again."),
    "idempotency_key_malformed": ("Malformed Idempotency-Key", "A key is 1 to 200 visible ASCII characters."),
    "idempotency_key_reused": ("Idempotency-Key used before", "The same key came with another body or query."),
    "window_required": ("Time window missing", "Give from and to: a window of at most 92 days."),
    "internal_error": ("Something went wrong here", "The fault is ours and has been logged under the X-Request-ID."),
}

# Faults of one field or parameter.
FAULTS: dict[str, str] = {
    "required": "This is required.",
    "null": "This may not be null.",
    "blank": "This may not be blank.",
    "empty": "This may not be empty.",
    "invalid": "This is not valid.",
    "invalid_choice": "This is not one of the choices.",
    "invalid_list": "This must be one of the choices.",
    "max_length": "This is too long.",
    "min_length": "This is too short.",
    "max_value": "This is too large.",
    "min_value": "This is too small.",
    "max_string_length": "This has too many digits.",
    "max_digits": "This has too many digits.",
    "max_decimal_places": "This has too many decimal places.",
    "max_whole_digits": "This has too many digits.",
    "overflow": "This is out of range.",
    "date": "This must be a date, not a moment.",
    "datetime": "This must be a moment, not a date.",
    "naive": "This must have an offset from UTC.",
    "make_aware": "This moment does not exist in its zone.",
    "does_not_exist": "There is nothing of this id that you may see.",
    "incorrect_type": "This must be an id.",
    "not_a_list": "This must be a list.",
    "not_a_dict": "This must be an object.",
    "unique": "This exists already.",
    "unknown_field": "The body holds a field that is not known here.",
    "read_only": "This cannot be written.",
    "unknown_parameter": "The query holds a parameter that is not known here.",
    "repeated_parameter": "The query holds a parameter twice.",
    "empty_parameter": "The query holds a parameter without a value: leave it out.",
    "invalid_cursor": "This is not a cursor of this list.",
    "window_required": "Give both ends of the window.",
    "window_order": "The window must end after it begins.",
    "window_too_long": "The window may be at most 92 days long.",
}

# What a refusing constraint is called outside the database: constraint name to code.
CONSTRAINTS: dict[str, str] = {}


def register_problem(code: str, title: str, detail: str) -> None:
    """Add the text of a problem; a code has one text in the whole service."""
    _once(TEXTS, code, (title, detail))


def register_fault(code: str, detail: str) -> None:
    """Add the text of a fault of one field."""
    _once(FAULTS, code, detail)


def register_constraint(name: str, code: str, text: str) -> None:
    """Name the code and the text by which a database constraint (or a trigger naming it) refuses, with a 409."""
    _once(CONSTRAINTS, name, code)
    if code not in TEXTS:
        register_problem(code, "Conflict", text)


def register_texts(
    *,
    problems: Mapping[str, tuple[str, str]],
    constraints: Mapping[str, tuple[str, str]],
    faults: Mapping[str, str] | None = None,
) -> None:
    """Add all that one room refuses, when apps are ready: problems, faults of fields, and its constraints."""
    for code, (title, detail) in problems.items():
        register_problem(code, title, detail)
    for code, detail in (faults or {}).items():
        register_fault(code, detail)
    for name, (code, text) in constraints.items():
        register_constraint(name, code, text)


def document(code: str, status: int, faults: Iterable[Fault] = ()) -> dict[str, Any]:
    """A problem document (RFC 9457). It bears no request id: what is unseen and what is absent must read the same."""
    title, detail = TEXTS.get(code) or (HTTPStatus(status).phrase, code.replace("_", " ").capitalize() + ".")
    return {
        "type": f"/problems/{code}",
        "title": title,
        "status": int(status),
        "code": code,
        "detail": detail,
        "errors": [
            {"pointer": fault.pointer, "code": fault.code, "detail": _fault_text(fault.code)} for fault in faults
        ],
    }


def _fault_text(code: str) -> str:
    return FAULTS.get(code) or TEXTS.get(code, ("", "This is not valid."))[1]


def _once(table: dict[str, Any], key: str, value: Any) -> None:
    if table.get(key, value) != value:
        message = f"{key} has another text already"
        raise ValueError(message)
    table[key] = value


CODES_BY_STATUS: Mapping[int, str] = {
    HTTPStatus.BAD_REQUEST: "malformed",
    HTTPStatus.UNAUTHORIZED: "not_authenticated",
    HTTPStatus.FORBIDDEN: "permission_denied",
    HTTPStatus.NOT_FOUND: "not_found",
    HTTPStatus.METHOD_NOT_ALLOWED: "method_not_allowed",
    HTTPStatus.NOT_ACCEPTABLE: "not_acceptable",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "too_large",
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: "unsupported_media_type",
    HTTPStatus.TOO_MANY_REQUESTS: "throttled",
    HTTPStatus.SERVICE_UNAVAILABLE: "unavailable",
}
