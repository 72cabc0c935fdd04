"""A page of the admin: one transaction, rendered and recorded before it leaves; refusals after the rollback."""

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from functools import wraps
from http import HTTPStatus
from types import TracebackType
from typing import Any, Self
from uuid import UUID

from django.db import DatabaseError, models
from django.http import HttpRequest, HttpResponse
from django.template.response import SimpleTemplateResponse

from backend.api import recorder, wall
from backend.api.errors import Refused, failure_page, problem_of
from backend.api.gate import reach_of
from backend.api.middleware import client_address, request_id_of
from backend.api.problems import CODES_BY_STATUS
from backend.api.recorder import JSON
from backend.api.releases import Release, place_of_absent
from backend.api.requests import actor_of

View = Callable[..., Any]
# Pages that show nothing of anybody: a catalog of words, and leaving.
UNRECORDED = frozenset({"jsi18n", "logout"})


class Visit:
    """What one request to the admin is about, whose data its answer holds, and what of it was refused."""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request
        self.released = Release()
        self.action = "read"
        self.kind = "admin"
        self.object_id = ""
        self._model: type[models.Model] | None = None
        self._refused: list[tuple[str, int]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Record what was refused, now that its work is rolled back; the exception goes on."""
        if isinstance(error, Exception):
            problem = problem_of(error)
            with wall.atomic(self._works_at()):
                self._record_refusal(problem.code, problem.status)

    def made_by(self, view: View, *args: Any, **kwargs: Any) -> Any:
        """The answer of a view, rendered and recorded in the transaction that made it, within the reader's centers."""
        with acting(self.request), self, wall.atomic(self._works_at()):
            response = view(self.request, *args, **kwargs)
            if isinstance(response, SimpleTemplateResponse):
                response.render()
            self.record(response)
        return response

    def _works_at(self) -> Iterable[UUID]:
        return frozenset(getattr(self.request.user, "center_ids", ()))

    def about(self, model: type[models.Model], object_id: str = "") -> None:
        """Name the model the page is about, and the object as the address has it."""
        self._model, self.kind, self.object_id = model, model._meta.label_lower, object_id

    def refuse(self, code: str, status: int) -> None:
        """Note that something was refused, though the page is answered: it says why."""
        self._refused.append((code, status))

    def record(self, response: HttpResponse) -> None:
        """Write who got whose data. An answer without a page releases nothing."""
        for code, status in self._refused:
            self._record_refusal(code, status)
        if response.status_code >= HTTPStatus.BAD_REQUEST:
            self._record_refusal(CODES_BY_STATUS.get(response.status_code, "malformed"), response.status_code)
        elif response.status_code < HTTPStatus.MULTIPLE_CHOICES:
            for event in self._events(response.status_code):
                recorder.record(event)

    def _events(self, status: int) -> list[recorder.Event]:
        """One event per center whose patients the page names; of none, one per center of who looked."""
        details = self._details(status)
        named = self.released.events(
            self.action,
            kind=self.kind,
            object_id=self.object_id,
            details=details,
            purposes=reach_of(self.request.user).purposes if self.released.patients else {},
        )
        if self.released.patients:
            return named
        return [
            recorder.Event(self.action, kind=self.kind, object_id=self.object_id, center_id=center, details=details)
            for center in self._centers()
        ]

    def _centers(self) -> list[UUID | None]:
        only = self.released.center_id
        return [only] if only else [*sorted(reach_of(self.request.user).outer)] or [None]

    def _record_refusal(self, code: str, status: int) -> None:
        center_id, patient_id = self._place()
        recorder.record(
            recorder.Event(
                action="refuse",
                kind=self.kind,
                object_id=self.object_id,
                center_id=center_id,
                patient_ids=(patient_id,) if patient_id else (),
                outcome=code,
                purpose=reach_of(self.request.user).purposes.get(patient_id, "") if patient_id else "",
                details=self._details(status),
            )
        )

    def _place(self) -> tuple[UUID | None, UUID | None]:
        """Where the object lies; of none, the one center of who asked."""
        pk = uuid_of(self.object_id)
        place = place_of_absent(self._model, str(pk)) if self._model and pk else (None, None)
        centers = reach_of(self.request.user).outer
        return (next(iter(centers)), None) if place == (None, None) and len(centers) == 1 else place

    def _details(self, status: int) -> dict[str, JSON]:
        matched = self.request.resolver_match
        return {
            "view": "admin",
            "route": matched.view_name if matched else "",
            "method": str(self.request.method),
            "status": status,
            "parameters": sorted(self.request.GET.keys()),
        }


def recorded(view: View) -> View:
    """The view as one transaction in the name of who asks; if the log cannot be written, nothing leaves."""

    @wraps(view)
    def page(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if request.resolver_match and request.resolver_match.url_name in UNRECORDED:
            return view(request, *args, **kwargs)
        visit = Visit(request)
        vars(request)["visit"] = visit
        try:
            return visit.made_by(view, *args, **kwargs)
        except (Refused, DatabaseError, OverflowError) as error:
            return failure_page(error, request)

    return page


def visit_of(request: HttpRequest) -> Visit:
    """The visit that a request to the admin is."""
    visit: Visit = vars(request)["visit"]
    return visit


def release(request: HttpRequest, objects: Iterable[Any]) -> None:
    """Note objects whose data the page holds."""
    visit_of(request).released.add(objects)


def acting(request: HttpRequest) -> AbstractContextManager[recorder.ActorContext]:
    """Act as who is signed in."""
    return recorder.acting_as(
        actor_of(request.user), request_id=request_id_of(request), address=client_address(request)
    )


def uuid_of(text: Any) -> UUID | None:
    """The id a text is, if it is one."""
    try:
        return UUID(str(text))
    except ValueError:
        return None
