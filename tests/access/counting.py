"""A plugin: how many mutants of the gate to try, how many cells of the matrix were asked; statements."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection

CELLS, PAIRS = "access cells", "access pairs"
# One mutant in so many, where not all are asked for.
SAMPLE = 10


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--mutations all` takes some minutes."""
    help_text = f"mutants of the gate to try: all of them, or one in {SAMPLE}"
    parser.addoption("--mutations", choices=["all", "sample"], default="sample", help=help_text)


class Statements:
    """How many have been sent; Django's own log of them is bounded."""

    number = 0

    def __call__(self, execute: Callable[..., Any], *args: Any) -> Any:
        self.number += 1
        return execute(*args)


@contextmanager
def counted() -> Iterator[Statements]:
    """Counts the statements sent within."""
    statements = Statements()
    with connection.execute_wrapper(statements):
        yield statements


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """One line, if any cells were asked, whichever process asked them."""
    asked, pairs = (_sum(terminalreporter, name) for name in (CELLS, PAIRS))
    if asked:
        besides = f", {pairs} of them side by side with what is absent" if pairs else ""
        terminalreporter.write_line(f"{asked} cells of the access matrix were asked{besides}")


def _sum(terminalreporter: Any, wanted: str) -> int:
    reports = [report for found in terminalreporter.stats.values() for report in found]
    return sum(
        value
        for report in reports
        for name, value in getattr(report, "user_properties", ())
        if name == wanted and report.when == "call"
    )
