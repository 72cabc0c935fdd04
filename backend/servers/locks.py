"""Advisory file locks: released by the kernel however their holder ends."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def open_lock(path: Path) -> int:
    path.parent.mkdir(parents=True, exist_ok=True)
    return os.open(path, os.O_RDWR | os.O_CREAT, 0o600)


def try_exclusive(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def is_held(path: Path) -> bool:
    """Whether any process holds the lock exclusively. Asks for a share, so that two askers never see each other."""
    if not path.exists():
        return False
    descriptor = open_lock(path)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False


def wait_until_free(path: Path, *, patience: float) -> bool:
    """Wait for an exclusive holder to leave; False when `patience` seconds were not enough."""
    until = time.monotonic() + patience
    while is_held(path):
        if time.monotonic() > until:
            return False
        time.sleep(0.05)
    return True


@contextmanager
def exclusive(path: Path) -> Iterator[None]:
    """Hold the lock for a block. The path may be a folder: those can be locked even where nothing can be written."""
    descriptor = os.open(path, os.O_RDONLY) if path.is_dir() else open_lock(path)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def share(path: Path) -> int:
    """Hold the lock together with others; closing the descriptor, or dying, lets go."""
    descriptor = open_lock(path)
    fcntl.flock(descriptor, fcntl.LOCK_SH)
    return descriptor
