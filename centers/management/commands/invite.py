"""`manage invite EMAIL --center NAME`: print an invitation link, for those who hand it over in person."""

import getpass
from typing import Any

from django.core.management.base import CommandError

from backend.api.errors import Refused
from backend.api.problems import TEXTS
from backend.api.recorder import Actor
from centers.actions import invite
from centers.actions.invitations import link_of
from centers.console import PersonCommand


class Command(PersonCommand):
    help = "Print a link by which somebody who works at a center sets a first password; it works once, for some days."

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the link and nothing else. Raises CommandError for nobody, a closed account, or one with a password."""
        position = self.position(options)
        operator = Actor("system:invite", getpass.getuser())
        try:
            token = invite(staff=position.staff, center=position.center, by=operator)
        except Refused as refused:
            raise CommandError(TEXTS[refused.code][1]) from refused
        self.stdout.write(link_of(token))
