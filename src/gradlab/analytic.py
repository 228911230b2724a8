"""The analytic side: the caller's gradients as one vector, and whether their function keeps its hands clean."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gradlab.errors import GradlabError
from gradlab.parameters import Parameters, Params, named

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Analytic:
    """The gradients laid out like theta, and what was seen when they were asked for.

    Attributes
    ----------
    theta
        The gradients as one vector.
    function
        Gradients at another theta, if the caller gave a function; else None.
    mutates
        The function changed its input.
    reuses
        Blocks whose array, handed out once, changed at the next call: a buffer that is used again.
    steady
        False if two calls at the same theta differ.
    """

    theta: Floats
    function: Callable[[Floats], Floats] | None
    mutates: bool
    reuses: tuple[str, ...]
    steady: bool


def analytic_gradients(grads: Params | Callable[..., Params], parameters: Parameters) -> Analytic:
    """Take the gradients as they are, or ask the function for them, twice at theta and once beside it.

    Raises
    ------
    GradlabError
        If names or shapes are not those of params, or the gradients are no real numbers.
    """
    if not callable(grads):
        return Analytic(parameters.flatten(grads).copy(), None, mutates=False, reuses=(), steady=True)
    theta, before = parameters.theta, parameters.theta.copy()

    def at(point: NDArray[Any]) -> Any:
        theta[:] = point
        try:
            return grads(parameters.views)
        finally:
            theta[:] = before

    first = grads(parameters.views)
    mutates = not np.array_equal(theta, before)
    theta[:] = before
    if first is None:
        raise GradlabError("grads must return the gradients, got None: is a return missing?")
    gradients = parameters.flatten(first)
    at(before * (1 + 1e-6))  # another input must leave the first answer alone
    kept = parameters.flatten(first)
    reuses = tuple(
        name for name, s in parameters.slices.items() if not np.array_equal(gradients[s], kept[s], equal_nan=True)
    )
    again = parameters.flatten(at(before))
    return Analytic(
        theta=gradients,
        function=lambda point: parameters.flatten(at(point)),
        mutates=mutates,
        reuses=reuses or _overlapping(first),
        steady=np.array_equal(gradients, again, equal_nan=True),
    )


def _overlapping(grads: Params) -> tuple[str, ...]:
    """Blocks whose gradients lie in the same memory."""
    arrays = {name: np.asarray(value) for name, value in named(grads).items()}
    return tuple(
        name
        for name, array in arrays.items()
        if any(other is not array and np.shares_memory(array, other) for other in arrays.values())
    )
