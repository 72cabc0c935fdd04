"""The one source of the present moment; tests stop it here and nowhere else."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager

# A plain list, not a ContextVar: the threads a test starts must see the stopped clock too.
_stopped: list[dt.datetime] = []


def now() -> dt.datetime:
    """The present moment, aware, in UTC."""
    return _stopped[-1] if _stopped else dt.datetime.now(tz=dt.UTC)


@contextmanager
def frozen(at: dt.datetime) -> Iterator[dt.datetime]:
    """Stop the clock at an aware moment; frozen clocks nest, the innermost counts.

    Raises ValueError for a naive moment.
    """
    if at.tzinfo is None:
        message = "the clock stops at aware moments only"
        raise ValueError(message)
    _stopped.append(at.astimezone(dt.UTC))
    try:
        yield _stopped[-1]
    finally:
        _stopped.pop()
