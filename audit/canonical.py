"""Canonical JSON: one text for one value, so that what is hashed is exactly what is stored."""

import json
from typing import TYPE_CHECKING, Any

from django.db import models

if TYPE_CHECKING:
    _Text = models.TextField[Any, Any]
else:
    _Text = models.TextField


def canonical(value: object) -> str:
    """Keys sorted, no blanks, ASCII only; ids, dates and decimals as their text. Raises ValueError for NaN."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False, default=str)


class CanonicalJSONField(_Text):
    """JSON kept as its canonical text.

    jsonb keeps no text: its rendering is PostgreSQL's own and may change between versions, and it cannot hold
    the escape of NUL. A hash over it could be checked with nothing but the same server.
    """

    def from_db_value(self, value: str | None, _expression: object, _connection: object) -> object:
        return None if value is None else json.loads(value)

    def get_prep_value(self, value: object) -> str:
        return canonical(value)
