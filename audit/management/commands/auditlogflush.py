"""`auditlogflush`, refused: it stands in front of django-auditlog's command of the same name."""

from typing import Any, NoReturn

from auditlog.management.commands.auditlogflush import Command as Replaced
from django.core.management.base import CommandError


class Command(Replaced):
    help = "Refused: the audit log is append-only."

    def handle(self, *_args: Any, **_options: Any) -> NoReturn:
        """Raises CommandError always."""
        message = "the audit log is append-only: nobody deletes its entries"
        raise CommandError(message)
