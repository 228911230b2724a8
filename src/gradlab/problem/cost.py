"""The cost as a function of theta: guarded, counted, and asked at many displaced points."""

from __future__ import annotations

import functools
import time
import warnings
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from gradlab.errors import GradlabError
from gradlab.problem.parameters import Parameters, named

Point: TypeAlias = tuple[Any, Any]
"""(where, delta): theta[where] moved by delta. `where` is a component, a slice or an array of components."""

SHORT = 12  # binary digits: numbers as short as this, sums of round-off for example, fit any precision
CHUNK = 64  # points between two looks at the progress, and what one worker is given at a time
STACK = 2**22  # numbers that a vectorized cost is given at once: 32 MB of float64


class Cost:
    """Asks the caller's cost for its value at theta and near theta, and always leaves theta as it was.

    Attributes
    ----------
    value
        The cost at theta.
    steady
        False if two evaluations at the same theta differ: there is randomness, or a memory.
    draws
        The cost moved NumPy's global random state.
    seconds
        How long the second evaluation took.
    watch
        Told how many points have been evaluated, now and then.
    single, moved
        Every value that differs from that at theta was a whole float32 number, and how many of them have so many
        digits that this says something.
    mutates
        True if the cost changed its input. theta is then put back after every evaluation.
    evaluations
        How many times the cost was evaluated.
    """

    def __init__(
        self,
        cost: Callable[..., Any],
        parameters: Parameters,
        *,
        vectorized: bool = False,
        workers: int | Callable[..., Iterable[Any]] | None = None,
    ) -> None:
        if not callable(cost):
            raise GradlabError(f"cost must be a function of params, got {type(cost).__name__}")
        self.cost, self.parameters, self.vectorized = cost, parameters, vectorized
        self.workers = workers
        self.watch: Callable[[int], Any] = lambda points: None
        self.evaluations, self.mutates = 0, False
        before = _random_state()
        self.value, self.dtype = self._at_base()
        began = time.perf_counter()
        again, _ = self._at_base()
        self.seconds = time.perf_counter() - began
        self.steady = again == self.value
        self.draws = _random_state() != before
        self.single, self.moved = True, 0

    def _at_base(self) -> tuple[float, np.dtype[Any]]:
        if self.vectorized:
            answer = self.cost(self.parameters.like(self.parameters.theta[np.newaxis].copy()))
        else:
            answer, changed = untouched(self.cost, self.parameters)
            self.mutates |= changed
        self.evaluations += 1
        return _number(answer), np.asarray(answer).dtype

    def why_unsteady(self) -> str:
        """The likely cause of two answers at the same params, and the way out."""
        if self.draws:
            return (
                "It draws from np.random: draw the dropout masks or the batch once, before the check, and hand them "
                "to the cost and to the gradients."
            )
        return "It draws random numbers or remembers earlier calls (dropout, shuffling, running averages): fix those."

    def at(self, points: Sequence[Point]) -> NDArray[np.float64]:
        """The cost at every point; NaN where it overflows, leaves its domain or raises an arithmetic error."""
        with np.errstate(all="ignore"), warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)  # log of a negative number, at a step that is too long
            values = np.fromiter((v for part in self._parts(points) for v in part), np.float64, len(points))
            self._note_single(values[np.isfinite(values) & (values != self.value)])
        return np.where(np.isfinite(values), values, np.nan)

    def _note_single(self, moved: NDArray[np.float64]) -> None:
        self.moved += int(np.sum(np.frexp(moved)[0] * 2**SHORT % 1 != 0))
        self.single = self.single and bool(np.all(moved.astype(np.float32) == moved))

    def _parts(self, points: Sequence[Point]) -> Iterable[Sequence[float]]:
        size = max(1, STACK // self.parameters.size) if self.vectorized else CHUNK
        chunks = [points[i : i + size] for i in range(0, len(points), size)]
        for chunk, part in zip(chunks, self._map(chunks), strict=True):
            self.evaluations += len(chunk)
            self.watch(len(chunk))
            yield part

    def _map(self, chunks: list[Sequence[Point]]) -> Iterable[Any]:
        if self.vectorized:
            return map(functools.partial(_stacked, self.cost, self.parameters), chunks)
        if self.workers is None:
            return map(functools.partial(_one_by_one, self.cost, self.parameters, self.mutates), chunks)
        task = functools.partial(_on_a_copy, self.cost, self.parameters.views, self.mutates)
        if callable(self.workers):
            return self.workers(task, chunks)
        with ThreadPoolExecutor(self.workers) as pool:
            return list(pool.map(task, chunks))


def _one_by_one(
    cost: Callable[..., Any], parameters: Parameters, mutates: bool, points: Sequence[Point]
) -> list[float]:
    theta, views = parameters.theta, parameters.views
    before = theta.copy() if mutates else None
    values = []
    for where, delta in points:
        was = theta[where].copy()
        theta[where] = was + delta
        try:
            value = cost(parameters.like(theta) if mutates else views)
            values.append(value.item() if hasattr(value, "item") else float(value))
        except (ArithmeticError, ValueError):  # math.log(-1), math.exp(1000): no value here
            values.append(np.nan)
        finally:
            theta[where] = was  # not -= delta: (x + h) - h is often not x
            if before is not None:
                theta[:] = before
    return values


def _on_a_copy(cost: Callable[..., Any], params: Any, mutates: bool, points: Sequence[Point]) -> list[float]:
    """What a worker does: with a theta of its own, since others move theirs at the same time."""
    return _one_by_one(cost, Parameters(params), mutates, points)


def _stacked(cost: Callable[..., Any], parameters: Parameters, points: Sequence[Point]) -> NDArray[Any]:
    stack = np.repeat(parameters.theta[np.newaxis], len(points), axis=0)
    for row, (where, delta) in zip(stack, points, strict=True):
        row[where] += delta
    values = np.asarray(cost(parameters.like(stack)))
    if values.shape != (len(points),):
        raise GradlabError(
            f"a vectorized cost must return one value a point: shape ({len(points)},), got {values.shape}"
        )
    return values


def untouched(f: Callable[[Any], Any], parameters: Parameters) -> tuple[Any, bool]:
    """f of params, and whether it changed them, entries or names. theta is then put back."""
    theta, before = parameters.theta, parameters.theta.copy()
    views = parameters.like(theta)
    arrays = list(named(views).items())
    try:
        answer = f(views)
    finally:
        changed = not np.array_equal(theta, before)
        theta[:] = before
    after = list(named(views).items())
    same = [name for name, _ in after] == [name for name, _ in arrays]
    return answer, changed or not same or any(a is not b for (_, a), (_, b) in zip(after, arrays, strict=True))


def _random_state() -> tuple[bytes, int]:
    state: Any = np.random.get_state()  # noqa: NPY002 (the caller's legacy generator is what is watched)
    return state[1].tobytes(), int(state[2])


def _number(answer: Any) -> float:
    """The cost as one float, or a clear error."""
    if answer is None:
        raise GradlabError("cost must return a number, got None: is a return missing?")
    if isinstance(answer, list | tuple):
        raise GradlabError(
            f"cost must return one number, got a {type(answer).__name__}: if that is (cost, grads), say grads=True"
        )
    array = np.asarray(answer)
    if array.dtype.kind not in "fiub":
        raise GradlabError(f"cost must return a real number, got {type(answer).__name__} of dtype {array.dtype}")
    if array.size != 1:
        raise GradlabError(
            f"cost must return one number, got shape {array.shape}: sum or average it, "
            "or use check_backward for a layer"
        )
    value = float(array.item())
    if not np.isfinite(value):
        raise GradlabError(f"cost must be finite at params, got {value}: move params to where the cost is defined")
    return value
