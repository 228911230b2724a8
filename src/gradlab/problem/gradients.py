"""The analytic side: the caller's gradients as one vector, and whether their function changes anything else."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gradlab import constants as tuned
from gradlab.errors import GradlabError
from gradlab.problem.answers import NO_VALUE, out_of_data
from gradlab.problem.arguments import LEFT_IN_OBJECT
from gradlab.problem.buffers import same, watched
from gradlab.problem.constant import is_constant
from gradlab.problem.cost import Cost, untouched
from gradlab.problem.direction import PIECE
from gradlab.problem.displaced import Aside, To
from gradlab.problem.layer import UpstreamGradients
from gradlab.problem.parameters import Parameters, Params, named
from gradlab.problem.tree import beside, by_name, is_object, is_sequence, listed

Floats = NDArray[np.float64]

# to the point beside theta in float32, in float64: gradients there differ by more than rounding
BESIDE = (3e-2, 1e-3)
AGAIN = 3  # times that grads is asked at theta after the first: with the call beside, five answers in a row are seen
RISES_BY = 1e-6  # share by which the cost may rise otherwise than both slopes say: a kept slope is off by about 1e-4


@dataclass(frozen=True)
class Answer:
    """What the function of gradients said at another point.

    Attributes
    ----------
    at
        The point.
    theta
        The gradients there.
    """

    at: NDArray[Any]
    theta: Floats


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
    others
        Other answers at theta, of a function that gives a few by turns and is not random.
    aside
        What the function said a little beside theta, if the cost did not rise on the way as both answers say.
    by_params
        The caller's function by itself, if there is one: at params of any dtype.
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
    others: tuple[Floats, ...] = ()
    aside: Answer | None = None
    by_params: Callable[[Any], Params] | None = None

    def shaky(self, blocks: Iterable[slice]) -> Floats | float:
        """How well entries are known by what two answers differ by, where that is too little for a random draw.

        One difference says little, all of a block say more: three times their root mean square is charged, of the
        differences themselves or of their shares.
        """
        if not np.ndim(self.differs):
            return 0.0
        found = np.zeros(len(self.theta))
        sizes = np.abs(self.theta)
        little = (self.differs <= tuned.SAME_ANSWER * sizes) & ~self.unsure
        for at in blocks:
            differs = np.where(little, self.differs, 0.0)[at]
            shares = differs / np.where(sizes[at] > 0, sizes[at], 1.0)
            found[at] = 3 * np.maximum(_rms(differs), _rms(shares) * sizes[at])
        return np.where(little, np.fmax(found, 0.0), 0.0)

    def beyond(self, known: Floats | float) -> NDArray[np.bool_]:
        """Components that differ by more than what is known of them, too."""
        return np.asarray(self.unsure & ~(self.differs <= known)) if self.unsure.any() else self.unsure


def analytic_gradients(
    grads: Params | Callable[..., Params], parameters: Parameters, cost: Cost | None = None
) -> Analytic:
    """Take the gradients as they are, or ask the function for them, some times at theta and once beside it.

    Where answers at theta differ, more are asked for, which tell a function that reads what the cost left behind, one
    that adds up its answers, and one that gives a few answers by turns, from randomness.

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
    names = parameters.slices.items()
    if not callable(grads):
        return _as_given(grads, parameters)
    theta, ask = parameters.theta, _Asked(grads, parameters, cost)
    far = _beside(theta, BESIDE[theta.dtype.itemsize > 4], cost)
    here = To(theta)
    first, mutates = untouched(ask, parameters)
    if first is None:
        left = f" {LEFT_IN_OBJECT}" if is_object(parameters.views) else ""
        raise GradlabError(f"grads must return the gradients, got None: is a return missing?{left}")
    gradients = parameters.flatten(first)
    shares, more = _sharing(first), beside(first, parameters.views)
    buffers = {name: watched(value) for name, value in named(first, parameters.views).items()}
    del first
    rise = ask.call_cost(far) - (cost.value if cost is not None and not mutates else np.nan)
    aside = ask.beside(far, _beside(theta, 1e-6, cost), gradients, rise)  # it must leave the first answer alone
    reuses = tuple(name for name, s in names if _written_over(buffers[name](), gradients[s]))
    for i in range(AGAIN):
        answers: dict[str, Floats] = {}  # the last ones are not kept while new ones are made
        answers, at_once = ask.at(here), i == 0
        if not (steady := all(same(answers[name], gradients[s]) for name, s in names)):
            break
    unsure: NDArray[np.bool_] = np.broadcast_to(np.False_, gradients.shape)
    follows_cost, accumulates = False, np.zeros_like(unsure[:0])
    differs: Floats | float = 0.0
    others: tuple[Floats, ...] = ()
    if not steady:
        unsure = np.concatenate([_differ(answers[name], gradients[s]) for name, s in names])
        again = _in_one(answers)
        with np.errstate(all="ignore"):
            differs = np.abs(again - gradients)
        if unsure.any():
            third = ask.after_cost(here)
            ask.call_cost(far)
            four = (gradients, again, third, ask.flat(here))
            follows_cost, accumulates = _explained(four, unsure, parameters.slices.values())
            # What counts its calls may look like it so far.
            follows_cost = follows_cost and at_once and not _differ(ask.after_cost(here), gradients).any()
            unsure = unsure & ~accumulates & (not follows_cost)
        if unsure.any():
            others = _by_turns([*four, *(ask.flat(here) for _ in range(AGAIN))])
    elsewhere = ask.after_cost if follows_cost else ask.flat
    return Analytic(
        theta=gradients,
        function=lambda theta: elsewhere(To(theta)),
        mutates=mutates,
        reuses=reuses,
        shares=shares,
        unsure=unsure,
        follows_cost=follows_cost,
        accumulates=tuple(name for name, s in names if accumulates[s].any()),
        differs=differs,
        beside=more,
        others=others,
        aside=None if follows_cost or accumulates.any() or unsure.any() or _are_numbers(grads) else aside,
        by_params=None if follows_cost else ask,
    )


