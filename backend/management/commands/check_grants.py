"""Compare the stored grants and memberships with the records they are projected from, and repair them."""

import argparse
from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from backend.api import wall
from backend.api.grants import Difference, GrantKey, differences_at, strays
from backend.api.recorder import acting_as
from backend.api.sources import repair, subjects_at, wanted_at
from backend.operators import operator
from backend.reports import center_named
from centers.models import Center


class Command(BaseCommand):
    """Silent where they agree; else a line of ids for each row that is missing or that no record wants, and exit 1."""

    help = __doc__

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Take one center, if not all are meant, and whether to repair."""
        parser.add_argument("--center", metavar="NAME", help="the legal name of the only center to look at")
        parser.add_argument("--fix", action="store_true", help="make the rows what the records want, and log it")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Write the differences, or with `--fix` what was repaired, to standard output.

        Raises CommandError where there are differences, and where a repair left some.
        """
        name: str | None = options["center"]
        count = 0
        with acting_as(operator("check_grants")):
            for found in _differences(name, fix=options["fix"]):
                for one in found:
                    self.stdout.write(("repaired " if options["fix"] else "") + _line(one))
                count += len(found)
            if options["fix"]:
                count = sum(len(found) for found in _differences(name))
        if count:
            message = f"{count} rows by which grants and records disagree."
            raise CommandError(message)


def _differences(name: str | None, *, fix: bool = False) -> Iterator[list[Difference]]:
    """What disagrees at each center, and then the memberships that are no center's; repaired at once if wanted."""
    centers = [center_named(name)] if name else list(Center.objects.order_by("id"))
    known: set[int] = set()
    for center in centers:
        with wall.atomic([center.pk]):
            subjects = subjects_at(center.pk)
            found = differences_at(center.pk, wanted_at(center.pk), subjects=subjects)
            if found and fix:
                repair(found, center_id=center.pk)
        known |= subjects
        yield found
    if not name:
        # The record of a stray's ground may lie in any center: unseen, it would count as none.
        with wall.atomic(center.pk for center in centers):
            found = strays(known)
            if found and fix:
                repair(found, center_id=None)
        yield found


def _line(found: Difference) -> str:
    """One difference by ids alone: nobody is named on a terminal."""
    key, ground = found.key, f"{found.ground.type}:{found.ground.id}"
    if isinstance(key, GrantKey):
        row = f"{key.subject}:{key.subject_id} {key.codename} {key.container}:{key.object_id}"
    else:
        row = f"user:{key.user_id} group:{key.group_id}"
    until = key.expires_at.isoformat() if key.expires_at else ""
    return f"{found.kind} {ground} {row} {key.starts_at.isoformat()}/{until}"
