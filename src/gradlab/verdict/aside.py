"""One answer of grads beside params: does the cost have that slope there?

A gradient is right at params alone if it keeps what it computed at the first call, or at another: so it is asked
once beside. Where the cost has not risen as the slopes at both ends say, there may also be a kink on the way, or
noise. One slope of the cost there tells these from a wrong answer, which is then checked entry by entry.
"""

from __future__ import annotations

import numpy as np

from gradlab.problem.gradients import Answer
from gradlab.problem.problem import Problem

NOISES = 4.0  # standard deviations of the noise of a value that a slope may be off by
LENGTH = (3e-1, 1e-2)  # of the steps, in ways from params to there, in float32, in float64


def fits_there(problem: Problem, answer: Answer) -> bool:
    """Whether the gradient has the slope of the cost at its point, on the line from params; False where none is seen.

    Two central differences, of which the longer tells how far the shorter is off.
    """
    theta = problem.parameters.theta
    away = np.subtract(answer.at, theta, dtype=np.float64)
    step = LENGTH[theta.dtype.itemsize > 4]
    up, down, far_up, far_down = problem.cost.at([(slice(None), (1 + t * step) * away) for t in (1, -1, 2, -2)])
    slope, longer = (up - down) / (2 * step), (far_up - far_down) / (4 * step)
    rounding = float(np.finfo(theta.dtype).eps) ** 0.5 * float(np.abs(answer.theta) @ np.abs(away))
    bound = rounding + abs(slope - longer) + NOISES * problem.noise / step
    return bool(abs(slope - float(answer.theta @ away)) <= bound)