class _Asked:
    """The function of gradients, asked at points beside theta, which is put back each time."""

    def __init__(self, grads: Callable[..., Params], parameters: Parameters, cost: Cost | None) -> None:
        self._grads, self._parameters = grads, parameters
        self.call_cost: Callable[[To | Aside], float] = cost.call_at if cost is not None else lambda point: np.nan

    def __call__(self, params: Any) -> Any:
        try:
            return listed(self._grads(params), params)
        except StopIteration:
            raise out_of_data("grads") from None

    def at(self, point: To | Aside) -> dict[str, Floats]:
        """The gradients there, by block."""
        with self._moved(point) as moving:
            found = self._parameters.by_block(self(self._parameters.like(moving)))
            # A gradient such as that of ½‖θ‖² may be theta itself: it is copied before theta is put back.
            return {name: a.copy() if np.may_share_memory(a, moving) else a for name, a in found.items()}

    @contextmanager
    def _moved(self, point: To | Aside) -> Iterator[NDArray[Any]]:
        theta, (moving, _) = self._parameters.theta, self._parameters.moving
        point.write(slice(None), theta, moving)
        try:
            yield moving
        finally:
            moving[:] = theta

    def beside(self, point: To | Aside, closer: To | Aside, here: Floats, rise: float) -> Answer | None:
        """The gradients at a point beside theta, if they do not fit what they are at theta and the rise of the cost.

        The cost rises by the mean of both slopes, but for a third power of the way. Of a slope that is kept from
        another point, or that is wrong at every second call, it does not.
        """
        try:
            found = self.at(point)
        except NO_VALUE:  # there may be no gradient so far away
            self.at(closer)
            return None
        along = size = 0.0
        with self._moved(point) as moving, np.errstate(all="ignore"):
            for name, s in self._parameters.slices.items():
                for i in range(0, s.stop - s.start, PIECE):
                    at = slice(s.start + i, min(s.start + i + PIECE, s.stop))
                    way = np.subtract(moving[at], self._parameters.theta[at], dtype=np.float64)
                    mean = (found[name][i : i + PIECE] + here[at]) / 2
                    along += float(way @ mean)
                    size += float(np.abs(way) @ np.abs(mean))
            if not abs(rise - along) > RISES_BY * size:
                return None
            return Answer(moving.copy(), _in_one(found))

    def flat(self, point: To | Aside) -> Floats:
        """The gradients there, as one vector."""
        return _in_one(self.at(point))

    def after_cost(self, point: To | Aside) -> Floats:
        """The same, once the cost has been asked there."""
        self.call_cost(point)
        return self.flat(point)


def _in_one(blocks: Mapping[str, Floats]) -> Floats:
    return np.concatenate(list(blocks.values()))


def _as_given(grads: Params, parameters: Parameters) -> Analytic:
    parts = parameters.by_block(grads)
    given = _in_one(parts) if len(parts) > 1 else next(iter(parts.values()))
    sure = np.broadcast_to(np.False_, given.shape)
    return Analytic(given, None, False, (), _sharing(grads), sure, beside=beside(grads, parameters.views))


def _explained(
    four: tuple[Floats, Floats, Floats, Floats], unsure: NDArray[np.bool_], blocks: Iterable[slice]
) -> tuple[bool, NDArray[np.bool_]]:
    """Whether answers that differ follow the last call of the cost, and which are summed from call to call."""
    first, second, third, fourth = four
    follows_cost = not _differ(third, first).any() and not _differ(fourth, second).any()
    accumulates = np.zeros_like(unsure)
    with np.errstate(all="ignore"):
        adds = ~unsure | (~_differ(third - second, first) & ~_differ(fourth - third, first))
    for block in blocks:  # by block: noise can look like it in a few entries
        accumulates[block] = unsure[block] & adds[block].all()
    return follows_cost, accumulates


