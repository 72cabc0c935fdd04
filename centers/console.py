"""What the console's commands about one person share: whom they mean, and what is said when there is nobody."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from centers.models import Position


class PersonCommand(BaseCommand):
    """A command about somebody who works at a center, named by address and by the center's legal name."""

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Whom, and where they work."""
        parser.add_argument("email")
        parser.add_argument("--center", required=True, metavar="NAME")

    def position(self, options: dict[str, Any]) -> Position:
        """The position they hold there. Raises CommandError for nobody."""
        found = Position.objects.of_person(options["email"], center_name=options["center"])
        if found is None:
            message = "nobody with that address works at a center of that name"
            raise CommandError(message)
        return found
