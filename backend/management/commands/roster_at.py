"""Write the rosters of a center's groups on a day as CSV."""

import argparse
from typing import Any

from django.core.management.base import BaseCommand

from backend.api import wall
from backend.reports import a_date, center_named, write_csv
from groups.reports import roster_at


class Command(BaseCommand):
    """Who is on which roster: enrolled, admitted, and not on leave, whether or not the group meets that day."""

    help = __doc__

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Take the center's name and the day."""
        parser.add_argument("--center", required=True, metavar="NAME", help="the center's legal name")
        parser.add_argument("--at", required=True, type=a_date, metavar="DATE", help="the day, in the center's zone")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Write the table to standard output."""
        center = center_named(options["center"])
        with wall.atomic([center.pk]):
            write_csv(self.stdout, ("group", "date", "mrn"), roster_at(center, options["at"]))
