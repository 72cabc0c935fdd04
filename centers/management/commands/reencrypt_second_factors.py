"""`manage reencrypt_second_factors`: put every second factor under the newest key, so that an old one can go."""

from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction

from centers.second_factor import reencrypt


class Command(BaseCommand):
    help = "Encrypt every second factor under SECOND_FACTOR_KEY; afterwards SECOND_FACTOR_OLD_KEYS may be emptied."

    def handle(self, *args: Any, **options: Any) -> None:
        """All or none."""
        with transaction.atomic():
            changed = reencrypt()
        self.stderr.write(f"{changed} re-encrypted.")
