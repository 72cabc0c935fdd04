"""A pytest plugin that watches, while any test runs, every place where what is known of people must not turn up.

A canary there fails the test that is running, told by sink and form. Where a test sends one on purpose, its mark
`sends_canaries("address", reason=...)` says where to and why. At the end one line tells how many texts were looked at
where, and a run of every test fails where a place was never looked at.
"""

import os
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.canary_outputs import LOGS, OUTPUTS
from tests.canary_sinks import watched
from tests.canary_tally import USED_BY_A_FULL_RUN, WATCH

MARK = "sends_canaries"
# What the processes of a parallel run have looked at.
SCANNED: Counter[str] = Counter()
# What was found when all was over.
FAULTS: list[str] = []


def check(excused: frozenset[str] = frozenset()) -> None:
    """Raise AssertionError for what was seen in sinks that are not excused."""
    OUTPUTS.read()
    seen = WATCH.taken(excused)
    assert not seen, "a canary got out: " + "; ".join(seen[:5])


def pytest_configure(config: pytest.Config) -> None:
    """Declare the mark."""
    config.addinivalue_line("markers", f"{MARK}(*sinks, reason): sends a canary to these places on purpose")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    """What the test and its set-up let out fails it."""
    result = yield
    check(_excused(item))
    return result


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item) -> Iterator[None]:
    """What was let out afterwards fails as well, and what was printed."""
    OUTPUTS.read()
    result = yield
    for _when, _stream, printed in item._report_sections:
        WATCH.look("captured output", printed)
    check(_excused(item))
    return result


@pytest.fixture(scope="session", autouse=True)
def _sinks_are_watched() -> Iterator[None]:
    with watched():
        yield


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Tell whoever started this process; who started them all fails a full run that did not look everywhere."""
    told: dict[str, Any] | None = getattr(session.config, "workeroutput", None)
    if told is not None:
        told["scanned"] = dict(WATCH.scanned)
        return
    if data := os.environ.get("IOP_DATA"):
        # The servers of all tests at once: what they log is nobody's in particular.
        OUTPUTS.folders.add(Path(data) / LOGS)
        OUTPUTS.read()
    SCANNED.update(WATCH.scanned)
    FAULTS.extend(WATCH.taken())
    if _is_full(session.config):
        FAULTS.extend(f"{sink}: never looked at" for sink in never_looked_at(SCANNED))
    if FAULTS:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """A process of a parallel run has ended."""
    SCANNED.update(getattr(node, "workeroutput", {}).get("scanned", {}))


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """One line."""
    where = ", ".join(f"{sink} {number}" for sink, number in sorted(SCANNED.items()))
    terminalreporter.write_line(f"{SCANNED.total()} texts were searched for canaries: {where}")
    for fault in FAULTS:
        terminalreporter.write_line(fault, red=True)


def never_looked_at(scanned: Mapping[str, int]) -> list[str]:
    """The places that a run of every test uses and that were not looked at."""
    return sorted(sink for sink in USED_BY_A_FULL_RUN if not scanned.get(sink))


def _excused(item: pytest.Item) -> frozenset[str]:
    marks = list(item.iter_markers(MARK))
    assert all(mark.kwargs.get("reason") for mark in marks), f"{MARK} wants a reason"
    return frozenset(sink for mark in marks for sink in mark.args)


def _is_full(config: pytest.Config) -> bool:
    """Whether every test was asked for."""
    chosen = [config.getoption(name, default=None) for name in ("keyword", "markexpr", "deselect", "lf", "collectonly")]
    return config.args_source is pytest.Config.ArgsSource.TESTPATHS and not any(chosen)
