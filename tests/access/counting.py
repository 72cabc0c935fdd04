"""A plugin: how many mutants of the gate to try, and how many cells of the access matrix were asked in the end."""

from typing import Any

import pytest

CELLS = "access cells"
# One mutant in so many, where not all are asked for.
SAMPLE = 6


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--mutations all` takes some minutes."""
    help_text = f"mutants of the gate to try: all of them, or one in {SAMPLE}"
    parser.addoption("--mutations", choices=["all", "sample"], default="sample", help=help_text)


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """One line, if any cells were asked, whichever process asked them."""
    reports = [report for found in terminalreporter.stats.values() for report in found]
    asked = sum(
        value
        for report in reports
        for name, value in getattr(report, "user_properties", ())
        if name == CELLS and report.when == "call"
    )
    if asked:
        terminalreporter.write_line(f"{asked} cells of the access matrix were asked")
