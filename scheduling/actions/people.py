"""Who may be put in charge of sessions: people who work at the center."""

from http import HTTPStatus
from uuid import UUID

from django.db.models import Q

from backend.api.clock import now
from backend.api.errors import Refused
from centers.models import RoleAssignment, Staff


def colleague(center_id: UUID, staff_id: UUID, *, field: str) -> Staff:
    """The active person who works at the center: by a position, or a role held now.

    Raises Refused with a fault of `field`, the same for somebody who works elsewhere and for nobody.
    """
    at = now()
    holding = RoleAssignment.objects.filter(
        Q(ends_at__isnull=True) | Q(ends_at__gt=at), center=center_id, starts_at__lte=at
    )
    here = Q(positions__center=center_id, positions__ended_at__isnull=True) | Q(pk__in=holding.values("staff"))
    found = Staff.objects.filter(here, pk=staff_id, is_active=True).first()
    if found is None:
        raise Refused("validation_failed", HTTPStatus.BAD_REQUEST, {field: "does_not_exist"})
    return found
