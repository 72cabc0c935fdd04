"""Signing in: who may, what a token is, and how each request's token is read in one statement."""

import datetime as dt
import time
from http import HTTPStatus
from typing import Any

from allauth.account import app_settings
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.core import context
from allauth.headless.tokens.strategies.base import AbstractTokenStrategy
from django.contrib.auth import SESSION_KEY
from django.contrib.auth.hashers import make_password
from django.contrib.auth.signals import user_logged_in
from django.db.models import Model
from django.http import HttpRequest
from django.utils.crypto import constant_time_compare
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from backend.api.clock import now
from backend.api.errors import Refused
from backend.api.middleware import client_address
from backend.api.recorder import acting_as
from centers import sign_in_log
from centers.models import SignIn, Staff
from centers.querysets import has_left
from centers.sessions import SessionStore
from centers.tokens import hashed

SCHEME = "Bearer"
DEVICE_LENGTH = 200
# In a session whose token is replaced: since when the device is signed in, and when it gave a second factor.
CONTINUED = "continued_sign_in"
# In a half-done sign-in: a digest of the password that was right, so that a changed one ends it.
FIRST_STEP = "first_step"


class ClosedAccountAdapter(DefaultAccountAdapter):
    """allauth's hooks: nobody signs up, addresses are read our way, failures are recorded."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never: accounts come from administrators and imports."""
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        """The address rate limits count by; the library would refuse a request that has none."""
        return client_address(request) or "unknown"

    def authenticate(self, request: HttpRequest, **credentials: Any) -> Any:
        """The active person these credentials belong to, or None, whatever is wrong with them.

        One statement and one run of the hasher for every attempt: also for an address nobody has, and for an account
        that is closed or has no password. How often one may try is counted before (centers/attempts.py).
        """
        password = str(credentials.get("password", ""))
        email = str(credentials.get("email", "")).strip().lower()
        staff = Staff.objects.filter(~has_left("pk", now()), email=email).first()
        is_right = is_password_of(staff, password)
        if staff is None or not is_right or not staff.is_active:
            sign_in_log.record_failure(request, str(credentials.get("email", "")))
            return None
        request.session[FIRST_STEP] = staff.get_session_auth_hash()
        return staff

    def reauthenticate(self, user: Any, password: str) -> bool:
        """Whether somebody signed in has given their password again."""
        if is_password_of(user, password):
            return True
        sign_in_log.record_failure(context.request, user.email)
        return False

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Whether the last factor given on this device is too old for changes of the account's own keys."""
        request = context.request
        records = get_authentication_records(request, request.user)
        return not records or time.time() - records[-1]["at"] >= app_settings.REAUTHENTICATION_TIMEOUT

    def set_password(self, user: Any, password: str) -> None:
        """Change a password in the name of its owner; every device is signed out, this one gets a new token."""
        device = SignIn.objects.of_token(token_of(context.request), now())
        if device is not None:
            # The new token is no new sign-in: neither its hours nor its second factor begin anew.
            factor_at = device.second_factor_at
            context.request.session[CONTINUED] = [
                device.created_at.isoformat(),
                factor_at.isoformat() if factor_at else None,
            ]
        with acting_as(user.as_actor()):
            user.bump()
            super().set_password(user, password)
        SignIn.objects.revoke(staff_id=user.pk)


class SignInTokenStrategy(AbstractTokenStrategy):
    """The app's token is the key of its session: 256 random bits, stored as hashes only.

    A half-done sign-in has a session and no SignIn row, so that its token opens nothing but the next step.
    """

    def get_session_token(self, request: HttpRequest) -> str | None:
        """The token a request bears, in either header."""
        return token_of(request) or None

    def create_session_token(self, request: HttpRequest) -> str:
        """The token of the request's session, with its SignIn row once somebody is signed in."""
        if not request.session.session_key:
            request.session.save()
        token = str(request.session.session_key)
        if request.user.is_authenticated:
            open_device(request, request.user)
        return token

    def lookup_session(self, session_token: str) -> SessionStore | None:
        """The session of a token; None when it is unknown or over, or its sign-in no longer stands.

        Whether the device is idle, and what an idle one may do, is for each page to say.
        """
        session = SessionStore(session_token)
        is_done = session.get(SESSION_KEY) is not None
        if not session.session_key:
            return None
        if is_done and not SignIn.objects.standing(now()).filter(token_hash=hashed(session_token)).exists():
            return None
        return session