def _are_numbers(grads: Callable[..., Any]) -> bool:
    """Whether they were computed before the check, though they are handed over as a function."""
    if isinstance(grads, UpstreamGradients):
        return is_constant(grads.layer.backward, reads=1)
    return is_constant(grads)


def _by_turns(answers: Sequence[Floats]) -> tuple[Floats, ...]:
    """All but the first of the answers, each once, if there are few: those of a random draw are all different."""
    different: list[Floats] = []
    for answer in answers:
        if all(_differ(answer, one).any() for one in different):
            different.append(answer)
    return tuple(different[1:]) if len(different) <= len(answers) // 2 else ()


def _beside(theta: NDArray[Any], share: float, cost: Cost | None) -> To | Aside:
    """Every entry by about a share of itself, to the side on which there is room."""
    if cost is None or cost.domain is None:
        return Aside(share)
    away = np.concatenate([piece for _, piece in Aside(share).pieces(theta)]) if theta.size else np.zeros(0)
    with np.errstate(all="ignore"):
        moved = theta + cost.inward(away)
    return To(cost.clipped(moved.astype(theta.dtype)))


def _rms(x: Floats) -> float:
    return float(np.sqrt(np.mean(x**2))) if x.size else 0.0


def separated(both: Callable[[Any], Any]) -> tuple[Callable[[Any], Any], Callable[[Any], Any]]:
    """Cost and gradients of a function that returns (cost, grads, ...); what comes behind them is left alone."""
    if not callable(both):
        raise GradlabError(f"grads=True says that the first argument returns (cost, grads): it is {both!r}")

    def pair(params: Any) -> Any:
        answer = both(params)
        members = by_name(answer) if not isinstance(answer, list | tuple) else None
        pair = answer if members is None else tuple(members.values())  # of a dict or a dataclass, in its order
        if not isinstance(pair, list | tuple) or len(pair) < 2:
            raise GradlabError(
                "grads=True says that the function returns a tuple (cost, grads, ...): it returned "
                f"a {type(answer).__name__}. If it returns the cost alone, hand over grads as a function or as arrays"
            )
        if _gradients_first(pair):
            raise GradlabError(
                "grads=True says that the function returns (cost, grads): it returns (grads, cost). "
                "Turn them round: lambda *p: f(*p)[::-1]"
            )
        return pair

    return lambda params: _without_more(pair(params)[0]), lambda params: _behind_cost(pair(params), params)


def _gradients_first(pair: Any) -> bool:
    """A number behind what is no number: an array of several, or arrays in a dict or a list."""
    numbers = isinstance(pair[1], float | np.floating | np.ndarray) and np.size(pair[1]) == 1
    several = isinstance(pair[0], np.ndarray) and pair[0].size > 1
    return numbers and (several or by_name(pair[0]) is not None or isinstance(pair[0], list))


def _without_more(cost: Any) -> Any:
    """The cost itself where (cost, aux) stands in its place, as in JAX's `value_and_grad(..., has_aux=True)`."""
    return cost[0] if isinstance(cost, tuple) and cost and np.ndim(cost[0]) == 0 else cost


def _behind_cost(answer: Any, params: Any) -> Any:
    """(cost, grads, ...), or (cost, gradient, gradient, ...) where there is one for each array of a list or tuple."""
    count = len(params) if is_sequence(params) else 0
    apart = 0 < count < len(answer) and by_name(answer[1]) is None and not is_sequence(answer[1], inside=True)
    return list(answer[1 : 1 + count]) if apart and not isinstance(answer[1], Iterator) else answer[1]


def _differ(one: Floats, other: Floats) -> NDArray[np.bool_]:
    """Where two answers differ by more than a sum in another order does; NaN, or the same inf, twice is the same."""
    found = np.empty(one.shape, dtype=bool)
    with np.errstate(all="ignore"):
        for i in range(0, len(one), PIECE):
            a, b = one[i : i + PIECE], other[i : i + PIECE]
            apart = np.abs(a - b) > tuned.SAME_ANSWER * np.abs(b)
            found[i : i + PIECE] = (apart & (a != b)) | (np.isnan(a) != np.isnan(b))
    return found


def _written_over(now: Any, before: Floats) -> bool:
    """Whether an array that was handed out holds other numbers now."""
    return now is not None and not same(before, np.asarray(now, dtype=np.float64).ravel())


def _sharing(grads: Params) -> tuple[str, ...]:
    """Blocks whose gradients lie in the memory of another's."""
    arrays = {name: np.asarray(value) for name, value in named(grads).items() if isinstance(value, np.ndarray)}
    return tuple(
        name
        for name, array in arrays.items()
        if any(key != name and np.shares_memory(array, other) for key, other in arrays.items())
    )
