"""The tasks of patients: telling of emergency accesses, at once and by a round that loses none."""

import logging
from uuid import UUID

from celery import shared_task
from kombu.exceptions import OperationalError as BrokerError

from backend.api.recorder import acting_as
from centers.models import Center
from patients import telling

logger = logging.getLogger("patients")


@shared_task
def tell_of_emergencies() -> int:
    """Send what is due at every center; returns how many messages went."""
    with acting_as(telling.SYSTEM):
        return sum(telling.tell(center) for center in Center.objects.order_by("id"))


@shared_task
def tell_of_emergencies_at(center_id: str) -> int:
    """Send what is due at one center."""
    with acting_as(telling.SYSTEM):
        return telling.tell(Center.objects.get(pk=UUID(center_id)))


def hand_to_tell(center_id: UUID) -> None:
    """Wake a worker; without a broker the next round finds the rows."""
    try:
        tell_of_emergencies_at.apply_async((str(center_id),), retry=False)
    except BrokerError:
        logger.warning("no worker woken: the broker is away")
