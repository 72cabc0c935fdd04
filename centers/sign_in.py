"""Signing in: who may, what a token is, and how each request's token is read in one statement."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.headless.tokens.strategies.base import AbstractTokenStrategy
from django.contrib.auth import SESSION_KEY
from django.http import HttpRequest
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from backend.api.clock import now
from backend.api.middleware import client_address
from backend.api.recorder import acting_as
from centers import sign_in_log
from centers.models import SignIn, Staff
from centers.sessions import SessionStore
from centers.tokens import hashed

SCHEME = "Bearer"
DEVICE_LENGTH = 200


class ClosedAccountAdapter(DefaultAccountAdapter):
    """allauth's hooks: nobody signs up, addresses are read our way, failures are recorded."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never: accounts come from administrators and imports."""
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        """The address rate limits count by; the library would refuse a request that has none."""
        return client_address(request) or "unknown"

    def authenticate(self, request: HttpRequest, **credentials: Any) -> Any:
        """The active person these credentials belong to; a closed account fails like a wrong password."""
        staff = super().authenticate(request, **credentials)
        if staff is not None and not staff.is_active:
            self.authentication_failed(request, **credentials)
            return None
        return staff

    def set_password(self, user: Any, password: str) -> None:
        """Change a password in the name of its owner; every device is signed out, this one gets a new token."""
        with acting_as(user.as_actor()):
            user.bump()
            super().set_password(user, password)
        SignIn.objects.revoke(staff_id=user.pk)

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """Record the attempt; the address somebody typed appears as a digest."""
        sign_in_log.record_failure(request, str(credentials.get("email", "")))


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
            SignIn.objects.get_or_create(
                token_hash=hashed(token),
                defaults={"staff_id": request.user.pk, "device": request.headers.get("User-Agent", "")[:DEVICE_LENGTH]},
            )
        return token

    def lookup_session(self, session_token: str) -> SessionStore | None:
        """The session of a token; None when it is unknown or over, or its sign-in no longer lives."""
        session = SessionStore(session_token)
        is_done = session.get(SESSION_KEY) is not None
        if not session.session_key:
            return None
        if is_done and not SignIn.objects.live(now()).filter(token_hash=hashed(session_token)).exists():
            return None
        return session


class SignInAuthentication(BaseAuthentication):
    """Reads the token, its sign-in, the person and their present roles in one statement.

    Refused alike: unknown, revoked, idle or old tokens, and those of people who are not active.
    """

    def authenticate(self, request: Request) -> tuple[Staff, SignIn] | None:
        """The person and the sign-in; None when the request bears no token."""
        token = token_of(request._request)
        if not token:
            return None
        at = now()
        sign_in = SignIn.objects.live(at).with_roles(at).filter(token_hash=hashed(token)).first()
        if sign_in is None:
            raise AuthenticationFailed
        if request.headers.get("X-Background") != "1":
            sign_in.note_seen(at)
        staff = sign_in.staff
        staff.acting_role = "+".join(sign_in.role_names)
        staff.works_at = frozenset((*sign_in.role_centers, *sign_in.position_centers))
        return staff, sign_in

    def authenticate_header(self, request: Request) -> str:
        """What WWW-Authenticate says; without it the framework would answer 403."""
        return SCHEME


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
