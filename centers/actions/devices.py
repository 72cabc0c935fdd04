"""Somebody's own devices: which are signed in, and signing them out from afar."""

from typing import Any
from uuid import UUID

from django.db import transaction
from django.http import Http404

from backend.api.clock import now
from backend.api.recorder import Event, record
from centers.models import SignIn, Staff


def devices_of(staff: Staff) -> Any:
    """The devices on which somebody is signed in, idle ones included."""
    return SignIn.objects.standing(now()).filter(staff=staff).order_by("created_at", "id")


@transaction.atomic
def revoke_device(*, staff: Staff, device_id: UUID) -> None:
    """Let a device of one's own work no more. Raises Http404 for anybody else's, and for one that is out already."""
    if not SignIn.objects.standing(now()).revoke(staff_id=staff.pk, pk=device_id):
        raise Http404
    record(Event("device_revoked", "centers.signin", str(device_id)))


@transaction.atomic
def revoke_other_devices(*, staff: Staff, current: SignIn) -> None:
    """Let every other device of one's own work no more."""
    others = SignIn.objects.standing(now()).filter(staff=staff).exclude(pk=current.pk)
    for device_id in list(others.values_list("pk", flat=True)):
        revoke_device(staff=staff, device_id=device_id)
