"""The problem, as it travels through a check: one frozen record of what was asked and what was measured at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gradlab.problem.cost import Cost
from gradlab.problem.parameters import Parameters

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Problem:
    """Is `analytic` the gradient of `cost`?

    Attributes
    ----------
    cost
        The cost as a function of theta.
    noise
        Standard deviation of the noise of one value of it.
    scale
        What counts as 1 for each entry of theta.
    analytic
        The gradient that is asked about, laid out like theta; NaN where only the numeric one is wanted.
    unsure
        Entries of it that were not the same twice.
    rng
        Draws directions.
    known
        To what absolute error each entry of it is known.
    """

    cost: Cost
    noise: float
    scale: Floats
    analytic: Floats
    unsure: NDArray[np.bool_]
    rng: np.random.Generator
    known: Floats | float = 0.0

    @property
    def parameters(self) -> Parameters:
        """Names, shapes and theta."""
        return self.cost.parameters
