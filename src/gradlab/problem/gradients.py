"""The analytic side: the caller's gradients as one vector, and whether their function changes anything else."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gradlab.errors import GradlabError
from gradlab.problem.answers import out_of_data
from gradlab.problem.cost import Cost, untouched
from gradlab.problem.parameters import Parameters, Params, named
from gradlab.problem.tree import beside, by_name, is_sequence, listed

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
        Components that differ by more than rounding between two calls at the same theta, and nobody knows why.
    follows_cost
        The function answers for the params of the last call of the cost, not for those that it is given.
    accumulates
        Blocks to which every call adds the gradient once more. `theta` is then the first answer.
    differs
        By how much two answers differ.
    beside
        Names in the gradients that belong to no parameter.
    """

    theta: Floats
    function: Callable[[Floats], Floats] | None
    mutates: bool
    reuses: tuple[str, ...]
    shares: tuple[str, ...]
    unsure: NDArray[np.bool_]
    follows_cost: bool = False
    accumulates: tuple[str, ...] = ()
    differs: Floats | float = 0.0
    beside: tuple[str, ...] = ()

    def shaky(self, blocks: Iterable[slice]) -> Floats:
        """How well entries are known by what two answers differ by, where that is too little for a random draw.

        One difference says little, all of a block say more: three times their root mean square is charged, of the
        differences themselves or of their shares.
        """
        found = np.zeros(len(self.theta))
        sizes = np.abs(self.theta)
        little = (self.differs <= ROUNDING * sizes) & ~self.unsure
        for at in blocks:
            differs = np.where(little, self.differs, 0.0)[at]
            shares = differs / np.where(sizes[at] > 0, sizes[at], 1.0)
            found[at] = 3 * np.maximum(_rms(differs), _rms(shares) * sizes[at])
        return np.where(little, np.fmax(found, 0.0), 0.0)

    def beyond(self, known: Floats) -> NDArray[np.bool_]:
        """Components that differ by more than what is known of them, too."""
        return np.asarray(self.unsure & ~(self.differs <= known))


def analytic_gradients(
    grads: Params | Callable[..., Params], parameters: Parameters, cost: Cost | None = None
) -> Analytic:
    """Take the gradients as they are, or ask the function for them, twice at theta and once beside it.

    Where the two answers at theta differ, two more are asked for, which tell a function that reads what the cost
    left behind, and one that adds up its answers, from randomness.

    Parameters
    ----------
    grads
        The gradients in the structure of params, or a function of params that returns them.
    parameters
        Where they are asked for.
    cost
        Has been asked at theta already, and is asked once beside it: pairs of functions that share their state are
        common. None: there is none to ask.

    Raises
    ------
    GradlabError
        If names or shapes are not those of params, or the gradients are no real numbers.
    """
    if not callable(grads):
        given = parameters.flatten(grads).copy()
        unsure = np.zeros(parameters.size, dtype=bool)
        return Analytic(given, None, False, (), _sharing(grads), unsure, beside=beside(grads, parameters.views))
    theta, before = parameters.theta, parameters.theta.copy()
    call_cost = cost.call_at if cost is not None else lambda point: None
    with np.errstate(all="ignore"):
        nearby = _moved(before, 1e-6, cost)
        aside = _moved(before, 1e-3, cost)  # so far that gradients there differ by more than rounding

    def asked(params: Any) -> Any:
        try:
            return listed(grads(params), params)
        except StopIteration:
            raise out_of_data("grads") from None

    def at(point: NDArray[Any]) -> Floats:
        theta[:] = point
        try:  # a gradient such as that of ½‖θ‖² may be theta itself: it is copied before theta is put back
            return parameters.flatten(asked(parameters.like(theta))).copy()
        finally:
            theta[:] = before

    def after_cost(point: NDArray[Any]) -> Floats:
        call_cost(point)
        return at(point)

    first, mutates = untouched(asked, parameters)
    if first is None:
        raise GradlabError("grads must return the gradients, got None: is a return missing?")
    gradients = parameters.flatten(first)
    call_cost(aside)
    at(nearby)  # another input must leave the first answer alone
    kept, again = parameters.flatten(first), at(before)
    unsure, follows_cost, accumulates = _differ(again, gradients), False, np.zeros(parameters.size, dtype=bool)
    if unsure.any():
        third = after_cost(before)
        call_cost(aside)
        fourth = at(before)
        follows_cost = not _differ(third, gradients).any() and not _differ(fourth, again).any()
        with np.errstate(all="ignore"):
            adds = ~unsure | (~_differ(third - again, gradients) & ~_differ(fourth - third, gradients))
        for at_block in parameters.slices.values():  # by block: noise can look like it in a few entries
            accumulates[at_block] = unsure[at_block] & adds[at_block].all()
        unsure = unsure & ~accumulates & (not follows_cost)
    with np.errstate(all="ignore"):
        differs = np.abs(again - gradients)
    return Analytic(
        theta=gradients,
        function=after_cost if follows_cost else at,
        mutates=mutates,
        reuses=tuple(
            name for name, s in parameters.slices.items() if not np.array_equal(gradients[s], kept[s], equal_nan=True)
        ),
        shares=_sharing(first),
        unsure=unsure,
        follows_cost=follows_cost,
        accumulates=tuple(name for name, s in parameters.slices.items() if accumulates[s].any()),
        differs=differs,
        beside=beside(first, parameters.views),
    )


def _moved(theta: NDArray[Any], share: float, cost: Cost | None) -> NDArray[Any]:
    """Every entry by a share of itself, or by so much where it is 0; to the side on which there is room."""
    by = np.where(theta, theta * share, share)
    moved = theta + (by if cost is None else cost.inward(by))
    return moved if cost is None else cost.clipped(moved.astype(theta.dtype))


def _rms(x: Floats) -> float:
    return float(np.sqrt(np.mean(x**2))) if x.size else 0.0


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

    return lambda params: pair(params)[0], lambda params: _behind_cost(pair(params), params)


def _behind_cost(answer: Any, params: Any) -> Any:
    """(cost, grads, ...), or (cost, gradient, gradient, ...) where there is one for each array of a list or tuple."""
    count = len(params) if is_sequence(params) else 0
    apart = 0 < count < len(answer) and by_name(answer[1]) is None and not is_sequence(answer[1], inside=True)
    return list(answer[1 : 1 + count]) if apart and not isinstance(answer[1], Iterator) else answer[1]


def _differ(one: Floats, other: Floats) -> NDArray[np.bool_]:
    """Where two answers differ by more than a sum in another order does; NaN, or the same inf, twice is the same."""
    with np.errstate(all="ignore"):
        apart = np.abs(one - other) > ROUNDING * np.abs(other)
    return np.asarray((apart & (one != other)) | (np.isnan(one) != np.isnan(other)))


def _sharing(grads: Params) -> tuple[str, ...]:
    """Blocks whose gradients lie in the memory of another's."""
    arrays = {name: np.asarray(value) for name, value in named(grads).items() if isinstance(value, np.ndarray)}
    return tuple(
        name
        for name, array in arrays.items()
        if any(key != name and np.shares_memory(array, other) for key, other in arrays.items())
    )
