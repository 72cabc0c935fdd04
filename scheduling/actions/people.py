"""Who may be put in charge of sessions: people who work at the center, and those who treat patients there."""

import datetime as dt
from http import HTTPStatus
from uuid import UUID

from django.db.models import Q, QuerySet

from backend.api.clock import now
from backend.api.errors import Refused
from centers.models import Position, RoleAssignment, Staff


def colleagues(center_id: UUID) -> QuerySet[Staff]:
    """The active people who work at the center, by name: by a position, or a role held now."""
    at = now()
    holding = RoleAssignment.objects.filter(
        Q(ends_at__isnull=True) | Q(ends_at__gt=at), center=center_id, starts_at__lte=at
    )
    employed = Position.objects.not_ended().filter(center=center_id)
    here = Q(pk__in=employed.values("staff")) | Q(pk__in=holding.values("staff"))
    return Staff.objects.filter(here, is_active=True).order_by("last_name", "first_name", "id")


def colleague(center_id: UUID, staff_id: UUID, *, field: str) -> Staff:
    """The one of that id. Raises Refused with a fault of `field`, the same for who works elsewhere and for nobody."""
    found = colleagues(center_id).filter(pk=staff_id).first()
    if found is None:
        raise Refused("validation_failed", HTTPStatus.BAD_REQUEST, {field: "does_not_exist"})
    return found


def therapist(center_id: UUID, staff_id: UUID, *, field: str, until: dt.datetime | None = None) -> Staff:
    """The active person who treats patients at the center now and, if given, still at `until`.

    Staffing a session opens its roster, which those who bill, direct or administer are not to see by it. Raises Refused
    with a fault of `field`, the same for them, for somebody who works elsewhere and for nobody.
    """
    held = RoleAssignment.objects.treating().filter(staff=staff_id, center=center_id, staff__is_active=True)
    present = held.in_force(now()).select_related("staff").first()
    if present is None or (until and until > now() and not held.in_force(until).exists()):
        raise Refused("validation_failed", HTTPStatus.BAD_REQUEST, {field: "does_not_exist"})
    return present.staff
