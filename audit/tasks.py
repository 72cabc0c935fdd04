"""The daily task that keeps the log's months ahead."""

from celery import shared_task

from audit.partitions import ensure_partitions


@shared_task
def keep_partitions_ahead() -> int:
    """Make the missing months. The application's role may: the function it calls runs with its owner's rights."""
    return ensure_partitions()
