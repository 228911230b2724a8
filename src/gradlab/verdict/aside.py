"""One answer of grads beside params: does the cost have that slope there?

A gradient is right at params alone if it keeps what it computed at the first call, or at another: so it is asked
once beside. Where the cost has not risen as the slopes at both ends say, there may also be a kink on the way, or
noise. One slope of the cost there tells these from a wrong answer, which is then checked entry by entry.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from gradlab.problem.buffers import same
from gradlab.problem.gradients import Analytic, Answer
from gradlab.problem.parameters import Parameters
from gradlab.problem.problem import Problem
from gradlab.stencils import CENTRAL

NOISES = 4.0  # standard deviations of the noise of a value that a slope may be off by
BLOCKS = 20  # that are moved alone at most
LENGTH = (3e-1, 1e-2)  # of the steps, in ways from params to there, in float32, in float64


def fits_there(problem: Problem, answer: Answer) -> bool:
    """Whether the gradient has the slope of the cost at its point, on the line from params; False where none is seen.

    Two central differences, of which the longer tells how far the shorter is off.
    """
    theta = problem.parameters.theta
    away = np.subtract(answer.at, theta, dtype=np.float64)
    step = LENGTH[theta.dtype.itemsize > 4]

    def cost(t: float) -> float:
        return float(problem.cost.at([(slice(None), (1 + t) * away)])[0])

    slope, longer = CENTRAL(cost, 0.0, step), CENTRAL(cost, 0.0, 2 * step)
    rounding = float(np.finfo(theta.dtype).eps) ** 0.5 * float(np.abs(answer.theta) @ np.abs(away))
    bound = rounding + abs(slope - longer) + NOISES * problem.noise / step
    return bool(abs(slope - float(answer.theta @ away)) <= bound)


def remembered(parameters: Parameters, analytic: Analytic) -> Iterator[Answer]:
    """Answers beside params that show a memory: the same as at params, or another one when asked for again.

    Without one, a gradient may be meant for these params alone, as that of a cost in which something computed at them
    is held. Where all of them move, an answer that keeps one factor moves too: so each block is moved alone, and its
    own slopes are those that stay.
    """
    aside, ask, here = analytic.aside, analytic.function, analytic.theta
    if aside is None or ask is None:
        return
    there = np.asarray(aside.at, dtype=np.float64)
    alike = [np.allclose(ask(there), aside.theta, rtol=1e-6, atol=0, equal_nan=True) for _ in range(2)]
    if same(aside.theta, here) or not all(alike):
        yield aside
        return
    for s in list(parameters.slices.values())[:BLOCKS]:
        at = parameters.theta.astype(np.float64)
        at[s] = there[s]
        answer = ask(at)
        if same(answer[s], here[s]):
            yield Answer(at.astype(parameters.theta.dtype), answer)
