"""`manage reset_second_factor EMAIL --center NAME`: for a center whose only administrator lost the second factor."""

import getpass
from typing import Any

from django.core.management.base import CommandError

from backend.api.errors import Refused
from backend.api.problems import TEXTS
from backend.api.recorder import Actor
from centers.actions import reset_second_factor
from centers.console import PersonCommand


class Command(PersonCommand):
    help = "Take somebody's lost second factor away; their devices are signed out, and they are told by e-mail."

    def handle(self, *args: Any, **options: Any) -> None:
        """Do it. Raises CommandError for nobody, and for somebody who has not joined."""
        position = self.position(options)
        try:
            reset_second_factor(position=position, by=Actor("system:reset-second-factor", getpass.getuser()))
        except Refused as refused:
            raise CommandError(" ".join(TEXTS[refused.code])) from None
        self.stderr.write("Reset. The person sets up another at the next sign-in.")
