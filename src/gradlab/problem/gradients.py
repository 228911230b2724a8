"""The analytic side: the caller's gradients as one vector, and whether their function keeps its hands clean."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gradlab.errors import GradlabError
from gradlab.problem.cost import untouched
from gradlab.problem.parameters import Parameters, Params, named

Floats = NDArray[np.float64]

ROUNDING = 1e-6  # share by which two answers may differ: a sum in another order is not a random draw


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
    shares
        Blocks whose gradients lie in the memory of another's.
    unsure
        Components that differ, by more than rounding, between two calls at the same theta.
    """

    theta: Floats
    function: Callable[[Floats], Floats] | None
    mutates: bool
    reuses: tuple[str, ...]
    shares: tuple[str, ...]
    unsure: NDArray[np.bool_]


def analytic_gradients(grads: Params | Callable[..., Params], parameters: Parameters) -> Analytic:
    """Take the gradients as they are, or ask the function for them, twice at theta and once beside it.

    Raises
    ------
    GradlabError
        If names or shapes are not those of params, or the gradients are no real numbers.
    """
    if not callable(grads):
        given = parameters.flatten(grads).copy()
        return Analytic(given, None, False, (), _sharing(grads), np.zeros(parameters.size, dtype=bool))
    theta, before = parameters.theta, parameters.theta.copy()

    def at(point: NDArray[Any]) -> Any:
        theta[:] = point
        try:
            return grads(parameters.like(theta))
        finally:
            theta[:] = before

    first, mutates = untouched(grads, parameters)
    if first is None:
        raise GradlabError("grads must return the gradients, got None: is a return missing?")
    gradients = parameters.flatten(first)
    at(np.where(before, before * (1 + 1e-6), 1e-6))  # another input must leave the first answer alone
    kept, again = parameters.flatten(first), parameters.flatten(at(before))
    off = np.abs(again - gradients) > ROUNDING * np.abs(gradients)
    return Analytic(
        theta=gradients,
        function=lambda point: parameters.flatten(at(point)),
        mutates=mutates,
        reuses=tuple(
            name for name, s in parameters.slices.items() if not np.array_equal(gradients[s], kept[s], equal_nan=True)
        ),
        shares=_sharing(first),
        unsure=off | (np.isnan(again) != np.isnan(gradients)),
    )


def separated(both: Callable[[Any], Any]) -> tuple[Callable[[Any], Any], Callable[[Any], Any]]:
    """Cost and gradients of a function that returns (cost, grads, ...); what comes behind them is left alone."""
    if not callable(both):
        raise GradlabError(f"grads=True says that the first argument returns (cost, grads): it is {both!r}")

    def pair(params: Any) -> Any:
        answer = both(params)
        if not isinstance(answer, list | tuple) or len(answer) < 2:
            raise GradlabError(
                "grads=True says that the function returns a tuple (cost, grads, ...): it returned "
                f"a {type(answer).__name__}. If it returns the cost alone, hand over grads as a function or as arrays"
            )
        return answer

    return lambda params: pair(params)[0], lambda params: pair(params)[1]


def _sharing(grads: Params) -> tuple[str, ...]:
    """Blocks whose gradients lie in the memory of another's."""
    arrays = {name: np.asarray(value) for name, value in named(grads).items()}
    return tuple(
        name
        for name, array in arrays.items()
        if any(key != name and np.shares_memory(array, other) for key, other in arrays.items())
    )
