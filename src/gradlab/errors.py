"""What can go wrong: input that cannot be checked, and a gradient that does not match."""

from __future__ import annotations

from typing import Protocol, TypeVar


class GradlabError(ValueError):
    """The input cannot be checked. The message names the argument, the rule and the way out."""


class Readable(Protocol):
    """Anything whose text tells the whole story; in practice a report."""

    def __str__(self) -> str: ...


class Answer(Readable, Protocol):
    """One that is right or not, too."""

    @property
    def ok(self) -> bool: ...


SomeAnswer = TypeVar("SomeAnswer", bound=Answer)


class GradientMismatch(AssertionError):
    """The gradients are not right, or could not be told to be. `report` holds the whole answer."""

    def __init__(self, report: Readable) -> None:
        super().__init__(f"\n{report}")  # pytest prefixes the class name: begin on a line of its own
        self.report = report


def passed(report: SomeAnswer) -> SomeAnswer:
    """The report if it is ok.

    Raises
    ------
    GradientMismatch
        If it is not.
    """
    __tracebackhide__ = True  # pytest then points at the line of the test
    if not report.ok:
        raise GradientMismatch(report)
    return report
