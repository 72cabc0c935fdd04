"""`ensure_audit_partitions`: make the log's months ahead now."""

from typing import Any

from django.core.management.base import BaseCommand

from audit.partitions import ensure_partitions, months_left


class Command(BaseCommand):
    help = "Make the partitions of the audit log for this month and the next twelve."
    # It mends what a check complains about, so it must not wait for the checks.
    requires_system_checks = []

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Nothing to do before the log's first migration."""
        if months_left() is None:
            self.stdout.write("there is no log yet")
            return
        self.stdout.write(f"{ensure_partitions()} made, {months_left()} months ahead")
