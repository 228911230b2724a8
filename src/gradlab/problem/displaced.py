"""The cost at points beside theta: one by one, by workers with a copy of theta, or as one stack."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from gradlab._arguments import shown
from gradlab.errors import GradlabError
from gradlab.problem.answers import NO_VALUE, described, number, out_of_data
from gradlab.problem.direction import PIECE, pieces_of
from gradlab.problem.parameters import Parameters

Point: TypeAlias = tuple[Any, Any]
"""(where, delta): theta[where] moved by delta, a number, an array or a `Step`. `where` is a component or a slice."""

Task: TypeAlias = tuple[int, Sequence[Point]]
"""The number of a chunk of points, and the points."""

Answer: TypeAlias = tuple[int, Any, dict[int, str]]
"""The number of a chunk, the values at its points, and by point what the cost raised there, as text."""


@dataclass(frozen=True)
class Step:
    """t · unit, which is not made before it is needed: many points along one line share its unit."""

    unit: Any
    t: float

    def write(self, where: slice, theta: NDArray[Any], out: NDArray[Any]) -> None:
        """Write theta + t · unit, rounded once, into the same places of `out`, which lies like theta."""
        for at, unit in pieces_of(self.unit, where, theta):
            moved = unit * self.t
            moved += theta[at]
            out[at] = moved


@dataclass(frozen=True)
class To:
    """Another point as a whole."""

    theta: Any

    def write(self, where: slice, theta: NDArray[Any], out: NDArray[Any]) -> None:
        """Write it into these places of `out`."""
        out[where] = self.theta[where]


@dataclass(frozen=True)
class Aside:
    """A point beside theta: every entry is moved up or down by about a share of itself.

    Each by another share, always the same ones: where all grow alike, much stays as it is. The gradient of a cost
    that grows in proportion to theta does, and so does a cost behind a normalisation. What is 0 is moved by a
    thousandth of the share, or by the share if all is 0: a bias that begins at 0 may have a term that is 0 with it.
    """

    share: float

    def write(self, where: slice, theta: NDArray[Any], out: NDArray[Any]) -> None:
        """Write it into these places of `out`."""
        for at, away in self.pieces(theta[where]):
            np.add(theta[where][at], away, out=out[where][at], casting="same_kind")

    def pieces(self, theta: NDArray[Any]) -> Iterator[tuple[slice, Any]]:
        """By how much, a piece at a time."""
        rng, nothing = np.random.default_rng(1729), 1e-3 if theta.any() else 1.0
        for i in range(0, len(theta), PIECE):
            at = slice(i, min(i + PIECE, len(theta)))
            away = rng.random(at.stop - i) * 2 - 1
            away += np.copysign(0.5, away)
            with np.errstate(all="ignore"):
                away *= self.share * np.where(theta[at] == 0, nothing, np.abs(theta[at]))
            yield at, away


def each_once(answers: Any, count: int) -> Iterator[Answer]:
    """What the caller's map returned, in any order, if every part of it is the answer to another task."""
    seen = set()
    for answer in answers if isinstance(answers, Iterable) else [answers]:
        fits = isinstance(answer, tuple) and len(answer) == 3 and answer[0] in range(count)
        if not fits or answer[0] in seen:
            raise GradlabError(
                "workers must be a function like map, and return function(task) for every task, once, "
                f"got {'an answer twice' if fits else shown(answer)}"
            )
        seen.add(answer[0])
        yield answer


def one_by_one(
    cost: Callable[..., Any], parameters: Parameters, mutates: bool, task: Task, done: list[float] | None = None
) -> Answer:
    """Ask at one point after the other. `done` holds the values so far, should the cost end it all."""
    i, points = task
    theta, (moving, views) = parameters.theta, parameters.moving
    values: list[float] = [] if done is None else done
    raised: dict[int, str] = {}
    with np.errstate(all="ignore"):  # a thread starts with NumPy's own settings
        for k, (where, delta) in enumerate(points):
            covered = False
            if isinstance(delta, Step | To | Aside):
                delta.write(where, theta, moving)
            else:
                moving[where] = theta[where] + delta
            try:
                values.append(number(cost(parameters.like(moving) if mutates else views)))
                covered = not mutates and _covers(points[k : k + 2])
            except (GradlabError, NotImplementedError, RecursionError):
                raise
            except NO_VALUE as error:
                raised[len(values)] = described(error)
                values.append(np.nan)
            except StopIteration:
                raise out_of_data() from None
            finally:
                if not covered:
                    where = slice(None) if mutates else where
                    moving[where] = theta[where]  # not -= delta: (x + h) - h is often not x
    return i, values, raised


def _covers(points: Sequence[Point]) -> bool:
    """Whether the second of two points moves all that the first one has moved: nothing need be put back between."""
    units = [delta.unit for _, delta in points if isinstance(delta, Step)]
    return len(units) == 2 and units[0] is units[1]


def on_a_copy(cost: Callable[..., Any], params: Any, mutates: bool, task: Task) -> Answer:
    """What a worker does: with a theta of its own, since others move theirs at the same time."""
    return one_by_one(cost, Parameters(params), mutates, task)


def stacked(cost: Callable[..., Any], parameters: Parameters, task: Task) -> Answer:
    """Ask a vectorized cost at all points of a task in one call."""
    i, points = task
    stack = np.repeat(parameters.theta[np.newaxis], len(points), axis=0)
    for row, (where, delta) in zip(stack, points, strict=True):
        if isinstance(delta, Step | To | Aside):
            delta.write(where, parameters.theta, row)
        else:
            row[where] += delta
    try:
        answer = cost(parameters.like(stack))
    except StopIteration:
        raise out_of_data() from None
    try:
        values = np.asarray(answer)
    except Exception:  # noqa: BLE001 (rows of different lengths, or an __array__ that raises)
        values = np.array(None)
    if values.shape != (len(points),) or values.dtype.kind not in "fiu" or np.ma.isMaskedArray(answer):
        got = values.shape if values.dtype.kind in "fiu" else shown(answer)
        raise GradlabError(
            f"a vectorized cost must return one value a point: shape ({len(points)},) of floats, got {got}"
        )
    return i, values, {}
