"""A check that agrees looks again: beside ties of the cost, and at other answers that grads gave.

Each of these is a check of its own. Its verdict counts where it is WRONG, its evaluations count always.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gradlab.problem.gradients import Analytic
from gradlab.problem.parameters import Params
from gradlab.problem.problem import Problem
from gradlab.report import Report
from gradlab.verdict.aside import fits_there, remembered
from gradlab.verdict.blocks import Verdict
from gradlab.verdict.scatter import scattered

Check = Callable[[Any, Any], Report]
"""A check of the same cost with the same options: of params and their gradients."""


@dataclass(frozen=True)
class AskedAside:
    """grads, for a check beside the params that were given: that one is not moved again."""

    grads: Callable[..., Params]

    def __call__(self, params: Any) -> Params:
        return self.grads(params)


def the_worse(report: Report, moved: Report) -> Report:
    """The report at params, or that of a check a little aside if the gradient is wrong there."""
    if moved.verdict is not Verdict.WRONG:
        return replace(_longer(report, moved), aside=moved.verdict)
    note = (
        "At the params that were given, entries at kinks agree one by one, but together they fit no slope of the "
        "cost. All numbers here are those at params moved by 1e-4 of their scale, where there are no ties."
    )
    return replace(_longer(moved, report), notes=(note, *moved.notes))


def worst_answer(
    report: Report, problem: Problem, analytic: Analytic, check: Check, masks: Mapping[str, NDArray[np.bool_]]
) -> Report:
    """The report, or that of another answer that grads gave, if that one is wrong where it was given."""
    like = problem.parameters.like
    for says, at, gradient in _other_answers(report, problem, analytic):
        other = check(like(at), like(gradient))
        report = _longer(report, other)
        if other.verdict is Verdict.WRONG:
            return replace(
                report,
                blocks=scattered(other.blocks, masks),
                findings=other.findings if at is problem.parameters.theta else (),
                cost=other.cost,
                noise=other.noise,
                notes=(says, *report.notes),
            )
    return report


def _longer(report: Report, other: Report) -> Report:
    """The report, with the evaluations and the time of another check added to its own."""
    return replace(report, evaluations=report.evaluations + other.evaluations, seconds=report.seconds + other.seconds)


def _other_answers(
    report: Report, problem: Problem, analytic: Analytic
) -> Iterator[tuple[str, NDArray[Any], NDArray[np.float64]]]:
    """What else grads answered, with what it means if that is wrong, and where it was asked."""
    theta = problem.parameters.theta
    if analytic.others and problem.cost.steady:
        says = (
            "grads gives a few answers by turns at the same params: it counts its calls, or keeps what an earlier "
            "call computed. One of them is wrong; all numbers here are those of that one."
        )
        for gradient in (analytic.theta, *analytic.others):
            yield says, theta, gradient
    if report.ok and (aside := analytic.aside) is not None and not fits_there(problem, aside):
        says = (
            "At the params that were given the gradient agrees. A little beside them, moved by up to "
            f"{np.max(np.abs(aside.at - theta)):.0e}, grads was wrong, and not as a function of params is: all "
            "numbers here are those there. Does it keep something that it computed at other params, or count "
            "its calls?"
        )
        for answer in remembered(problem.parameters, analytic):
            yield says, answer.at, answer.theta
