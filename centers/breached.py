"""Passwords that have been in a breach, looked up in a local file: nothing about a password leaves this machine."""

import hashlib
import os
from pathlib import Path
from typing import Any, BinaryIO

from django.conf import settings
from django.core.exceptions import ValidationError

HASH_LENGTH = 40
LONGEST_LINE = 64


class BreachedPasswordValidator:
    """Refuses a password whose SHA-1 stands in `settings.BREACHED_PASSWORDS_FILE`; without a file, none.

    The format is that of the "Pwned Passwords" dumps ordered by hash: lines `HASH:count`, upper case, sorted.
    """

    def validate(self, password: str, user: Any = None) -> None:
        """Raises ValidationError for a password that was in a breach, OSError for a file that cannot be read."""
        path = settings.BREACHED_PASSWORDS_FILE
        if not path:
            return
        digest = hashlib.sha1(password.encode("utf-8", "surrogatepass"), usedforsecurity=False).hexdigest()
        with Path(path).open("rb") as hashes:
            if holds(hashes, digest.upper().encode()):
                raise ValidationError(self.get_help_text(), code="password_breached")

    def get_help_text(self) -> str:
        """What forms say."""
        return "The password must not be one that has been in a breach."


def holds(hashes: BinaryIO, digest: bytes) -> bool:
    """Whether a sorted file has a line for a hash: by bisection over bytes, some thirty-five reads for a billion."""
    low, high = 0, hashes.seek(0, os.SEEK_END)
    while low < high:
        middle = (low + high) // 2
        hashes.seek(middle)
        if middle:
            hashes.readline(LONGEST_LINE)  # the rest of the line that `middle` fell into
        line = hashes.readline(LONGEST_LINE)
        if line and line[:HASH_LENGTH].upper() < digest:
            low = middle + 1
        else:
            high = middle
    # The line that begins at or after `low`, or the first one, which no middle skips to.
    hashes.seek(low)
    if low:
        hashes.readline(LONGEST_LINE)
    return hashes.readline(LONGEST_LINE)[:HASH_LENGTH].upper() == digest
