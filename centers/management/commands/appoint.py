"""`manage appoint EMAIL ROLE --center NAME`: give somebody a role, as a center's first people need it."""

import getpass
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from backend.api import wall
from backend.api.errors import Refused
from backend.api.problems import TEXTS
from backend.api.recorder import Actor
from centers.actions import assign_role, hire
from centers.models import Center, Position
from centers.roles import RoleName, Title


class Command(BaseCommand):
    help = "Give somebody a role at a center, such as its first administrator; whoever is new there is hired."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Whom, to what, and where."""
        parser.add_argument("email")
        parser.add_argument("role", choices=[role.value for role in RoleName])
        parser.add_argument("--center", required=True, metavar="NAME")
        parser.add_argument("--first-name", default="", help="of somebody who is new at the center")
        parser.add_argument("--last-name", default="", help="likewise")

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        """Hire whoever is new, and assign the role. Raises CommandError for an unknown center or a refused role."""
        operator = Actor("system:appoint", getpass.getuser())
        try:
            position = self.position(options, operator)
            # Care teams and groups hear of a new role, within its center.
            with wall.within([position.center_id]):
                role = RoleName(options["role"])
                assign_role(staff=position.staff, center=position.center, role=role, by=operator)
        except Refused as refused:
            raise CommandError(TEXTS[refused.code][1]) from refused
        self.stderr.write(f"Appointed. `manage invite {options['email']}` prints a link for a first password.")

    def position(self, options: dict[str, Any], operator: Actor) -> Position:
        """The position somebody has at the center, or a new one."""
        found = Position.objects.of_person(options["email"], center_name=options["center"])
        if found is not None:
            return found
        center = Center.objects.filter(name=options["center"]).first()
        if center is None or not (options["first_name"] and options["last_name"]):
            message = "nobody with that address works at a center of that name; to hire them, give both their names"
            raise CommandError(message)
        return hire(
            center=center,
            email=options["email"],
            first_name=options["first_name"],
            last_name=options["last_name"],
            title=Title.FRONT_DESK,
            by=operator,
        )
