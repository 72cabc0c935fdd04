"""The access table's scene, to be attacked; and how many attacks were sent."""

from collections.abc import Iterator

import pytest

from tests.access.conftest import db, scene, standing

__all__ = ["db", "scene", "standing"]
SENT = [0]


@pytest.fixture
def sent() -> list[int]:
    """The number of requests sent so far, to be counted up."""
    return SENT


@pytest.fixture(scope="session", autouse=True)
def told() -> Iterator[None]:
    """Say at the end how many there were."""
    yield
    print(f" {SENT[0]} hostile requests")  # noqa: T201
