"""Retried requests: a POST with an Idempotency-Key is executed once, and its answer repeated behind the gate."""

import hashlib
import re
from collections.abc import Callable
from http import HTTPStatus
from uuid import UUID

from django.db import models
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from rest_framework.request import Request

from backend.api.clock import now
from backend.api.errors import Refused
from backend.api.gate import ScopedQuerySet, User, reach_of
from backend.api.grant_tables import containers
from backend.api.models import StoredAnswer
from backend.api.releases import Release

HEADER = "Idempotency-Key"
KEY = re.compile(r"[\x21-\x7e]{1,200}")
# What is stored of an answer and repeated: all of it, unless it holds what must not be kept.
KeptBody = Callable[[HttpResponse], bytes]
KEPT_HEADERS = ("Content-Type", "ETag", "Location")


def claim(request: Request, codename: str) -> StoredAnswer | None:
    """The row that stands for this request's key: a new one, to be filled, or the answer given before.

    None without a key. A second request with the same key waits here until the first has committed. Raises Refused:
    400 for a malformed key, 422 when the key came with another body.
    """
    key = request.headers.get(HEADER)
    if key is None:
        return None
    if not KEY.fullmatch(key):
        raise Refused("idempotency_key_malformed", HTTPStatus.BAD_REQUEST)
    asked = StoredAnswer(
        # Another token of the same account may open less than the answer holds: each has its own answers.
        user_id=getattr(request.user, "credential_id", "") or str(request.user.pk),
        route=hashlib.sha256(request.path.encode()).hexdigest(),
        key=key,
        body_hash=_digest(request),
        codename=codename,
    )
    stored = StoredAnswer.claimed(asked, now())
    if bytes(stored.body_hash) != asked.body_hash:
        raise Refused("idempotency_key_reused", HTTPStatus.UNPROCESSABLE_ENTITY)
    return stored


def _digest(request: Request) -> bytes:
    """What must be the same in a request that comes again: body and query, told apart by their lengths."""
    query = str(request.META.get("QUERY_STRING", "")).encode()
    return hashlib.sha256(b"%d:%b%b" % (len(query), query, request._request.body)).digest()


def keep(stored: StoredAnswer, response: HttpResponseBase, release: Release, kept_body: KeptBody, user: User) -> None:
    """Store a rendered answer in the transaction of its effects; a refusal changed nothing and is not kept."""
    if response.status_code >= HTTPStatus.BAD_REQUEST or not isinstance(response, HttpResponse):
        stored.delete()
        return
    stored.status = response.status_code
    stored.headers = {name: response.headers[name] for name in KEPT_HEADERS if name in response.headers}
    stored.body = kept_body(response)
    stored.center_id = release.center_id
    stored.patients = release.patients
    stored.held = {place: sorted(codenames) for place, codenames in _held(stored, user).items()}
    stored.save(update_fields=["status", "headers", "body", "center_id", "patients", "held"])


def repeated(stored: StoredAnswer, release: Release) -> HttpResponse:
    """The stored answer, and its patients noted as released once more."""
    release.add_patients(stored.center_id, stored.patients)
    return HttpResponse(
        bytes(stored.body), status=stored.status, headers={**stored.headers, "Idempotent-Replayed": "true"}
    )


def is_visible(stored: StoredAnswer, user: User) -> bool:
    """Whether `user` still holds on everybody the answer names, or else on its center, the codename of then, and all
    that opened fields of it.
    """
    outer, inner = containers()
    now_held = _held(stored, user)
    if any(not now_held.get(place, frozenset()).issuperset(codenames) for place, codenames in stored.held.items()):
        return False
    if stored.patients:
        return _all_visible(inner, stored.patients, user, stored.codename)
    return stored.center_id is None or _all_visible(outer, [stored.center_id], user, stored.codename)


def _held(stored: StoredAnswer, user: User) -> dict[str, frozenset[str]]:
    """The codenames held on each patient an answer names, or else on its center."""
    reach = reach_of(user)
    if not stored.patients:
        return {str(stored.center_id): reach.codenames_on(stored.center_id)} if stored.center_id else {}
    return {str(patient): reach.codenames_on(stored.center_id, patient) for patient in stored.patients}


def _all_visible(container: type[models.Model], ids: list[UUID], user: User, codename: str) -> bool:
    rows = container._default_manager.all()
    if not isinstance(rows, ScopedQuerySet):
        return False
    return rows.visible_to(user, codename).filter(pk__in=ids).count() == len(ids)
