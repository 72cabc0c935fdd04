"""Import a center's export: all of it or nothing, with every fault in one report."""

import argparse
import csv
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import IntegrityError, transaction
from tqdm import tqdm

from backend.api.recorder import acting_as
from backend.imports.export import Export
from backend.imports.faults import Fault
from backend.imports.reading import read_export
from backend.imports.writing import AlreadyImportedError, existing, write_export
from backend.operators import operator


class DryRunError(Exception):
    """Raised at the end of a dry run, so that the transaction is undone."""


class Tally:
    """Counts rows, and shows them on a bar; a bar nobody sees does not count."""

    def __init__(self, bar: Any) -> None:
        """Begin at none."""
        self.bar = bar
        self.rows = 0

    def __call__(self, done: int) -> None:
        """Count `done` rows more."""
        self.rows += done
        self.bar.update(done)


class Command(BaseCommand):
    """Reads, checks and stores an export. Progress goes to standard error, the report of faults to standard output."""

    help = "Import the directory of a center's export (docs/import-format.md). Reminders stay off until switched on."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Take the directory and what to do with faults."""
        parser.add_argument("directory", type=Path, help="the directory that holds center.csv and the other files")
        parser.add_argument("--dry-run", action="store_true", help="read, check and store, then undo it all")
        parser.add_argument(
            "--skip-faulty", type=Path, metavar="FILE", help="leave faulty rows out, list them in FILE, import the rest"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        """Import, or say why not."""
        export, faults = self.read(options["directory"])
        if faults:
            self.report(faults, options["skip_faulty"])
        if not export.centers:
            message = "center.csv has no sound row, so there is nothing to import; nothing was imported."
            raise CommandError(message)
        with acting_as(operator("import_center")) as context:
            self.store(export, context.actor, dry_run=options["dry_run"])

    def read(self, directory: Path) -> tuple[Export, list[Fault]]:
        """Read and check every file."""
        if not directory.is_dir():
            message = f"{directory} is not a directory; expected the folder of an export, with center.csv in it."
            raise CommandError(message)
        with self.bar("reading", 4) as bar:

            def tell(step: str, done: int, _total: int) -> None:
                bar.set_description(step)
                bar.update(done - bar.n)

            try:
                return read_export(directory, tell)
            except OSError as error:
                message = f"{error.filename} cannot be read: {error.strerror}; nothing was imported."
                raise CommandError(message) from error

    def report(self, faults: Sequence[Fault], skipped: Path | None) -> None:
        """Print every fault; unless faulty rows are to be skipped, that is the end."""
        for fault in faults:
            self.stdout.write(str(fault))
        if skipped is None:
            message = f"{len(faults)} fault(s); nothing was imported."
            raise CommandError(message)
        with skipped.open("w", encoding="utf-8", newline="") as file:
            table = csv.writer(file)
            table.writerow(("file", "line", "column", "kind", "message"))
            table.writerows((one.file, one.line, one.column, one.kind.value, one.message) for one in faults)
        self.stderr.write(f"{len(faults)} fault(s) left out and listed in {skipped}.")

    def store(self, export: Export, by: Any, *, dry_run: bool) -> None:
        """Store a sound export in one transaction."""
        try:
            if existing(export):
                self.stderr.write("This export has been imported already; nothing to change.")
                return
            with self.bar("writing", None) as bar, transaction.atomic():
                written = Tally(bar)
                center = write_export(export, by=by, progress=written)
                if dry_run:
                    raise DryRunError
        except DryRunError:
            self.stderr.write(f"Sound: {written.rows} rows would be imported. Dry run, nothing was imported.")
        except AlreadyImportedError:
            message = (
                "A center of this name is here already, with other content. An import only adds a whole center: "
                "what staff have recorded since would be lost otherwise. Nothing was imported."
            )
            raise CommandError(message) from None
        except IntegrityError as error:
            cause: Any = error.__cause__
            name = getattr(getattr(cause, "diag", None), "constraint_name", None) or "a constraint"
            message = f"The database refused the import by {name}: two rows of the export clash. Nothing was imported."
            raise CommandError(message) from error
        else:
            self.stderr.write(f"Imported {written.rows} rows as {center.name}. Its reminders are switched off.")

    def bar(self, what: str, total: int | None) -> Any:
        """A progress bar on standard error, shown where somebody watches."""
        return tqdm(total=total, desc=what, unit=" rows", file=sys.stderr, leave=False, disable=not sys.stderr.isatty())
