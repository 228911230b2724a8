"""Entries at kinks, accepted one by one: do they also hold together?

Of max(x) at a tie every entry alone may be anything from 0 to 1, but together they must add up to 1: along the line
that moves all of them the cost has no kink. So the slope of the gradient along a few joint directions is held against
both sides of the cost there. That is evidence and no verdict: where biases are 0 and a row is padded, right code has
entries that do not hold together either. A little beside the point there are no ties, and one can know.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from gradlab import constants as tuned
from gradlab.numeric.answer import Reason
from gradlab.numeric.ladder import Line
from gradlab.problem.problem import Problem
from gradlab.verdict.bisection import along
from gradlab.verdict.blocks import Block, Verdict


def hold_together(problem: Problem, blocks: Mapping[str, Block]) -> bool | None:
    """Whether the entries accepted at kinks fit the cost along joint directions; None if there are less than two."""
    kinked = _at_kinks(problem, blocks)
    if len(kinked) < 2:
        return None
    start, stop = int(kinked.min()), int(kinked.max()) + 1
    lines = []
    for k in range(tuned.JOINT_LINES):
        unit = np.zeros(stop - start)
        signs = problem.rng.choice([-1.0, 1.0], len(kinked)) if k else 1.0
        unit[kinked - start] = signs * problem.scale[kinked]
        lines.append(Line(slice(start, stop), unit))
    analytic, seen = along(problem, lines, closer=0, stairs=False)
    told = (seen.reason == Reason.NONE) | (seen.reason == Reason.KINK)
    return bool(np.all(np.abs(analytic - seen.value)[told] <= tuned.BEYOND * seen.bound[told]))


def beside(problem: Problem) -> NDArray[np.float64]:
    """Theta a little aside, where ties are broken: inside its bounds, by another amount for each entry."""
    theta = problem.parameters.theta
    away = problem.cost.inward(np.asarray(problem.scale)) * problem.rng.uniform(0.5, 1.5, theta.size)
    return np.asarray((theta + tuned.ASIDE * away).astype(theta.dtype))


def _at_kinks(problem: Problem, blocks: Mapping[str, Block]) -> NDArray[np.int_]:
    """Entries of theta that are accepted between two slopes."""
    found = [np.empty(0, dtype=np.int_)]
    for name, at in problem.parameters.slices.items():
        block = blocks.get(name)
        if block is not None and not block.directions and block.size == at.stop - at.start:
            accepted = (block.verdicts == Verdict.AGREES) & (block.reason == Reason.KINK)
            found.append(at.start + np.flatnonzero(accepted))
    return np.concatenate(found)
