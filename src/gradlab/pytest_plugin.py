"""For pytest: a fixture that checks gradients, and a line at the end that says what was checked and what was not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Unpack

import pytest

if TYPE_CHECKING:
    import gradlab
    from gradlab.check import Options

KEY = "gradlab"  # in a test's properties, which also reach the JUnit file and the workers of pytest-xdist


@pytest.fixture
def assert_gradients(request: pytest.FixtureRequest) -> Callable[..., Any]:
    """`gradlab.assert_gradients`, counted: fails with the report's text, returns the report if it is ok.

    Examples
    --------
    A test that takes the fixture by its name:

    >>> def test_backward(assert_gradients):
    ...     assert_gradients(lambda theta: float(theta @ theta), [1.0, 2.0], lambda theta: 2 * theta)
    """
    import gradlab  # here, since pytest imports this module in every project where gradlab is installed

    def checked(cost: Any, params: Any, grads: Any, **options: Unpack[Options]) -> gradlab.Report:
        __tracebackhide__ = True
        report = gradlab.check_gradients(cost, params, grads, **options)
        size = sum(block.size for block in report.blocks.values())
        tested = sum(block.tested_count for block in report.blocks.values())
        request.node.user_properties.append((KEY, f"{report.verdict.value} {tested} of {size}"))
        if not report.ok:
            raise gradlab.GradientMismatch(report)
        return report

    return checked


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
