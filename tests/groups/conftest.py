"""Fixtures of groups: one group of the cast's center, more patients in care, and work done at the same time."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import IntegrityError, connection

from backend.api.errors import Refused
from groups.actions import open_group
from groups.models import TherapyGroup
from patients.models import Patient
from tests.cast import TESTER, Cast, a_patient


@pytest.fixture
def group(cast: Cast) -> TherapyGroup:
    """The Tuesday group: three seats."""
    return a_group(cast)


def a_group(cast: Cast, **fields: Any) -> TherapyGroup:
    values = {"code": "TUE", "name": "Tuesday evening", "capacity": 3, "min_size": 1, **fields}
    return open_group(center=cast.center, program=cast.program, by=TESTER, **values)


def in_care(cast: Cast, count: int) -> list[Patient]:
    """More patients of the cast's center."""
    return [a_patient(cast.center, cast.program, f"M{n:03d}", "Jamie", f"Sample{n}") for n in range(count)]


def at_once(work: Sequence[Callable[[], object]]) -> list[str]:
    """Do all of it at the same time, each on a connection of its own; what each came to: `ok` or its refusal."""
    start = Barrier(len(work))

    def one(task: Callable[[], object]) -> str:
        try:
            connection.ensure_connection()
            start.wait()
            task()
        except Refused as refused:
            return refused.code
        except IntegrityError as error:
            cause: Any = error.__cause__
            return str(cause.diag.constraint_name)
        finally:
            connection.close()
        return "ok"

    with ThreadPoolExecutor(len(work)) as pool:
        return sorted(pool.map(one, work))
