"""Django sessions whose keys are stored as hashes: the table of sessions signs nobody in."""

import secrets

from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.contrib.sessions.base_session import AbstractBaseSession

from backend.api.clock import now
from centers.tokens import hashed

KEY_LENGTH = 40  # of the table's column


def stored_key(session_key: str) -> str:
    """What the table holds for a key: 160 bits of its hash."""
    return hashed(session_key).hex()[:KEY_LENGTH]


class SessionStore(DatabaseStore):
    """The session engine of the admin's cookies and of half-done and done sign-ins; keys hold 256 random bits."""

    def exists(self, session_key: str) -> bool:
        """Whether a session of this key is stored."""
        return super().exists(stored_key(session_key))

    def create_model_instance(self, data: dict[str, object]) -> AbstractBaseSession:
        """The row to store, under the hash of the key."""
        row = super().create_model_instance(data)
        row.session_key = stored_key(row.session_key)
        return row

    def delete(self, session_key: str | None = None) -> None:
        """Remove the row of a key, this session's unless another is given."""
        key = session_key or self.session_key
        if key:
            super().delete(stored_key(key))

    def load(self) -> dict[str, object]:
        """What is stored under the key; the key is dropped when nothing is, or it is over."""
        rows = self.model.objects.filter(session_key=stored_key(self.session_key or ""), expire_date__gt=now())
        row = rows.first()
        if row is None:
            self._session_key = None
            return {}
        return dict(self.decode(row.session_data))

    def _get_new_session_key(self) -> str:
        return secrets.token_urlsafe(32)
