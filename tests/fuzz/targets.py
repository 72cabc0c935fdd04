"""Where requests go: the application in this process, each request undone; or a server on loopback, where they stay."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from typing import Any, Protocol

from django.contrib.auth.hashers import make_password
from django.core.cache import cache
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, transaction
from schemathesis import Response

from centers.models import SignIn, Staff
from centers.tokens import hashed
from tests.access.scene import Scene, token
from tests.cast import PASSWORD
from tests.fuzz.document import Request

GENERATED = ("positive", "negative", "stateful")


class Target(Protocol):
    """Where requests go."""

    @property
    def name(self) -> str:
        """What the report calls it."""

    @property
    def ways(self) -> tuple[str, ...]:
        """How it is asked."""

    def attempt(self) -> AbstractContextManager[None]:
        """Around one attempt and what it needs."""

    def send(self, case: Request, headers: dict[str, str]) -> Response:
        """The answer to one request."""

    def revive(self, scene: Scene) -> None:
        """Sign everybody in again, whatever has been done to them."""


class InProcess:
    """The WSGI application; what an attempt did is undone, so that every attempt finds the scene as it was."""

    name = "in process"
    ways = ("known", "doors", *GENERATED)

    @contextmanager
    def attempt(self) -> Iterator[None]:
        """A savepoint, and no rate used up."""
        cache.clear()
        with transaction.atomic():
            yield
            transaction.set_rollback(True)

    def send(self, case: Request, headers: dict[str, str]) -> Response:
        """The answer to one request."""
        with _one_connection():
            return case.call(headers=headers)

    def revive(self, scene: Scene) -> None:
        """Nothing was done to anybody."""


@dataclass(frozen=True, slots=True)
class Loopback:
    """A server on loopback."""

    port: int
    name = "loopback"
    ways = ("doors", *GENERATED)

    def attempt(self) -> AbstractContextManager[None]:
        """Nothing is undone."""
        return nullcontext()

    def send(self, case: Request, headers: dict[str, str]) -> Response:
        """The answer to one request over HTTP."""
        extra: dict[str, Any] = {"timeout": 30, "allow_redirects": False}
        base = f"http://127.0.0.1:{self.port}"
        return case.call(base_url=base, headers=headers, **extra)

    def revive(self, scene: Scene) -> None:
        """Passwords have been changed, devices signed out, people deactivated: undo it."""
        Staff.objects.filter(pk__in=[staff.pk for staff in scene.cast.staff.values()]).update(
            is_active=True, password=make_password(PASSWORD)
        )
        for name, staff in scene.cast.staff.items():
            SignIn.objects.update_or_create(
                token_hash=hashed(token(name)), defaults={"staff": staff, "revoked_at": None}
            )


@contextmanager
def _one_connection() -> Iterator[None]:
    """While the application answers in this process it keeps the connection, as under Django's own test client."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    try:
        yield
    finally:
        for signal in (request_started, request_finished):
            signal.connect(close_old_connections)
