"""What the report commands share: their arguments, and CSV on standard output and nothing else."""

import argparse
import csv
import datetime as dt
import io
from collections.abc import Iterable, Sequence
from typing import Any

from django.core.management.base import BaseCommand, CommandError, OutputWrapper

from backend.api import wall
from centers.models import Center


def a_date(text: str) -> dt.date:
    """An argument of the form YYYY-MM-DD."""
    try:
        return dt.datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=dt.UTC).date()
    except ValueError:
        message = f"{text!r} is not a date; expected YYYY-MM-DD, such as 2026-09-14"
        raise argparse.ArgumentTypeError(message) from None


def center_named(name: str) -> Center:
    """The center of that legal name. Raises CommandError where there is none."""
    center = Center.objects.filter(name=name).first()
    if center is None:
        known = ", ".join(Center.objects.order_by("name").values_list("name", flat=True)[:5]) or "none yet"
        message = f"There is no center named {name!r}. Centers here: {known}."
        raise CommandError(message)
    return center


def write_csv(stdout: OutputWrapper, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Write a table as RFC 4180 wants it: UTF-8, a header row, lines that end in CRLF, yes and no for truth."""
    text = io.StringIO(newline="")
    table = csv.writer(text, lineterminator="\r\n")
    table.writerow(header)
    table.writerows([_cell(value) for value in row] for row in rows)
    stdout.write(text.getvalue(), ending="")


def _cell(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value)


class WindowCommand(BaseCommand):
    """A report over a window of days, half-open: sessions whose original date lies in it. It never depends on now."""

    header: Sequence[str] = ()

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Take the center's name and the window."""
        parser.add_argument("--center", required=True, metavar="NAME", help="the center's legal name")
        parser.add_argument("--from", required=True, type=a_date, dest="first", metavar="DATE", help="the first day")
        parser.add_argument("--to", required=True, type=a_date, dest="last", metavar="DATE", help="day after the last")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Write the table to standard output."""
        center, first, last = center_named(options["center"]), options["first"], options["last"]
        if last <= first:
            message = f"--to {last} is not after --from {first}: the window is half-open and must hold a day."
            raise CommandError(message)
        with wall.atomic([center.pk]):
            write_csv(self.stdout, self.header, self.rows(center, first, last))

    def rows(self, center: Center, first: dt.date, last: dt.date) -> Iterable[Sequence[Any]]:
        """The rows under the header."""
        raise NotImplementedError
