"""Where is it wrong? Halves of a block are compared along random directions, down to single entries."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gradlab.numeric.ladder import Ladder, Line
from gradlab.problem.cost import Cost
from gradlab.verdict.blocks import BEYOND

Floats = NDArray[np.float64]

MOST = 8  # wrong entries after which the search ends: so many show what is wrong
TRIES = 4  # searches of the whole block before it is said that no entry can be found
START = -8  # 1e-4 of the scale


@dataclass(frozen=True)
class Slopes:
    """The analytic and the numeric slope along some lines, and why there is none where there is none."""

    analytic: Floats
    value: Floats
    bound: Floats
    reason: NDArray[np.str_]
    rung: NDArray[np.int_]

    @property
    def wrong(self) -> NDArray[np.bool_]:
        """Lines along which the difference is clearly beyond the bound."""
        with np.errstate(invalid="ignore"):
            outside = ~(np.abs(self.analytic - self.value) <= BEYOND * self.bound)
        return np.asarray(outside & np.isfinite(self.value) & (self.reason == ""))


def slopes(
    cost: Cost, noise: float, lines: list[Line], analytic: Floats, *, start: int = START, closer: bool = True
) -> Slopes:
    """Climb along every line; before one is called wrong, it is tried two decades closer.

    Parameters
    ----------
    cost, noise
        The cost and the standard deviation of its noise.
    lines
        Where to go: parts of theta, each with the displacement that counts as one step.
    analytic
        The gradient as one vector like theta.
    start, closer
        The rung to begin with; and whether to look closer at what seems wrong.
    """
    wanted = np.array([_along(line, analytic) for line in lines])
    ladder = Ladder(cost, lines, noise)
    found = ladder.climb(np.full(len(lines), start))
    with np.errstate(invalid="ignore"):
        wrong = np.flatnonzero(~(np.abs(wanted - found.value) <= found.bound))
    ladder.descend(wrong, rungs=4 if closer else 0)
    found, (low, high) = ladder.estimates(), ladder.sides()
    return Slopes(
        analytic=wanted,
        value=np.where(found.kink, (low + high) / 2, found.value),
        bound=np.where(found.kink, (high - low) / 2, found.bound),
        reason=found.reasons(),
        rung=found.rung,
    )


def _along(line: Line, vector: Floats) -> float:
    return float(np.dot(np.atleast_1d(vector[line.where]), np.atleast_1d(line.unit)))


def wrong_entries(
    cost: Cost, noise: float, analytic: Floats, scale: Floats, block: slice, rng: np.random.Generator
) -> tuple[list[int], bool]:
    """Bisect a wrong block down to wrong entries: about 2 log₂(size) directions for each.

    If one half agrees, the mistake is in the other; if mistakes cancelled in it, the next try takes other signs.
    After an entry is found, the largest part that is left comes next, and halves are taken in random order: a block
    that is wrong everywhere shows entries from everywhere.

    Returns
    -------
    (list, bool)
        Components that are wrong, at most `MOST`; and whether these are all.
    """

    rung = START

    def wrong(start: int, stop: int) -> bool:
        nonlocal rung
        unit, last = scale[start:stop] * rng.choice([-1.0, 1.0], stop - start), stop - start == 1
        seen = slopes(cost, noise, [Line(slice(start, stop), unit)], analytic, start=rung, closer=last)
        rung = int(seen.rung[0]) if np.isfinite(seen.bound[0]) else rung  # parts want about the step of the whole
        return bool(seen.wrong[0])

    for _ in range(TRIES):
        found, complete = _bisect(wrong, block.start, block.stop, rng)
        if found:
            break
    return found, complete


def _bisect(
    wrong: Callable[[int, int], bool], start: int, stop: int, rng: np.random.Generator
) -> tuple[list[int], bool]:
    """One search of a part that is known to be wrong."""
    found: list[int] = []
    left = [(start, stop)]
    while left and len(found) < MOST:
        left.sort(key=lambda part: part[1] - part[0])
        start, stop = left.pop()
        if found and not wrong(start, stop):
            continue
        while stop - start > 1:
            middle = (start + stop) // 2
            first, second = rng.permutation([(start, middle), (middle, stop)]).tolist()
            if wrong(*first):
                left.append(tuple(second))
                start, stop = first
            else:
                start, stop = second
        if wrong(start, stop):
            found.append(start)
    return sorted(found), not left
