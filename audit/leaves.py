"""Leaf hashes: the fingerprint the database gives each row on insert, computed again from the row alone.

Version 1. A leaf is SHA-256 over the byte 0x00, the version (2 bytes) and every column but the leaf in the order of
`COLUMNS`; each is its length (4 bytes) and its bytes, or 0xFFFFFFFF for NULL. Integers are big-endian. An id is its
16 bytes, the ids of `patients` stand one after the other in stored order, a moment is microseconds since 1970 UTC
(8 bytes, signed), text is UTF-8, JSON is its text as stored. The trigger of migration 0001 says the same.
"""

import datetime as dt
import hashlib
from collections.abc import Mapping
from uuid import UUID

VERSION = 1
# The `_json` ones are the stored text of the columns `changes` and `details`.
COLUMNS = (
    "id",
    "at",
    "actor_id",
    "actor_name",
    "actor_role",
    "center_id",
    "patients",
    "request_id",
    "address",
    "kind",
    "action",
    "outcome",
    "purpose",
    "object_type",
    "object_pk",
    "object_repr",
    "changes_json",
    "details_json",
)
_NULL = b"\xff\xff\xff\xff"
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_MICROSECOND = dt.timedelta(microseconds=1)


def leaf_of(row: Mapping[str, object]) -> bytes:
    """The leaf a row must have; `row` holds COLUMNS, as `LogEntryQuerySet.leaves` reads them.

    Raises TypeError for a value that no column of the log can hold.
    """
    payload = b"\x00" + VERSION.to_bytes(2, "big")
    return hashlib.sha256(payload + b"".join(_prefixed(row[name]) for name in COLUMNS)).digest()


def _prefixed(value: object) -> bytes:
    if value is None:
        return _NULL
    raw = _bytes_of(value)
    return len(raw).to_bytes(4, "big") + raw


def _bytes_of(value: object) -> bytes:
    match value:
        case str():
            return value.encode()
        case UUID():
            return value.bytes
        case dt.datetime():
            return ((value - _EPOCH) // _MICROSECOND).to_bytes(8, "big", signed=True)
        case list() | tuple():
            return b"".join(_bytes_of(item) for item in value)
        case _:
            message = f"the log has no column for {type(value).__name__}"
            raise TypeError(message)
