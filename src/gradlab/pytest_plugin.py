"""For pytest: fixtures that check gradients, and a line at the end that says what was checked and what was not."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    import gradlab

KEY = "gradlab"  # in a test's properties, which also reach the JUnit file and the workers of pytest-xdist
OPTION = "--gradlab-report"


def pytest_addoption(parser: pytest.Parser) -> None:
    """The folder for reports of what failed."""
    group = parser.getgroup("gradlab", "gradients checked by gradlab")
    group.addoption(OPTION, metavar="DIR", help="write an HTML report into this folder for each check that fails")


@pytest.fixture
def assert_gradients(request: pytest.FixtureRequest) -> Callable[..., Any]:
    """`gradlab.assert_gradients`, counted: fails with the report's text, returns the report if it is ok.

    With `--gradlab-report=DIR` a report of what failed is written there, as a page for a browser.

    Examples
    --------
    A test that takes the fixture by its name:

    >>> def test_backward(assert_gradients):
    ...     assert_gradients(lambda theta: float(theta @ theta), [1.0, 2.0], lambda theta: 2 * theta)
    """
    import gradlab  # here, since pytest imports this module in every project where gradlab is installed

    return _counted(request, gradlab.check_gradients)


@pytest.fixture
def assert_backward(request: pytest.FixtureRequest) -> Callable[..., Any]:
    """`gradlab.assert_backward`, counted, as the fixture `assert_gradients`."""
    import gradlab

    return _counted(request, gradlab.check_backward)


@pytest.fixture
def assert_jacobian(request: pytest.FixtureRequest) -> Callable[..., Any]:
    """`gradlab.assert_jacobian`, counted, as the fixture `assert_gradients`."""
    import gradlab

    return _counted(request, gradlab.check_jacobian)


def _counted(request: pytest.FixtureRequest, check: Callable[..., gradlab.Report]) -> Callable[..., gradlab.Report]:
    """The check as an assertion that leaves its verdict in the test's properties."""
    from gradlab import GradientMismatch

    def checked(*arguments: Any, **options: Any) -> gradlab.Report:
        __tracebackhide__ = True
        report = check(*arguments, **options)
        size = sum(block.size for block in report.blocks.values())
        tested = sum(block.tested_count for block in report.blocks.values())
        request.node.user_properties.append((KEY, f"{report.verdict.value} {tested} of {size}"))
        if not report.ok:
            if folder := request.config.getoption(OPTION):
                _save(report, Path(folder), request.node.nodeid)
            raise GradientMismatch(report)
        return report

    return checked


def _save(report: gradlab.Report, folder: Path, test: str) -> None:
    """A page named after the test; a number is added if the test has failed more than once."""
    folder.mkdir(parents=True, exist_ok=True)
    name = re.sub(r"[^\w.-]+", "-", test).strip("-")[-120:]
    numbers = ["", *(f"-{i}" for i in range(2, 1000))]
    free = next(path for number in numbers if not (path := folder / f"{name}{number}.html").exists())
    report.save(free)


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """How many gradients agree, and where entries were left untested: a test that passes does not show it."""
    verdicts: Counter[str] = Counter()
    partly = []
    for report in (r for outcome in terminalreporter.stats.values() for r in outcome):
        if getattr(report, "when", "") != "call":
            continue
        for key, said in getattr(report, "user_properties", ()):
            if key == KEY:
                verdict, tested, _, size = str(said).split()
                verdicts[verdict] += 1
                if tested != size:
                    partly.append(f"{report.nodeid}: {tested} of {size} entries could be tested")
    if verdicts:
        terminalreporter.section("gradients checked")
        terminalreporter.line(", ".join(f"{n} {verdict}" for verdict, n in verdicts.items()))
        for line in partly:
            terminalreporter.line(line)
