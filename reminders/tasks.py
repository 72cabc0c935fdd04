"""The tasks of reminders. Ids alone go over the broker; what is to be done stands in the database."""

from uuid import UUID

from celery import shared_task

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
    with acting_as(SYSTEM):
        actions.plan(center=Center(pk=UUID(center_id)), by=SYSTEM)


@shared_task
def dispatch() -> None:
    """Hand due reminders to workers."""
    with acting_as(SYSTEM):
        dispatching.dispatch(deliver=hand_to_deliver, resolve=hand_to_resolve)


@shared_task
def deliver(reminder_id: str, claim: str) -> None:
    """Send one reminder."""
    with acting_as(SYSTEM):
        delivering.deliver(UUID(reminder_id), UUID(claim))


@shared_task
def resolve(reminder_id: str, claim: str) -> None:
    """Find out whether a reminder went."""
    with acting_as(SYSTEM):
        delivering.resolve(UUID(reminder_id), UUID(claim))


def hand_to_deliver(reminder_id: UUID, claim: UUID) -> None:
    """Put an order on the broker. Raises kombu's OperationalError at once when there is none."""
    deliver.apply_async((str(reminder_id), str(claim)), retry=False)


def hand_to_resolve(reminder_id: UUID, claim: UUID) -> None:
    """Likewise, for an order to look up."""
    resolve.apply_async((str(reminder_id), str(claim)), retry=False)
