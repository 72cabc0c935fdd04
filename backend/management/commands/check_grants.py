"""Compare the stored grants and memberships with the records they are projected from."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from backend.api import wall
from backend.api.grants import Difference, GrantKey, Ground, Key, differences
from centers.models import Center
from centers.projection import wanted_grants as of_roles
from groups.projection import wanted_grants as of_groups
from patients.projection import wanted_grants as of_care_teams


class Command(BaseCommand):
    """Silent where they agree; else a line of ids for each row that is missing or that no record wants, and exit 1."""

    help = __doc__

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Write the differences to standard output. Raises CommandError where there are any."""
        # Memberships lie in no center, their records do: seen from one alone, those of the others would have no record.
        with wall.atomic(Center.objects.values_list("id", flat=True)):
            found = differences(wanted_of_all())
        for one in found:
            self.stdout.write(_line(one))
        if found:
            message = f"{len(found)} rows by which grants and records disagree."
            raise CommandError(message)


def wanted_of_all() -> dict[Ground, set[Key]]:
    """What the records of every room want. No two rooms share a type of ground."""
    return of_roles() | of_care_teams() | of_groups()


def _line(found: Difference) -> str:
    """One difference by ids alone: nobody is named on a terminal."""
    key, ground = found.key, f"{found.ground.type}:{found.ground.id}"
    if isinstance(key, GrantKey):
        row = f"{key.subject}:{key.subject_id} {key.codename} {key.container}:{key.object_id}"
    else:
        row = f"user:{key.user_id} group:{key.group_id}"
    until = key.expires_at.isoformat() if key.expires_at else ""
    return f"{found.kind} {ground} {row} {key.starts_at.isoformat()}/{until}"
