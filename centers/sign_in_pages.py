"""allauth's headless pages in the clothes of this API: bounded bodies, one transaction, problem documents."""

import json
from collections.abc import Callable, Collection
from functools import wraps
from http import HTTPStatus
from typing import Any

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.headless.account.views import ChangePasswordView, LoginView, SessionView
from allauth.headless.constants import Client
from django.db import transaction
from django.http import HttpRequest, JsonResponse
from django.http.response import HttpResponseBase
from django.views.decorators.csrf import csrf_exempt

from backend.api.errors import Refused, failure_page
from backend.api.middleware import client_address, request_id_of
from backend.api.parsers import loads
from backend.api.problems import CODES_BY_STATUS, MEDIA_TYPE, Fault, document
from backend.api.recorder import acting_as
from centers.sign_in import SCHEME
from centers.sign_in_log import DOOR

Page = Callable[..., HttpResponseBase]
RETRY_AFTER = "60"
# Faults that are no fault of a field, and the problem each is.
WHOLE = {"too_many_login_attempts": HTTPStatus.TOO_MANY_REQUESTS}


def page(view: Page, *, fields: Collection[str] = ()) -> Page:
    """Wrap one of allauth's views; `fields` are those its body may hold."""

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            _check_body(request, fields)
            with (
                acting_as(DOOR, request_id=request_id_of(request), address=client_address(request)),
                transaction.atomic(),
            ):
                response = view(request, *args, **kwargs)
        except Refused as refused:
            return failure_page(refused, request)
        except ImmediateHttpResponse as immediate:
            response = immediate.response
        return response if response.status_code < HTTPStatus.BAD_REQUEST else as_problem(response)

    return csrf_exempt(answer)


def as_problem(response: HttpResponseBase) -> JsonResponse:
    """A refusal of allauth's as a problem document; what it says of the next step stays beside it as data and meta."""
    body = _json_of(response)
    faults = [Fault(_pointer(error), str(error.get("code", "invalid"))) for error in body.get("errors", [])]
    # A token that is over is gone (410) to allauth, and no credentials to this API.
    status = HTTPStatus.UNAUTHORIZED if response.status_code == HTTPStatus.GONE else HTTPStatus(response.status_code)
    status = next((WHOLE[fault.code] for fault in faults if fault.code in WHOLE), status)
    is_invalid = bool(faults) and status == HTTPStatus.BAD_REQUEST
    code = "validation_failed" if is_invalid else CODES_BY_STATUS.get(status, "conflict")
    problem = document(code, status, faults if is_invalid else ())
    problem |= {name: body[name] for name in ("data", "meta") if name in body}
    return JsonResponse(problem, status=status, headers=_headers(status, response), content_type=MEDIA_TYPE)


def _check_body(request: HttpRequest, fields: Collection[str]) -> None:
    # Reading it, Django refuses more than DATA_UPLOAD_MAX_MEMORY_SIZE, which is the parser's bound as well.
    if not request.body:
        return
    if request.content_type != "application/json":
        raise Refused("unsupported_media_type", HTTPStatus.UNSUPPORTED_MEDIA_TYPE)
    body = loads(request.body)
    if not isinstance(body, dict) or body.keys() - set(fields):
        raise Refused("validation_failed", HTTPStatus.BAD_REQUEST, {"": "unknown_field"})
    odd = [name for name, value in body.items() if not isinstance(value, str)]
    if odd:
        raise Refused("validation_failed", HTTPStatus.BAD_REQUEST, dict.fromkeys(odd, "invalid"))


def _json_of(response: HttpResponseBase) -> dict[str, Any]:
    return dict(json.loads(response.content)) if isinstance(response, JsonResponse) else {}


def _pointer(error: dict[str, Any]) -> str:
    return f"/{error['param']}" if error.get("param") else ""


def _headers(status: int, response: HttpResponseBase) -> dict[str, str]:
    headers = {"Allow": response.headers["Allow"]} if "Allow" in response.headers else {}
    if status == HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = SCHEME
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        headers["Retry-After"] = RETRY_AFTER
    return headers


login = page(LoginView.as_api_view(client=Client.APP), fields=("email", "password"))
session = page(SessionView.as_api_view(client=Client.APP))
change_password = page(ChangePasswordView.as_api_view(client=Client.APP), fields=("current_password", "new_password"))
