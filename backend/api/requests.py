"""The life of one request: authenticate, act as somebody, one transaction, an audit row before the answer leaves."""

import logging
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack
from functools import partial
from http import HTTPStatus
from secrets import SystemRandom
from typing import Any, ClassVar, NoReturn
from uuid import UUID

from django.db import OperationalError, models
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from rest_framework import exceptions
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from backend.api import recorder, replays, wall
from backend.api.errors import ROLLED_BACK, problem_of, sqlstate_of
from backend.api.gate import forget_reach, reach_of
from backend.api.middleware import client_address, request_id_of
from backend.api.models import StoredAnswer
from backend.api.releases import Release, place_of_absent
from backend.api.serializers import place_of
from backend.api.throttles import StrangerThrottle

logger = logging.getLogger("backend.api")
jitter = SystemRandom()

ATTEMPTS = 3
Handler = Callable[..., HttpResponseBase]


def actor_of(user: Any) -> recorder.Actor:
    """A signed-in person as an actor: values that stay true when the row changes."""
    return recorder.Actor(id=str(user.pk), name=user.get_full_name(), role=getattr(user, "acting_role", ""))


class RecordedViewSet(GenericViewSet[Any]):
    """Runs every action in one transaction and tells the recorder what left, or what was refused."""

    model: ClassVar[type[models.Model]]
    codenames: ClassVar[Mapping[str, str]] = {}
    # Reads more at once than any page; see ReportThrottle.
    is_report: ClassVar[bool] = False
    # What makes an answer the answer to a search: one of these parameters, or the action.
    search_parameters: ClassVar[frozenset[str]] = frozenset()
    search_actions: ClassVar[frozenset[str]] = frozenset()
    # DRF's answer to OPTIONS describes serializers to anybody; the OpenAPI document does that.
    metadata_class = None

    released: Release
    problem_code: str
    handled: models.Model | None
    is_acting: bool

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Answer one request. A refusal is recorded after its work was rolled back, in a transaction of its own.

        If recording fails, the exception goes on and nothing is released.
        """
        self.released, self.problem_code, self.handled, self.is_acting = Release(), "", None, False
        with ExitStack() as self.acting:
            response = super().dispatch(request, *args, **kwargs)
            if self.problem_code:
                self._record_refusal(response.status_code)
            return response

    def perform_authentication(self, request: Request) -> None:
        """Authenticate, and from here on act as that person: earlier nobody is known, later may be too late."""
        try:
            super().perform_authentication(request)
        except exceptions.AuthenticationFailed:
            self._count_stranger(request)
            raise
        if not request.user.is_authenticated:
            self._count_stranger(request)
            return
        forget_reach(request.user)
        actor, sent = actor_of(request.user), request._request
        self.acting.enter_context(
            recorder.acting_as(actor, request_id=request_id_of(sent), address=client_address(sent))
        )
        self.is_acting = True

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """What comes before the handler: an action without a declared codename is refused, all others are wrapped."""
        super().initial(request, *args, **kwargs)
        if self.action not in self.codenames:
            raise exceptions.MethodNotAllowed(str(request.method))
        method = str(request.method).lower()
        setattr(self, method, partial(self._in_transaction, getattr(self, method)))

    def permission_denied(self, request: Request, message: str | None = None, code: str | None = None) -> NoReturn:
        """401 for whoever is not known, whatever the authentication classes are; 403 else."""
        if not self.is_acting:
            raise exceptions.NotAuthenticated
        raise exceptions.PermissionDenied

    def handle_exception(self, exc: Exception) -> Any:
        """The problem document of an exception; its code is kept for the record."""
        self.problem_code = problem_of(exc).code
        return super().handle_exception(exc)

    def release(self, objects: Any) -> None:
        """Note whose data the answer holds: one object or many, or ids of patients."""
        self.released.add(objects if isinstance(objects, Iterable) else [objects])

    def may_replay(self, stored: StoredAnswer) -> bool:
        """Whether this user may get a stored answer again: the route's object and everybody named must be in reach.

        An answer without content to a request that took its object away tells its sender nothing new.
        """
        if self.detail and not (stored.status == HTTPStatus.NO_CONTENT and self._is_gone()):
            self.get_object()
        return replays.is_visible(stored, self.request.user)

    def check_entry(self) -> None:
        """Hook: refuse whoever holds the codename nowhere, before anything that was sent is read."""

    def kept_body(self, response: HttpResponse) -> bytes:
        """Hook: what is kept of an answer for requests that come again with its key."""
        return response.content

    def check_query(self) -> None:
        """Hook: refuse a query that is not declared."""

    @property
    def codename(self) -> str:
        """What the user must hold for this action."""
        return self.codenames[self.action]

    def _count_stranger(self, request: Request) -> None:
        """Raise Throttled for an address that has sent too much without valid credentials."""
        throttle = StrangerThrottle()
        if not throttle.allow_request(request, self):
            raise exceptions.Throttled(throttle.wait())

    def _in_transaction(self, handler: Handler, request: Request, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Run the handler, again if PostgreSQL rolled it back for the sake of another transaction.

        Any method may run again: what was rolled back has had no effect. The transaction is within the centers at which
        the user works, from before the reach is read until the log is written.
        """
        centers = frozenset(getattr(request.user, "center_ids", ()))
        attempt = 1
        while True:
            try:
                with wall.atomic(centers):
                    return self._work(handler, request, *args, **kwargs)
            except OperationalError as error:
                if sqlstate_of(error) not in ROLLED_BACK or attempt == ATTEMPTS:
                    raise
            self.released.clear()
            time.sleep(jitter.uniform(0.01, 0.05) * attempt)
            attempt += 1

    def _work(self, handler: Handler, request: Request, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.check_entry()
        self.check_query()
        stored = replays.claim(request, self.codename) if request.method == "POST" else None
        if stored is not None and not stored.is_new:
            if not self.may_replay(stored):
                raise exceptions.NotFound
            response: HttpResponseBase = replays.repeated(stored, self.released)
        else:
            response = self._rendered(request, handler(request, *args, **kwargs))
        if stored is not None and stored.is_new:
            replays.keep(stored, response, self.released, self.kept_body, request.user)
        self._record_release(response)
        return response

    def _rendered(self, request: Request, response: HttpResponseBase) -> HttpResponseBase:
        """The answer as bytes, while a failure can still undo the work."""
        if isinstance(response, Response):
            self.finalize_response(request, response).render()
        return response

    def _record_release(self, response: HttpResponseBase) -> None:
        """Write who got whose data, before the answer leaves; search terms are named by parameter, never by value."""
        searched = self.search_parameters & self.request.query_params.keys() or self.action in self.search_actions
        details = self._details(response.status_code) | {"parameters": sorted(self.request.query_params.keys())}
        for event in self.released.events(
            "search" if searched else "read",
            kind=self.kind,
            object_id=self._object_id(),
            details=details,
            purposes=reach_of(self.request.user).purposes if self.released.patients else {},
        ):
            recorder.record(event)

    def _record_refusal(self, status: int) -> None:
        if not self.is_acting:
            logger.info("refused %s %s: nobody signed in", status, self.problem_code)
            return
        # Within the wall again: outside it no emergency is in reach, and the entry would bear no label.
        with wall.atomic(getattr(self.request.user, "center_ids", ())):
            center_id, patient_id = self._refused_place()
            recorder.record(
                recorder.Event(
                    action="refuse",
                    kind=self.kind,
                    object_id=self._object_id(),
                    center_id=center_id,
                    patient_ids=(patient_id,) if patient_id else (),
                    outcome=self.problem_code,
                    purpose=reach_of(self.request.user).purposes.get(patient_id, "") if patient_id else "",
                    details=self._details(status),
                )
            )

    def _is_gone(self) -> bool:
        return not self.model._base_manager.filter(pk=self._object_id()).exists()

    @property
    def kind(self) -> str:
        """What the action is about, as the log names it."""
        return self.model._meta.label_lower

    def _refused_place(self) -> tuple[UUID | None, UUID | None]:
        """Where the object lies; of none, the one center of who asked: a record no reviewer reads is none."""
        if self.handled is not None:
            return place_of(self.handled)
        place = place_of_absent(self.model, self._object_id()) if self._object_id() else (None, None)
        centers = reach_of(self.request.user).outer
        return (next(iter(centers)), None) if place == (None, None) and len(centers) == 1 else place

    def _object_id(self) -> str:
        return str(self.kwargs.get(self.lookup_url_kwarg or self.lookup_field, ""))

    def _details(self, status: int) -> dict[str, recorder.JSON]:
        matched = self.request._request.resolver_match
        return {
            "route": matched.view_name if matched else "",
            "method": str(self.request.method),
            "codename": self.codenames.get(self.action or "", ""),
            "status": status,
        }
