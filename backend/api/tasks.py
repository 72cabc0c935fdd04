"""Housekeeping of the plumbing."""

from celery import shared_task

from backend.api.clock import now
from backend.api.models import StoredAnswer


@shared_task(name="backend.api.tasks.forget_answers")
def forget_answers() -> int:
    """Delete stored answers that no retry can ask for any more; returns how many."""
    return StoredAnswer.purge(now())
