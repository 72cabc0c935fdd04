"""Print the local mailbox: texts and e-mails, the newest last."""

import argparse
import time
from typing import Any

from django.core.management.base import BaseCommand

from reminders.mailbox import letters

PAUSE_SECONDS = 1.0


class Command(BaseCommand):
    """Reads what the sandbox and the file backend wrote; a message is never changed nor marked as read."""

    help = __doc__

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Take what to print and for how long."""
        parser.add_argument("--last", type=int, default=0, metavar="N", help="only the newest N messages")
        parser.add_argument("--follow", action="store_true", help="go on and print what arrives, until Ctrl-C")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Print, and go on if asked to."""
        found = letters()
        for letter in found[-options["last"] :]:
            self.stdout.write(str(letter))
        if not found:
            self.stdout.write("The mailbox is empty.")
        if options["follow"]:
            self.follow(len(found))

    def follow(self, seen: int) -> None:
        """Print what arrives until interrupted."""
        try:
            while True:
                time.sleep(PAUSE_SECONDS)
                found = letters()
                for letter in found[seen:]:
                    self.stdout.write(str(letter))
                seen = len(found)
        except KeyboardInterrupt:
            return
