"""Who may be put in charge of sessions: people who work at the center."""

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
