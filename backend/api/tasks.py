"""Housekeeping of the plumbing."""

from celery import shared_task

from backend.api import wall
from backend.api.clock import now
from backend.api.grant_tables import containers
from backend.api.models import StoredAnswer


@shared_task(name="backend.api.tasks.forget_answers")
def forget_answers() -> int:
    """Delete stored answers that no retry can ask for any more; returns how many."""
    at, deleted = now(), 0
    centers = containers()[0]._base_manager.order_by("pk").values_list("pk", flat=True)
    # First, within no center at all, those that name none.
    for within in ((), *((center_id,) for center_id in centers)):
        with wall.atomic(within):
            deleted += StoredAnswer.purge(at)
    return deleted
