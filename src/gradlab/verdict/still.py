"""Gradients that stay while the cost's slopes move: a function of them may keep what it was first asked for.

A slope in a cache that nobody renews is right at the params of the check, which are the first, and nowhere else. Bit
for bit the same answer elsewhere is also right, if the cost is linear; so the cost is asked whether it is.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from gradlab.problem.gradients import Analytic
from gradlab.problem.problem import Problem

AWAY, STEP = 0.1, 1e-3
"""How far away the gradient is asked again, and along what step the cost, in the units of each entry."""


def where_it_stays(problem: Problem, analytic: Analytic) -> NDArray[Any] | None:
    """Another theta at which the gradient is the same, and the cost's slope is not; None if there is none."""
    if not analytic.still or analytic.function is None or not np.any(analytic.theta):
        return None
    theta, cost = problem.parameters.theta, problem.cost
    away = cost.inward(np.asarray(problem.scale)) * problem.rng.uniform(0.5, 1.5, theta.size) * AWAY
    there: NDArray[Any] = (theta + away).astype(theta.dtype)
    if not np.array_equal(analytic.function(there), analytic.theta, equal_nan=True):
        return None
    along = STEP * problem.rng.choice([-1.0, 1.0], theta.size) * np.asarray(problem.scale)
    points = [(slice(None), base + step) for base in (there - theta, 0.0 * theta) for step in (along, -along)]
    up, down, here_up, here_down = cost.at(points)
    rise, here = up - down, here_up - here_down
    return there if abs(rise - here) > 1e-6 * (abs(rise) + abs(here)) + 100 * np.max(problem.noise) else None
