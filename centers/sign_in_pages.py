"""allauth's headless pages in the clothes of this API: bounded bodies, one transaction, problem documents."""

import json
from collections.abc import Callable, Mapping
from functools import wraps
from http import HTTPStatus
from typing import Any
from uuid import UUID

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.headless.account.views import LoginView, SessionView
from allauth.headless.constants import Client
from allauth.headless.mfa.views import AuthenticatorsView
from django.db import transaction
from django.http import HttpRequest, JsonResponse
from django.http.response import HttpResponseBase
from django.views.decorators.csrf import csrf_exempt

from backend.api.clock import now
from backend.api.errors import Refused, failure_page
from backend.api.middleware import client_address, request_id_of
from backend.api.parsers import loads
from backend.api.problems import CODES_BY_STATUS, MEDIA_TYPE, Fault, document
from backend.api.recorder import acting_as
from centers import attempts, sign_in_log
from centers.attempts import Counter
from centers.factor_pages import (
    Authenticate,
    AuthenticateByKey,
    ChangePassword,
    ManageKeys,
    ManageRecoveryCodes,
    ManageTOTP,
    Reauthenticate,
    ReauthenticateByCode,
    ReauthenticateByKey,
)
from centers.models import SignIn
from centers.sessions import SessionStore
from centers.sign_in import SCHEME, check_in, token_of
from centers.sign_in_log import DOOR

Page = Callable[..., HttpResponseBase]
Fields = Mapping[str, type]
RETRY_AFTER = "60"
# Faults that are no fault of a field, and the problem each is.
WHOLE = {"too_many_login_attempts": HTTPStatus.TOO_MANY_REQUESTS}
# What says that a password or a second factor is wrong.
WRONG = frozenset({"email_password_mismatch", "incorrect_password", "enter_current_password", "incorrect_code"})
PENDING = "account_login"


def page(
    view: Page, *, fields: Fields | None = None, counted: str = "", resumes: bool = False, enrolls: bool = False
) -> Page:
    """Wrap one of allauth's views; `fields` are those its body may hold, with the type of each.

    `counted` names the counter its attempts add to (see centers/attempts.py). An idle device reaches only pages that
    `resumes`, and one without the second factor its roles want only those, and pages for who `enrolls`.
    """

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        door = acting_as(DOOR, request_id=request_id_of(request), address=client_address(request))
        try:
            body = _checked_body(request, fields or {})
            with door:
                device = _admitted(request, resumes=resumes, enrolls=enrolls)
                counters = _counters(request, body, device, counted)
                attempts.claim(*counters)
                with transaction.atomic():
                    response = view(request, *args, **kwargs)
                _settle(response, counters, counted)
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


def _checked_body(request: HttpRequest, fields: Fields) -> dict[str, Any]:
    # Reading it, Django refuses more than DATA_UPLOAD_MAX_MEMORY_SIZE, which is the parser's bound as well.
    if not request.body:
        return {}
    if request.content_type != "application/json":
        raise Refused("unsupported_media_type", HTTPStatus.UNSUPPORTED_MEDIA_TYPE)
    body = loads(request.body)
    if not isinstance(body, dict) or body.keys() - fields.keys():
        raise Refused("validation_failed", HTTPStatus.BAD_REQUEST, {"": "unknown_field"})
    odd = [name for name, value in body.items() if type(value) is not fields[name]]
    if odd:
        raise Refused("validation_failed", HTTPStatus.BAD_REQUEST, dict.fromkeys(odd, "invalid"))
    return body


def _admitted(request: HttpRequest, *, resumes: bool, enrolls: bool) -> SignIn | None:
    """The device a request comes from, if its token is one's. Raises Refused for one that may not come here."""
    device = SignIn.objects.of_token(token_of(request), now())
    if device is None or resumes:
        return device
    check_in(request, device)
    if device.lacks_second_factor and not enrolls:
        sign_in_log.record_factor_wanted(request, device.staff)
        raise Refused("second_factor_required", HTTPStatus.FORBIDDEN)
    return device


def _counters(request: HttpRequest, body: dict[str, Any], device: SignIn | None, counted: str) -> list[Counter]:
    """What a try counts for: an address always, and the account or the second factor somebody is after."""
    if not counted or request.method != "POST":
        return []
    by_address = attempts.of_address(request)
    if counted == "account":
        # Whose password is tried, which who is signed in already may name as well.
        tried = body.get("email") or (device.staff.email if device else "")
        return [by_address, attempts.of_account(tried)]
    staff_id = str(device.staff_id) if device else _half_signed_in(request)
    return [by_address, Counter("second_factor", staff_id)] if staff_id else [by_address]


def _settle(response: HttpResponseBase, counters: list[Counter], counted: str) -> None:
    """Take a try back that was right, or none at all; one that was wrong stays counted."""
    body = _json_of(response) if counters else {}
    is_password_right = counted == "account" and _has_next_step(body)
    if response.status_code < HTTPStatus.BAD_REQUEST or is_password_right:
        attempts.forgive(*counters)
    elif WRONG.isdisjoint(error.get("code") for error in body.get("errors", [])):
        attempts.give_back(*counters)


def _has_next_step(body: dict[str, Any]) -> bool:
    """Whether a password was right, and a second factor is to follow."""
    data = body.get("data")
    return isinstance(data, dict) and any(flow.get("is_pending") for flow in data.get("flows", []))


def _half_signed_in(request: HttpRequest) -> str:
    """Whose second factor the session of a request waits for."""
    token = token_of(request)
    pending = SessionStore(token).get(PENDING) if token else None
    return str(UUID(str(pending["user_pk"]))) if isinstance(pending, dict) else ""


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


login = page(LoginView.as_api_view(client=Client.APP), fields={"email": str, "password": str}, counted="account")
session = page(SessionView.as_api_view(client=Client.APP), enrolls=True)
reauthenticate = page(
    Reauthenticate.as_api_view(client=Client.APP), fields={"password": str}, counted="account", resumes=True
)
change_password = page(
    ChangePassword.as_api_view(client=Client.APP),
    fields={"current_password": str, "new_password": str},
    counted="account",
)
authenticate = page(Authenticate.as_api_view(client=Client.APP), fields={"code": str}, counted="second_factor")
authenticate_by_key = page(
    AuthenticateByKey.as_api_view(client=Client.APP), fields={"credential": dict}, counted="second_factor"
)
reauthenticate_by_code = page(
    ReauthenticateByCode.as_api_view(client=Client.APP), fields={"code": str}, counted="second_factor", resumes=True
)
reauthenticate_by_key = page(
    ReauthenticateByKey.as_api_view(client=Client.APP),
    fields={"credential": dict},
    counted="second_factor",
    resumes=True,
)
authenticators = page(AuthenticatorsView.as_api_view(client=Client.APP), enrolls=True)
totp = page(ManageTOTP.as_api_view(client=Client.APP), fields={"code": str}, counted="second_factor", enrolls=True)
recovery_codes = page(ManageRecoveryCodes.as_api_view(client=Client.APP), enrolls=True)
keys = page(
    ManageKeys.as_api_view(client=Client.APP),
    fields={"name": str, "credential": dict, "id": int, "authenticators": list},
    enrolls=True,
)
