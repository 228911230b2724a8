"""The question of a check in numbers: the cost and its noise, the gradient, and what counts as 1 for each entry."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from gradlab.numeric.scaling import Scale, scales
from gradlab.problem.cost import Cost
from gradlab.problem.gradients import Analytic
from gradlab.problem.parameters import Parameters
from gradlab.problem.problem import Problem


def posed(
    cost: Cost, noise: float, analytic: Analytic, rtol: float, *, rng: np.random.Generator, large: bool
) -> Problem:
    """What is asked, in the units of each entry. At the edge of a domain slopes have more of the noise."""
    if large and cost.domain is None:
        scale: Any = Scale(cost.parameters)
    else:
        scale = np.abs(cost.inward(scales(cost.parameters)))
    known: Any = analytic.shaky(cost.parameters.slices.values())
    if rtol:
        known = np.maximum(_known(analytic.theta, rtol, cost.parameters), known)
    return Problem(
        cost=cost,
        noise=cost.louder() * noise,
        scale=scale,
        analytic=analytic.theta,
        unsure=analytic.beyond(known),
        known=known,
        rng=rng,
    )


def _known(analytic: NDArray[np.float64], rtol: float, parameters: Parameters) -> NDArray[np.float64]:
    """How well each entry of the gradient is known: a share of the largest of its block."""
    known = np.zeros(analytic.size)
    for at in parameters.slices.values():
        known[at] = rtol * np.abs(analytic[at]).max(initial=0.0)
    return np.where(np.isfinite(known), known, 0.0)
