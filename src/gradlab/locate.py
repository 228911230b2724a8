"""Where is it wrong? Halves of a block are compared along random directions, down to single entries."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gradlab.cost import Cost
from gradlab.ladder import Ladder, Line

Floats = NDArray[np.float64]

MOST = 8  # wrong entries after which the search ends: so many show what is wrong
START = -8  # 1e-4 of the scale


@dataclass(frozen=True)
class Slopes:
    """The analytic and the numeric slope along some lines, and why there is none where there is none."""

    analytic: Floats
    value: Floats
    bound: Floats
    reason: NDArray[np.str_]

    @property
    def wrong(self) -> NDArray[np.bool_]:
        """Lines along which the difference exceeds the bound."""
        with np.errstate(invalid="ignore"):
            outside = ~(np.abs(self.analytic - self.value) <= self.bound)
        return np.asarray(outside & np.isfinite(self.value) & (self.reason == ""))


def slopes(cost: Cost, noise: float, lines: list[Line], analytic: Floats) -> Slopes:
    """Climb along every line; before one is called wrong, it is tried two decades closer.

    Parameters
    ----------
    cost, noise
        The cost and the standard deviation of its noise.
    lines
        Where to go: parts of theta, each with the displacement that counts as one step.
    analytic
        The gradient as one vector like theta.
    """
    wanted = np.array([_along(line, analytic) for line in lines])
    ladder = Ladder(cost, lines, noise)
    found = ladder.climb(np.full(len(lines), START))
    with np.errstate(invalid="ignore"):
        wrong = np.flatnonzero(~(np.abs(wanted - found.value) <= found.bound))
    ladder.descend(wrong, rungs=4)
    found, (low, high) = ladder.estimates(), ladder.sides()
    return Slopes(
        analytic=wanted,
        value=np.where(found.kink, (low + high) / 2, found.value),
        bound=np.where(found.kink, (high - low) / 2, found.bound),
        reason=found.reasons(),
    )


def _along(line: Line, vector: Floats) -> float:
    return float(np.dot(np.atleast_1d(vector[line.where]), np.atleast_1d(line.unit)))


def wrong_entries(
    cost: Cost, noise: float, analytic: Floats, scale: Floats, block: slice, rng: np.random.Generator
) -> tuple[list[int], bool]:
    """Bisect a wrong block down to wrong entries: about 2 log₂(size) directions for each.

    If one half agrees, the mistake is in the other. Halves are taken in random order, so that a block that is wrong
    everywhere shows entries from everywhere.

    Returns
    -------
    (list, bool)
        Components that are wrong, at most `MOST`; and whether these are all.
    """
    found: list[int] = []
    waiting = [(block.start, block.stop, True)]  # and whether it is known to be wrong
    while waiting:
        start, stop, known = waiting.pop()
        if not (known and stop - start > 1) and not _is_wrong(cost, noise, analytic, scale, slice(start, stop), rng):
            continue
        if stop - start == 1:
            found.append(start)
            if len(found) == MOST:
                return sorted(found), not waiting
            continue
        middle = (start + stop) // 2
        first, second = rng.permutation([(start, middle), (middle, stop)]).tolist()
        if _is_wrong(cost, noise, analytic, scale, slice(*first), rng):
            waiting += [(*second, False), (*first, True)]
        else:
            waiting.append((*second, True))
    return sorted(found), True


def _is_wrong(cost: Cost, noise: float, analytic: Floats, scale: Floats, at: slice, rng: np.random.Generator) -> bool:
    unit = scale[at] * rng.choice([-1.0, 1.0], at.stop - at.start)
    return bool(slopes(cost, noise, [Line(at, unit)], analytic).wrong[0])
