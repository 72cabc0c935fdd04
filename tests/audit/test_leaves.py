"""The leaf the database sets is the leaf Python computes, for every row the log can hold."""

import datetime as dt
from typing import Any

import pytest
from django.db import transaction
from hypothesis import given
from hypothesis import strategies as st

from audit.canonical import canonical
from audit.leaves import COLUMNS, leaf_of
from audit.models import LogEntry
from tests.audit.conftest import run_sql

EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=30)
GIVEN = TEXT.filter(bool)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=8,
)
OBJECTS = st.dictionaries(st.text(max_size=10), JSON, max_size=4)
ROWS = st.fixed_dictionaries({
    "at": st.timedeltas(dt.timedelta(days=-20_000), dt.timedelta(days=80_000)).map(EPOCH.__add__),
    "actor_id": GIVEN,
    "actor_name": TEXT,
    "actor_role": TEXT,
    "center_id": st.none() | st.uuids(),
    "patients": st.lists(st.uuids(), max_size=5),
    "request_id": TEXT,
    "address": TEXT,
    "kind": GIVEN,
    "action": GIVEN,
    "outcome": TEXT,
    "purpose": TEXT,
    "object_type": TEXT,
    "object_pk": TEXT,
    "object_repr": TEXT,
    "changes": OBJECTS,
    "details": OBJECTS,
})  # fmt: skip


@pytest.mark.django_db
@given(row=ROWS)
def test_database_and_verifier_agree(row: dict[str, Any]) -> None:
    with transaction.atomic():
        entry = LogEntry.objects.create(**row)
        stored = LogEntry.objects.filter(pk=entry.pk).leaves().get()
        assert stored["leaf_version"] == 1
        assert leaf_of(stored) == bytes(stored["leaf"])
        assert stored["details_json"] == canonical(row["details"])
        assert LogEntry.objects.get(pk=entry.pk).details == row["details"]


def test_what_is_sent_as_leaf_does_not_count(entry: LogEntry) -> None:
    columns = {"actor_id": "x", "actor_name": "x", "kind": "read", "action": "read"}
    forged = LogEntry.objects.create(**columns, leaf=b"forged", leaf_version=9)
    stored = LogEntry.objects.filter(pk=forged.pk).leaves().get()
    assert (stored["leaf_version"], bytes(stored["leaf"])) == (1, leaf_of(stored))


@pytest.mark.parametrize("column", COLUMNS)
def test_an_edit_of_any_column_shows(entry: LogEntry, column: str) -> None:
    stored = LogEntry.objects.leaves().get()
    edits: dict[str, Any] = {
        "id": lambda value: type(value)(int=value.int ^ 1),
        "at": lambda value: value + dt.timedelta(microseconds=1),
        "center_id": lambda _value: None,
        "patients": lambda value: value * 2,
    }
    edited = stored | {column: edits.get(column, lambda value: value + " ")(stored[column])}
    assert leaf_of(edited) != bytes(stored["leaf"])


def test_text_cannot_wander_between_columns(entry: LogEntry) -> None:
    stored = LogEntry.objects.leaves().get() | {"request_id": "ab", "address": "c"}
    assert leaf_of(stored) != leaf_of(stored | {"request_id": "a", "address": "bc"})


def test_a_replica_session_gets_leaves_too(entry: LogEntry) -> None:
    run_sql("SET LOCAL session_replication_role = replica")
    forged = LogEntry.objects.create(actor_id="x", actor_name="x", kind="read", action="read", leaf=b"forged")
    run_sql("SET LOCAL session_replication_role = DEFAULT")
    stored = LogEntry.objects.filter(pk=forged.pk).leaves().get()
    assert leaf_of(stored) == bytes(stored["leaf"])


def test_a_value_no_column_holds_is_refused(entry: LogEntry) -> None:
    with pytest.raises(TypeError, match="no column for float"):
        leaf_of(LogEntry.objects.leaves().get() | {"kind": 1.5})