class SignInAuthentication(BaseAuthentication):
    """Reads the token, its sign-in, the person and their present roles in one statement.

    Refused alike: unknown, revoked or old tokens, and those of people who are not active. An idle one is told that it
    may be resumed; one without the second factor its roles want reaches only views that say so.
    """

    def authenticate(self, request: Request) -> tuple[Staff, SignIn] | None:
        """The person and the sign-in; None when the request bears no token."""
        token = token_of(request._request)
        if not token:
            return None
        sign_in = SignIn.objects.of_token(token, now())
        if sign_in is None:
            raise AuthenticationFailed
        view = (request.parser_context or {}).get("view")
        if not getattr(view, "opens_while_idle", False):
            check_in(request._request, sign_in)
        if sign_in.lacks_second_factor and not getattr(view, "opens_without_second_factor", False):
            sign_in_log.record_factor_wanted(request._request, sign_in.staff)
            raise Refused("second_factor_required", HTTPStatus.FORBIDDEN)
        return sign_in.staff, sign_in

    def authenticate_header(self, request: Request) -> str:
        """What WWW-Authenticate says; without it the framework would answer 403."""
        return SCHEME


def check_in(request: HttpRequest, sign_in: SignIn) -> None:
    """Note that a device is in use, unless by itself, and which roles act. Raises Refused (401) for an idle one."""
    at = now()
    if sign_in.is_idle(at):
        raise Refused("sign_in_idle", HTTPStatus.UNAUTHORIZED, headers={"WWW-Authenticate": SCHEME})
    if request.headers.get("X-Background") != "1":
        sign_in.note_seen(at)
    sign_in.staff.acting_role = "+".join(sign_in.role_names)
    sign_in.staff.works_at = frozenset((*sign_in.role_centers, *sign_in.position_centers))


def is_password_of(staff: Staff | None, password: str) -> bool:
    """Whether a password is somebody's; nobody's costs as much time as a wrong one."""
    if staff is None or not staff.has_usable_password():
        make_password(password)
        return False
    return staff.check_password(password)


def open_device(request: HttpRequest, staff: Any) -> None:
    """The sign-in row of the session a request bears, unless it has one; a continued session keeps its beginnings."""
    continued = request.session.pop(CONTINUED, None)
    fields: dict[str, Any] = {"staff_id": staff.pk, "device": request.headers.get("User-Agent", "")[:DEVICE_LENGTH]}
    if continued is not None:
        created_at, factor_at = continued
        fields["created_at"] = dt.datetime.fromisoformat(created_at)
        fields["second_factor_at"] = dt.datetime.fromisoformat(factor_at) if factor_at else None
    elif gave_factor(request, staff):
        fields["second_factor_at"] = now()
    SignIn.objects.get_or_create(token_hash=hashed(str(request.session.session_key)), defaults=fields)


def device_of_session(request: HttpRequest) -> SignIn | None:
    """The standing sign-in of the session a cookie names."""
    return SignIn.objects.of_token(str(request.session.session_key or ""), now())


def connect() -> None:
    """Open a device whenever somebody signs in, by whichever door."""
    user_logged_in.connect(_signed_in, dispatch_uid="centers.open_device")


def _signed_in(sender: type[Model], request: HttpRequest, user: Staff, **_extra: Any) -> None:
    open_device(request, user)


def is_password_still_right(request: HttpRequest, staff: Any) -> bool:
    """Whether the password given in the first step of a half-done sign-in is the person's still."""
    return constant_time_compare(request.session.get(FIRST_STEP, ""), staff.get_session_auth_hash())


def gave_factor(request: HttpRequest, staff: Any) -> bool:
    """Whether a second factor was given in the session of a request."""
    return any(record.get("method") == "mfa" for record in get_authentication_records(request, staff))


def sign_out(request: Request) -> None:
    """Let the token of an authenticated request never work again, and forget its session."""
    SignIn.objects.revoke(pk=request.auth.pk)
    SessionStore(token_of(request._request)).delete()


def token_of(request: HttpRequest) -> str:
    """The token in `Authorization: Bearer` or, as allauth's clients send it, in `X-Session-Token`; empty if none."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == SCHEME.lower() and token.strip():
        return token.strip()
    return request.headers.get("X-Session-Token", "").strip()
