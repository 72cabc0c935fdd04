"""What reminders hear from the calendar: a session changed, so its unsent reminders follow at once."""

from functools import partial
from typing import Any

from django.db import transaction

from backend.api import wall
from backend.api.recorder import Actor
from centers.models import Center
from reminders.actions import plan
from scheduling.models import Session
from scheduling.signals import notice_wanted


def connect() -> None:
    """Listen; called once, when apps are ready."""
    notice_wanted.connect(plan_again, sender=Session, dispatch_uid="reminders.plan_again")


def plan_again(*, session: Session, by: Actor, **_news: Any) -> None:
    """Plan the session's center once the change is committed: rosters may still be taken again after the news.

    It is a courtesy, so its failure fails nothing: the planner sees the change within a minute, and every reminder is
    judged again when it is sent.
    """
    transaction.on_commit(partial(_plan, session.center, by), robust=True)


def _plan(center: Center, by: Actor) -> None:
    """The transaction that brought the news is over, and with it the centers it was within."""
    with wall.atomic([center.pk]):
        plan(center=center, by=by)
