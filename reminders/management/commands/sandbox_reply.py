"""Answer a text in the SMS sandbox, as a patient would: stop, start, help, confirm, cancel, or anything."""

import argparse
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from reminders.channels.sandbox import SandboxSms
from reminders.inbound import receive
from reminders.models import Channel


class Command(BaseCommand):
    """Puts the text into the mailbox and lets it be acted on; the answer is in the mailbox, too."""

    help = __doc__

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Take the number and the words."""
        parser.add_argument("number", help="the patient's number, such as +12025550143")
        parser.add_argument("text", help="what the patient writes")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Receive one text."""
        number: str = options["number"]
        if not (number.startswith("+") and number[1:].isdigit()):
            message = f"{number!r} is no number with its country code; expected one such as +12025550143"
            raise CommandError(message)
        SandboxSms().received(number, options["text"])
        words = receive(channel=Channel.SMS, sender=number, text=options["text"])
        self.stdout.write(f"Understood: {', '.join(sorted(words)) or 'nothing'}.")
