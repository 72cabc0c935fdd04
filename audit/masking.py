"""What an event's details may say in clear: numbers, dates, ids, and codes under keys known to hold codes."""

import re
from collections.abc import Mapping

from audit.digests import digest
from backend.api.recorder import JSON

# Keys whose text values are words of our own vocabulary. Under any other key only dates and ids are kept.
CODE_KEYS = frozenset({
    "action",
    "channel",
    "code",
    "codename",
    "codenames",
    "columns",
    "command",
    "container",
    "fields",
    "filters",
    "format",
    "ground_type",
    "grounds",
    "group",
    "kind",
    "method",
    "model",
    "models",
    "parameters",
    "permission",
    "role",
    "roles",
    "route",
    "rule",
    "state",
    "status",
    "subject_type",
    "subjects",
    "verb",
    "view",
})  # fmt: skip
_CODE = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.:/{}<>-]{0,99}")

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})?)?", re.ASCII)
_ID = re.compile(r"[0-9a-fA-F:/,-]*")


def is_code(text: str) -> bool:
    """Whether a text has the shape of a code: one short word without blanks. A name may have it too."""
    return _CODE.fullmatch(text) is not None


def purpose_of(text: str) -> str:
    """A purpose is a code ("treatment"); a reason somebody wrote appears as its digest."""
    return text if not text or is_code(text) else digest(text)


def object_id_of(text: str) -> str:
    """The id of an object an event is about: UUIDs and numbers. What a client wrote in their place is digested."""
    return text if _ID.fullmatch(text) else digest(text)


def masked(value: JSON, key: str = "") -> JSON:
    """The value with every text digested that is no date, no id and no code under one of CODE_KEYS."""
    match value:
        case None | bool() | int() | float():
            return value
        case str():
            return value if _is_kept(value, key) else digest(value)
        case Mapping():
            return {name: masked(inner, name) for name, inner in value.items()}
        case _:
            return [masked(inner, key) for inner in value]


def _is_kept(text: str, key: str) -> bool:
    if not text or (key in CODE_KEYS and is_code(text)):
        return True
    return _UUID.fullmatch(text) is not None or _MOMENT.fullmatch(text) is not None
