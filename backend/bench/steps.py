"""The steps of `backend.bench.child`; every argument is a text, every result is JSON."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from backend.api import wall
from backend.bench.census import fill as fill_census
from backend.bench.clients import BenchError
from backend.imports.reading import read_export
from centers.models import SignIn
from centers.tokens import hashed
from patients.models import Patient

# Savepoints, transactions and their settings are round trips, not questions.
NO_QUESTION = (
    wall.ENTER[:40],
    wall.LEAVE[:40],
    "BEGIN",
    "COMMIT",
    "SAVEPOINT",
    "RELEASE",
    "ROLLBACK",
    "SET CONSTRAINTS",
)


def fill(census: str) -> dict[str, Any]:
    """Make a census of so many patients."""
    found = fill_census(int(census))
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    return found


def count(token: str, path: str) -> int:
    """How many statements a GET takes, the second time it is asked."""
    with _client(token) as client:
        client.get(path)
        with CaptureQueriesContext(connection) as captured:
            _check(client.get(path))
    return len(_questions(captured))


def statements(token: str, path: str, first: str, second: str) -> dict[str, Any]:
    """The statements of a whole-roster PUT that changes every row: their number and their text.

    The second PUT is undone, so that its statements can be sent again by hand.
    """
    with _client(token) as client:
        _put(client, path, first, client.get(path).headers["ETag"])
        tag = client.get(path).headers["ETag"]
        with transaction.atomic(), CaptureQueriesContext(connection) as captured:
            _put(client, path, second, tag)
            transaction.set_rollback(True)
    questions = _questions(captured)
    return {"count": len(questions), "statements": questions}


def hidden(token: str, number: str) -> list[str]:
    """Ids of patients whom the holder of the token does not reach, all over the census."""
    staff = SignIn.objects.get(token_hash=hashed(token)).staff
    own = Patient.objects.all().visible_to(staff, "find_patient").values_list("pk", flat=True)
    return [
        str(pk) for pk in Patient.objects.exclude(pk__in=own).order_by("pk").values_list("pk", flat=True)[: int(number)]
    ]


def read_sample(directory: str) -> float:
    """Seconds to read and check an export."""
    started = time.perf_counter()
    read_export(Path(directory))
    return round(time.perf_counter() - started, 3)


def import_sample(directory: str) -> float:
    """Seconds to read, check and store an export, as the command does."""
    started = time.perf_counter()
    call_command("import_center", directory, skip_checks=True)
    return round(time.perf_counter() - started, 3)


@contextmanager
def _client(token: str) -> Iterator[Client]:
    settings.ALLOWED_HOSTS = ["testserver"]
    yield Client(headers={"Authorization": f"Bearer {token}"})


def _put(client: Client, path: str, body: str, tag: str) -> None:
    _check(client.put(path, body, content_type="application/json", headers={"If-Match": tag}))


def _check(response: Any) -> None:
    if response.status_code >= HTTPStatus.MULTIPLE_CHOICES:
        message = f"{response.status_code}: {response.content[:300]!r}"
        raise BenchError(message)


def _questions(captured: CaptureQueriesContext) -> list[str]:
    found = (str(query["sql"]) for query in captured.captured_queries)
    return [text for text in found if not text.startswith(NO_QUESTION)]
