"""`manage reset_second_factor EMAIL --center NAME`: for a center whose only administrator lost the second factor."""

import getpass
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from backend.api.errors import Refused
from backend.api.problems import TEXTS
from backend.api.recorder import Actor
from centers.actions import reset_second_factor
from centers.models import Position


class Command(BaseCommand):
    help = "Take somebody's lost second factor away; their devices are signed out, and they are told by e-mail."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Whose, and where they work."""
        parser.add_argument("email")
        parser.add_argument("--center", required=True, metavar="NAME")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do it. Raises CommandError for nobody, and for somebody who has not joined."""
        position = Position.objects.of_person(options["email"], center_name=options["center"])
        if position is None:
            message = "nobody with that address works at a center of that name"
            raise CommandError(message)
        try:
            reset_second_factor(position=position, by=Actor("system:reset-second-factor", getpass.getuser()))
        except Refused as refused:
            raise CommandError(" ".join(TEXTS[refused.code])) from None
        self.stderr.write("Reset. The person sets up another at the next sign-in.")
