"""The tasks of reminders. Ids alone go over the broker; what is to be done stands in the database."""

from uuid import UUID

from celery import shared_task

from backend.api import wall
from backend.api.recorder import acting_as
from centers.models import Center
from reminders import actions, delivering, dispatching
from reminders.actions import SYSTEM


@shared_task
def plan() -> None:
    """Have every sending center planned, each by a task of its own, so that none stops the others."""
    for center_id in Center.objects.filter(sending_since__isnull=False).values_list("id", flat=True):
        plan_center.apply_async((str(center_id),), retry=False)


@shared_task
def plan_center(center_id: str) -> None:
    """Plan one center."""
    with acting_as(SYSTEM), wall.atomic([UUID(center_id)]):
        actions.plan(center=Center(pk=UUID(center_id)), by=SYSTEM)


@shared_task
def dispatch() -> None:
    """Hand due reminders to workers."""
    with acting_as(SYSTEM):
        dispatching.dispatch(deliver=hand_to_deliver, resolve=hand_to_resolve)


@shared_task
def deliver(reminder_id: str, claim: str, center_id: str = "") -> None:
    """Send one reminder. An order without its center comes from an earlier version: its lease will bring it back."""
    if center_id:
        with acting_as(SYSTEM):
            delivering.deliver(UUID(reminder_id), UUID(claim), UUID(center_id))


@shared_task
def resolve(reminder_id: str, claim: str, center_id: str = "") -> None:
    """Find out whether a reminder went. An order without its center is given out again within a minute."""
    if center_id:
        with acting_as(SYSTEM):
            delivering.resolve(UUID(reminder_id), UUID(claim), UUID(center_id))


def hand_to_deliver(reminder_id: UUID, claim: UUID, center_id: UUID) -> None:
    """Put an order on the broker. Raises kombu's OperationalError at once when there is none."""
    deliver.apply_async((str(reminder_id), str(claim), str(center_id)), retry=False)


def hand_to_resolve(reminder_id: UUID, claim: UUID, center_id: UUID) -> None:
    """Likewise, for an order to look up."""
    resolve.apply_async((str(reminder_id), str(claim), str(center_id)), retry=False)
