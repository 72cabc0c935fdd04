"""The one exception handler: whatever is raised becomes a problem document that echoes nothing."""

import logging
import traceback
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from django.core.exceptions import BadRequest, PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.core.exceptions import ValidationError as ModelValidationError
from django.core.signals import got_request_exception
from django.db import DataError, IntegrityError, InterfaceError, OperationalError
from django.http import Http404, HttpRequest, JsonResponse, UnreadablePostError
from rest_framework import exceptions
from rest_framework.serializers import as_serializer_error

from backend.api.problems import (
    CODES_BY_STATUS,
    CONSTRAINTS,
    MEDIA_TYPE,
    Fault,
    document,
    register_constraint,
    register_fault,
    register_problem,
)

__all__ = [
    "CONSTRAINTS",
    "Problem",
    "Refused",
    "failure_page",
    "problem_of",
    "problem_page",
    "problem_response",
    "register_constraint",
    "register_fault",
    "register_problem",
    "sqlstate_of",
]

logger = logging.getLogger("backend.api")

# SQLSTATE of what another transaction caused, and what goes away by itself.
ROLLED_BACK = frozenset({"40001", "40P01"})
LOCKED = frozenset({"55P03"})
# A transaction that took too long, or stood idle; the connection is gone with it.
CUT_OFF = frozenset({"25P03", "25P04"})
RAISED_BY_TRIGGER = "P0001"
# Where PostgreSQL raises that a policy refused a row to be written; a right that is missing has the same SQLSTATE.
REFUSED_BY_POLICY = ("42501", "ExecWithCheckOptions")
# What Django raises, the narrower kind first.
OF_DJANGO = (
    (Http404, HTTPStatus.NOT_FOUND, "not_found"),
    (PermissionDenied, HTTPStatus.FORBIDDEN, "permission_denied"),
    (UnreadablePostError, HTTPStatus.REQUEST_TIMEOUT, "body_incomplete"),
    (RequestDataTooBig, HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too_large"),
    (SuspiciousOperation, HTTPStatus.BAD_REQUEST, "malformed"),
    (BadRequest, HTTPStatus.BAD_REQUEST, "malformed"),
    (UnicodeError, HTTPStatus.BAD_REQUEST, "malformed"),
)
NON_FIELD = "non_field_errors"


class Refused(Exception):
    """The domain says no. The text comes from the table by `code`; `errors` maps fields or JSON pointers to codes."""

    def __init__(
        self,
        code: str,
        status: int = HTTPStatus.CONFLICT,
        errors: Mapping[str, str | Sequence[str]] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(code)
        self.code = code
        self.status = int(status)
        self.errors = errors or {}
        self.headers = headers or {}


@dataclass(frozen=True, slots=True)
class Problem:
    """What a refused request is answered: a status, a code, the faults, and headers."""

    status: int
    code: str
    faults: tuple[Fault, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)


def problem_response(exc: Exception, context: Mapping[str, Any]) -> JsonResponse:
    """The answer to any exception raised in a view; the one EXCEPTION_HANDLER of the REST framework.

    No renderer of the view's touches it: the OpenAPI document is YAML to some, its refusals are JSON to all.
    """
    problem = _noted(exc, context.get("request"))
    return problem_page(problem.status, problem.code, problem.headers, problem.faults)


def failure_page(exc: Exception, request: HttpRequest) -> JsonResponse:
    """The answer to an exception that left a view, the same document as inside it."""
    problem = _noted(exc, request)
    return problem_page(problem.status, problem.code, problem.headers)


def problem_page(
    status: int, code: str = "", headers: Mapping[str, str] | None = None, faults: Sequence[Fault] = ()
) -> JsonResponse:
    """A problem document; also outside the REST framework, for unknown addresses, the guard, Django's own handlers."""
    return JsonResponse(
        document(code or CODES_BY_STATUS.get(status, "internal_error"), status, faults),
        status=status,
        headers=dict(headers or {}),
        content_type=MEDIA_TYPE,
        # Compact, as the framework's renderer writes answers.
        json_dumps_params={"separators": (",", ":"), "ensure_ascii": False},
    )


def problem_of(exc: Exception) -> Problem:
    """Which problem an exception is."""
    for reader in (_refused, _framework, _django, _database):
        problem = reader(exc)
        if problem is not None:
            return problem
    return Problem(HTTPStatus.INTERNAL_SERVER_ERROR, "internal_error")


def sqlstate_of(exc: BaseException) -> str:
    """The five characters by which PostgreSQL says what went wrong; empty for anything else."""
    return getattr(exc.__cause__, "sqlstate", None) or ""


def is_refused_by_policy(exc: BaseException) -> bool:
    """Whether the wall refused a row: a scope is missing somewhere, since nobody gets that far else."""
    raised_at = getattr(getattr(exc.__cause__, "diag", None), "source_function", None)
    return (sqlstate_of(exc), raised_at) == REFUSED_BY_POLICY


def _refused(exc: Exception) -> Problem | None:
    if not isinstance(exc, Refused):
        return None
    faults = [
        Fault(_pointer(where), code)
        for where, codes in exc.errors.items()
        for code in ([codes] if isinstance(codes, str) else codes)
    ]
    return Problem(exc.status, exc.code, tuple(faults), exc.headers)


def _framework(exc: Exception) -> Problem | None:
    """What the REST framework raises."""
    if isinstance(exc, exceptions.ValidationError):
        return Problem(HTTPStatus.BAD_REQUEST, "validation_failed", tuple(_faults(exc.get_full_details(), "")))
    if isinstance(exc, exceptions.NotAuthenticated | exceptions.AuthenticationFailed):
        # The framework answers 403 where the first authentication class names no scheme; here it is always a 401.
        scheme = getattr(exc, "auth_header", None) or "Bearer"
        return Problem(HTTPStatus.UNAUTHORIZED, "not_authenticated", headers={"WWW-Authenticate": scheme})
    if isinstance(exc, exceptions.Throttled):
        wait = str(int(getattr(exc, "wait", None) or 1))
        return Problem(HTTPStatus.TOO_MANY_REQUESTS, "throttled", headers={"Retry-After": wait})
    if isinstance(exc, exceptions.APIException):
        return Problem(exc.status_code, CODES_BY_STATUS.get(exc.status_code, "internal_error"))
    return None


def _django(exc: Exception) -> Problem | None:
    """What Django itself raises."""
    if isinstance(exc, ModelValidationError):
        faults = exceptions.ValidationError(as_serializer_error(exc)).get_full_details()
        return Problem(HTTPStatus.BAD_REQUEST, "validation_failed", tuple(_faults(faults, "")))
    return next((Problem(status, code) for kind, status, code in OF_DJANGO if isinstance(exc, kind)), None)


def _database(exc: Exception) -> Problem | None:
    """What PostgreSQL refuses: a constraint by its own code, a row of another center, a value, a lock, an outage."""
    state = sqlstate_of(exc)
    if is_refused_by_policy(exc):
        # As if what the row was to lie in were not there: to who asked, it is not.
        return Problem(HTTPStatus.NOT_FOUND, "not_found")
    if isinstance(exc, IntegrityError) or state == RAISED_BY_TRIGGER:
        name = getattr(getattr(exc.__cause__, "diag", None), "constraint_name", None) or ""
        return Problem(HTTPStatus.CONFLICT, CONSTRAINTS.get(name, "conflict"))
    if isinstance(exc, DataError | OverflowError):
        return Problem(HTTPStatus.BAD_REQUEST, "value_out_of_range")
    if state in ROLLED_BACK | LOCKED:
        return Problem(HTTPStatus.CONFLICT, "busy", headers={"Retry-After": "1"})
    if isinstance(exc, OperationalError | InterfaceError) or state in CUT_OFF:
        return Problem(HTTPStatus.SERVICE_UNAVAILABLE, "unavailable", headers={"Retry-After": "5"})
    return None


def _faults(details: Any, pointer: str) -> Iterator[Fault]:
    """Every fault in the framework's nested details, by JSON pointer (RFC 6901) and code; its messages are dropped."""
    if isinstance(details, Mapping) and isinstance(details.get("code"), str) and "message" in details:
        yield Fault(pointer, details["code"])
    elif isinstance(details, Mapping):
        for name, inner in details.items():
            yield from _faults(inner, pointer if name in {NON_FIELD, "__all__"} else f"{pointer}{_pointer(str(name))}")
    else:
        items = list(details)
        # A list of faults belongs to one value; a list of mappings of faults to the items of a list.
        leaves = all(isinstance(item, Mapping) and "message" in item for item in items)
        for index, item in enumerate(items):
            yield from _faults(item, pointer if leaves else f"{pointer}/{index}")


def _pointer(name: str) -> str:
    if not name or name.startswith("/"):
        return name
    return "/" + name.replace("~", "~0").replace("/", "~1")


def _noted(exc: Exception, request: Any) -> Problem:
    """The problem an exception is; faults of ours are logged and announced as Django announces them."""
    problem = problem_of(exc)
    is_missing_scope = is_refused_by_policy(exc)
    if is_missing_scope:
        matched = getattr(request, "resolver_match", None)
        logger.error("the wall refused a write of %s: a scope is missing", matched.route if matched else "no route")
    if is_missing_scope or problem.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        _log(exc, problem)
    if problem.code == "internal_error" or is_missing_scope:
        got_request_exception.send(sender=None, request=getattr(request, "_request", request))
    return problem


def _log(exc: Exception, problem: Problem) -> None:
    """Where it broke, without the exception's text: messages of the database and of libraries quote values."""
    frames = traceback.extract_tb(exc.__traceback__)
    where = " < ".join(f"{frame.filename}:{frame.lineno} {frame.name}" for frame in reversed(frames[-8:]))
    logger.error("%s %s %s at %s", problem.code, type(exc).__name__, sqlstate_of(exc), where)
