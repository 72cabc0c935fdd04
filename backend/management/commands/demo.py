"""Load the sample center, moved so that today lies in its tenth week, and say how to try it."""

import argparse
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from backend.api import wall
from backend.api.clock import now
from backend.api.recorder import Actor, acting_as
from backend.demo.people import introduce
from backend.demo.shifting import known_by, shifted, weeks_to_today
from backend.demo.tour import introduction, recording, session_to_record
from backend.imports.export import Export
from backend.imports.reading import read_export
from backend.imports.writing import write_export
from backend.operators import operator
from centers.models import Center, Staff
from centers.roles import RoleName
from centers.wall_time import local_date
from reminders.actions import switch_sending
from scheduling.models import SessionStaff
from scheduling.models.attendance import Status

SAMPLE = settings.BASE_DIR / "backend" / "sample" / "harbor"
PASSWORDS = settings.DATA_DIR / "secrets" / "demo-people.json"


class Command(BaseCommand):
    """Loads the sample once; a later run changes nothing and prints the same people."""

    help = "Load the sample center for a demonstration, with its reminders on."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Take the address the service answers at."""
        parser.add_argument("--base-url", default="http://127.0.0.1:8000")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Load what is not there yet, and print the tour."""
        export, _ = read_export(SAMPLE)
        with acting_as(operator("demo")) as context:
            center = Center.objects.filter(name=export.center.name).first() or self.load(export, context.actor)
            with wall.atomic([center.pk]):
                counselor = Staff.objects.get(id=_counselor(center))
                people = introduce(center, counselor, by=context.actor, path=PASSWORDS)
                session = session_to_record(counselor)
                lines = recording(options["base_url"], people[0], session) if session is not None else ""
        self.stdout.write(introduction(options["base_url"], people))
        if lines:
            self.stdout.write(lines)

    def load(self, export: Export, by: Actor) -> Center:
        """Move the sample to today and store it; its reminders go out."""
        today = local_date(export.center.timezone, now())
        weeks = weeks_to_today(export, today)
        moved = known_by(shifted(export, weeks), now())
        center = write_export(moved, by=by, progress=lambda _rows: None)
        with wall.atomic([center.pk]):
            switch_sending(center=center, on=True, by=by)
        self.stdout.write(f"Loaded {center.name}, moved by {weeks:+d} week(s): today, {today}, lies in its tenth week.")
        return center


def _counselor(center: Center) -> Any:
    """The counselor who leads the latest session with somebody still expected; else one who leads any."""
    led = SessionStaff.objects.filter(
        center=center, is_active=True, role="lead", staff__role_assignments__role__name=RoleName.COUNSELOR
    )
    begun = led.filter(session__status="scheduled", session__starts_at__lte=now())
    latest = begun.filter(session__attendances__status=Status.EXPECTED).order_by("-starts_at").first()
    return (latest or led.first() or SessionStaff()).staff_id
