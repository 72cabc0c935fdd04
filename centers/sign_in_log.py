"""Sign-ins, failed attempts and sign-outs as events of the log, whichever door was used."""

from typing import Any
from uuid import UUID

from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.db.models import Model, OuterRef, Subquery
from django.http import HttpRequest

from backend.api.middleware import client_address, request_id_of
from backend.api.recorder import Actor, Event, acting_as, record
from centers.models import Position, SignIn, Staff
from centers.tokens import hashed

# Whoever knocks is nobody yet.
DOOR = Actor("system:sign-in", "sign-in")


def connect() -> None:
    """Listen to both doors, the API's and the admin's."""
    user_logged_in.connect(_signed_in, dispatch_uid="centers.signed_in")
    user_logged_out.connect(_signed_out, dispatch_uid="centers.signed_out")


def record_failure(request: HttpRequest, email: str) -> None:
    """Record a refused attempt, at the center of the account if there is one; the recorder digests the address."""
    found = Staff.objects.filter(email=email.strip().lower()).annotate(home=_homes()).values_list("pk", "home").first()
    staff_id, home = found or ("", None)
    with acting_as(DOOR, request_id=request_id_of(request), address=client_address(request)):
        details = {"email": email}
        record(Event("sign_in_failed", "centers.staff", str(staff_id), home, outcome="refused", details=details))


def record_factor_wanted(request: HttpRequest, staff: Staff) -> None:
    """Record that somebody asked for more than a device without the second factor opens."""
    note(request, staff, "refuse", outcome="second_factor_required")


def note(request: HttpRequest, staff: Any, action: str, *, by: Actor | None = None, **event: Any) -> None:
    """Record what somebody did at a door, or somebody else to their account."""
    _record(request, by or staff.as_actor(), action, staff, **event)


def record_sign_out(request: HttpRequest, staff: Any) -> None:
    """Record that somebody signed a device out."""
    _record(request, staff.as_actor(), "sign_out", staff)


def _signed_in(sender: type[Model], request: HttpRequest, user: Staff, **_extra: Any) -> None:
    _record(request, user.as_actor(), "sign_in", user)


def _signed_out(sender: type[Model], request: HttpRequest, user: Staff | None, **_extra: Any) -> None:
    if user is None:  # a sign-out by nobody
        return
    SignIn.objects.revoke(token_hash=hashed(request.session.session_key or ""))
    record_sign_out(request, user)


def _record(request: HttpRequest, actor: Actor, action: str, staff: Staff | None, **event: Any) -> None:
    with acting_as(actor, request_id=request_id_of(request), address=client_address(request)):
        object_id = str(staff.pk) if staff else ""
        record(Event(action, kind="centers.staff", object_id=object_id, center_id=_home_of(staff), **event))


def _home_of(staff: Staff | None) -> UUID | None:
    """The center of somebody's first position, whose privacy officer reads of it."""
    return Staff.objects.filter(pk=staff.pk).values_list(_homes(), flat=True).first() if staff else None


def _homes() -> Subquery:
    """The same for every row of a statement over staff, so that a stranger's address costs no statement less."""
    positions = Position.objects.not_ended().filter(staff=OuterRef("pk")).order_by("id")
    return Subquery(positions.values("center_id")[:1])
