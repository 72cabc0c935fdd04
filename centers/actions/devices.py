"""Somebody's own devices: which are signed in, and signing them out from afar."""

from typing import Any

from django.db import transaction

from backend.api.clock import now
from backend.api.recorder import Event, record
from centers.models import SignIn, Staff


def devices_of(staff: Staff, *, only_standing: bool = True) -> Any:
    """The devices on which somebody is signed in, idle ones included; or all there ever were."""
    rows = SignIn.objects.standing(now()) if only_standing else SignIn.objects.all()
    return rows.filter(staff=staff).order_by("created_at", "id")


@transaction.atomic
def revoke_device(*, device: SignIn) -> None:
    """Let a device work no more; one that is out already is left as it is."""
    if SignIn.objects.revoke(pk=device.pk):
        record(Event("device_revoked", "centers.signin", str(device.pk)))


@transaction.atomic
def revoke_other_devices(*, current: SignIn) -> None:
    """Let every other device of the same person work no more."""
    for device in devices_of(current.staff).exclude(pk=current.pk):
        revoke_device(device=device)
