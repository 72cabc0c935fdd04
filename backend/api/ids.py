"""Identifiers: UUIDs of version 7, made in Python so that a row knows its id before it is written."""

import uuid

from uuid_utils.compat import uuid7


def new_id() -> uuid.UUID:
    """A new time-ordered id (RFC 9562, version 7): index pages fill from one end, and no id can be guessed."""
    return uuid7()
