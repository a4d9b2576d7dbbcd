"""Figures that a test found, printed at the end of the run: also of a test that passed.

A figure travels as a property of the test's report, so it comes home from another process too.
"""

from collections.abc import Callable, Iterable
from functools import partial

import pytest

PROPERTY = "figure"

Tell = Callable[[str], None]


@pytest.fixture
def tell(record_property: Callable[[str, object], None]) -> Tell:
    """Return a function: a line for the end of the run."""
    return partial(record_property, PROPERTY)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    lines = list(_lines(report for kept in terminalreporter.stats.values() for report in kept))
    if lines:
        terminalreporter.section("figures")
    for line in lines:
        terminalreporter.write_line(line)


def _lines(reports: Iterable[object]) -> Iterable[str]:
    for report in reports:
        if isinstance(report, pytest.TestReport) and report.when == "call":
            yield from (str(value) for name, value in report.user_properties if name == PROPERTY)
