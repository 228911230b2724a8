"""Lines through theta, evaluated at a ladder of steps: where each goes up and down.

A line is a direction through theta: one component, or many at once. All lines are refined together, a rung
a round, so that a vectorized cost or many workers get many points at a time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gradlab import constants as tuned
from gradlab.numeric.estimates import Estimates, Tableau, at_two_steps, curvature, estimate, sides
from gradlab.problem.answers import Failure
from gradlab.problem.cost import Cost
from gradlab.problem.direction import Direction, pieces_of
from gradlab.problem.displaced import Step

Floats = NDArray[np.float64]
Ints = NDArray[np.int_]

SAMPLED = 16  # pieces of a long line that tell how its steps are rounded: 2¹⁷ entries, the rest averages out


@dataclass(frozen=True)
class Line:
    """theta[where] moved by t · unit, for a step t."""

    where: Any
    unit: Any

    def step(self, t: float) -> Any:
        """How far theta[where] goes."""
        return Step(self.unit, t) if self.many else t * self.unit

    @property
    def many(self) -> bool:
        """Whether many entries move."""
        return isinstance(self.unit, Direction) or np.ndim(self.unit) > 0

    def dot(self, vector: NDArray[Any], theta: NDArray[Any]) -> float:
        """The product of its unit with a vector that lies like theta."""
        if not self.many:
            return float(vector[self.where] * self.unit)
        return float(sum(np.dot(vector[at], unit) for at, unit in pieces_of(self.unit, self.where, theta)))

    def reach(self, theta: NDArray[Any], t: float) -> float:
        """The step that is really taken, in units of the line: `((x + h) − x) / unit`, with x + h as stored.

        Of a long line a sample tells it: what rounds all entries alike shows there, and the rest averages out.
        """
        if not self.many:
            was = theta[self.where]
            return float(((was + t * self.unit).astype(was.dtype) - was) / self.unit)
        moved, size = 0.0, 0.0
        for at, unit in pieces_of(self.unit, self.where, theta, most=SAMPLED):
            x = theta[at]
            moved += float(np.dot((x + t * unit).astype(x.dtype, copy=False) - x, unit))
            size += float(np.dot(unit, unit))
        return moved / size if size else np.nan  # numbers near 1e-300, whose squares are 0


def rung_step(rung: NDArray[Any] | int) -> Floats:
    """Two rungs a decade: rung 0 is the whole scale of the parameter, rung −8 is 1e-4 of it."""
    return np.asarray(10.0 ** (np.asarray(rung) / 2))


def norm(slopes: Floats) -> float:
    """Euclidean, of the finite ones, of any size."""
    finite = np.abs(slopes[np.isfinite(slopes)])
    largest = float(finite.max(initial=0.0))
    return largest * float(np.linalg.norm(finite / largest)) if largest else 0.0


def bottom_rung(round_off: float) -> int:
    """The lowest rung that still moves a number of this round-off evenly: 16 times by it."""
    return int(np.ceil(2 * np.log10(16 * round_off)))


class Ladder:
    """The tableau of central slopes, and of gaps between one-sided slopes, by line (column) and step (row).

    A rung is a step of 10^(rung / 2) times the scale of a line's parameter: the tableau of Ridders and Richardson.

    Parameters
    ----------
    cost, lines, noise
        What is asked, along what, and the standard deviation of the noise of one value.
    top
        The highest rung, for all lines or for each.
    curved
        Curvature of the block that each line lies in: an ulp of any entry of it moves the slope of this line.
    steep
        Slope along the steepest block: what a round-off of its entries does to the cost is noise for all lines.
    """

    def __init__(
        self,
        cost: Cost,
        lines: Sequence[Line],
        noise: float,
        *,
        top: Ints | int = -1,
        curved: Floats | float = 0.0,
        steep: float = 0.0,
    ) -> None:
        self.cost, self.lines = cost, lines
        self.round_off = float(np.finfo(cost.parameters.theta.dtype).eps) / 2
        self.noise, self.steep = noise, steep
        self.bottom = bottom_rung(self.round_off)
        self.top = np.broadcast_to(np.asarray(top, dtype=np.int_), (len(lines),)).copy()
        self.curved = np.broadcast_to(np.asarray(curved, dtype=np.float64), (len(lines),)).copy()
        shape = (int(self.top.max(initial=-1)) - self.bottom + 1, len(lines))
        self.slope, self.gap, self.move = (np.full(shape, np.nan) for _ in range(3))
        self.tried = np.zeros(shape, dtype=bool)

    def evaluate(self, lines: Ints, rungs: Ints) -> None:
        """Two evaluations for each pair of line and rung."""
        if not len(lines):
            return
        theta, points, reach = self.cost.parameters.theta, [], np.empty((len(lines), 2))
        for k, (j, step) in enumerate(zip(lines, rung_step(rungs), strict=True)):
            line = self.lines[j]
            for side, t in enumerate((step, -step)):
                points.append((line.where, line.step(t)))
                reach[k, side] = line.reach(theta, t)
        value = self.cost.at(points).reshape(-1, 2) - self.cost.value
        with np.errstate(all="ignore"):
            one_sided = value / reach  # slope ahead and slope behind
            at = (rungs - self.bottom, lines)
            self.slope[at] = (value[:, 0] - value[:, 1]) / (reach[:, 0] - reach[:, 1])
            self.gap[at] = one_sided[:, 0] - one_sided[:, 1]
            self.move[at] = np.abs(value).max(axis=1)
            self.tried[at] = True

    def tableau(self) -> Tableau:
        """What has been evaluated, with the noise of each slope.

        That of the values over the step; and what an ulp of theta does to a slope through the curvature, on both
        sides: a row of the Hessian is at most √(own curvature · curvature of the block), by Cauchy and Schwarz.
        Steps longer than theta itself have larger ulps.
        """
        rungs = np.arange(self.bottom, self.bottom + len(self.slope))[:, np.newaxis]
        own = curvature(self.bottom, self.gap)
        shaken = 2 * self.round_off * np.sqrt(own) * np.sqrt(np.maximum(own, self.curved)) * (1 + rung_step(rungs))
        of_values = np.maximum(np.maximum(self.noise * self._growth(), self._least_moves()), self._inside())
        noise = tuned.SAFETY * of_values / rung_step(rungs) + shaken
        return Tableau(self.bottom, self.slope, self.gap, noise, self.round_off)

    def _growth(self) -> Floats | float:
        """How much louder than beside theta the cost is further off, where its noise is far more than its last digit.

        What is a square there, (A − b)² with a noise of A, is louder by the root of what it is larger.
        """
        size = abs(self.cost.value)
        if not 0 < tuned.DOUBTED * self.round_off * size / 2 < self.noise:
            return 1.0
        return np.asarray(np.sqrt(1 + np.where(np.isnan(self.move), 0, self.move) / size))

    def _inside(self) -> float:
        """Noise of a cost that adds all these entries up and rounds the sum: it takes all of their slopes.

        Lines through many entries share them, so that the steepest tells. An entry that is 0 is not rounded.
        """
        lines, theta = np.arange(len(self.lines)), self.cost.parameters.theta
        nearest = self.slope[self._lowest(lines) - self.bottom, lines]
        if self.lines and self.lines[0].many:
            steepest = float(np.fmax.reduce(np.abs(nearest))) if theta.any() else 0.0
        else:
            steepest = norm(nearest[theta[[line.where for line in self.lines]] != 0])
        return tuned.INSIDE * self.round_off * float(np.fmax(self.steep, steepest))

    def _least_moves(self) -> Floats:
        """Noise of a line that stands still at one rung and moves at another: a third of the smallest move.

        u · |J| says too little where J is a difference of large terms.
        """
        still = (self.move == 0).any(axis=0)
        least = np.where(self.move > 0, self.move, np.inf).min(axis=0, initial=np.inf)
        most = np.fmax.reduce(self.move, axis=0, initial=abs(self.cost.value))
        return np.where(still & (least <= tuned.STILL * most), least / 3, 0.0)

    def failures(self) -> list[Failure | None]:
        """Why the cost had no value along a line, for each."""
        return [self.cost.failure(line.where) for line in self.lines]

    def edges(self) -> list[bool]:
        """Whether a line begins at the edge of the domain."""
        return [self.cost.at_edge(line.where) for line in self.lines]

    def estimates(self, slack: float = 1.0) -> Estimates:
        """The credible value with the smallest bound, for each line."""
        return estimate(self.tableau(), slack)

    def sides(self) -> tuple[Floats, Floats]:
        """Between which slopes a line lies whose two sides stay apart."""
        return sides(self.tableau())

    def refine(
        self, start: Ints, *, enough: float = 0.0, goal: Floats | float = 0.0, lines: Ints | None = None
    ) -> Estimates:
        """Evaluate three rungs from `start` on, then go down while truncation rules and up while noise does.

        A line whose bound is down to `enough` times its value, or to its `goal`, is left in peace. Only these
        `lines`, if given.
        """
        goal = np.broadcast_to(goal, (len(self.lines),))
        active = np.arange(len(self.lines)) if lines is None else lines
        start = self.within(start)
        for k in range(3):
            self._fill(active, start[active] + k)
        while len(active):
            estimates = self.estimates()
            wanted = self._next(estimates, active)
            limit = np.fmax(enough * np.abs(estimates.value), goal)
            wanted[(estimates.bound <= limit)[active]] = self.bottom - 1
            active, rungs = active[wanted >= self.bottom], wanted[wanted >= self.bottom]
            self._fill(active, rungs)
        return self.estimates()

    def within(self, start: Ints) -> Ints:
        """Where three rungs from `start` on are none below the bottom or above the top, for all lines."""
        return np.asarray(np.clip(start, self.bottom, np.maximum(self.top - 2, self.bottom)))

    def two_steps(self, start: Ints, lines: Ints) -> tuple[Floats, Floats]:
        """Value and bound of these lines from two rungs only, four evaluations; inf where these are not enough."""
        rung = self.within(start)
        for k in range(2):
            self._fill(lines, rung[lines] + k)
        values, bounds = at_two_steps(self.tableau(), rung)
        return values[lines], bounds[lines]

    def lower(self, lines: Ints, *, rungs: int) -> None:
        """Evaluate so many rungs more below the lowest of these lines, where there are any."""
        for _ in range(rungs):
            self._fill(lines, np.maximum(self._lowest(lines) - 1, self.bottom))

    def probe(self, lines: Ints) -> None:
        """Three rungs below the kink that a line shows, if there are any: is it at the point, or beside it?

        Where the gap is gone at the lowest rung, the kink lies above that, and three rungs are those from two below
        it on. Else three from the lowest on where the gap would still be seen, and up from there until it is.
        """
        tried = self._lowest(lines)
        nearest, next_one = (np.abs(self.gap[tried + up - self.bottom, lines]) for up in (0, 1))
        width = np.fmax(nearest, next_one)  # the nearest step may reach just beyond the kink
        rungs = np.arange(self.bottom, self.bottom + len(self.slope))
        noise = tuned.SAFETY * self.noise / rung_step(rungs)[:, np.newaxis]
        gone = nearest <= tuned.SEEN * noise[tried - self.bottom, 0]
        lowest = (noise <= tuned.PROBED * width).argmax(axis=0) + self.bottom
        lowest = np.where(gone, np.maximum(tried - 2, self.bottom), lowest)
        below = lowest <= tried - 2
        lines, rung = lines[below], lowest[below]
        for k in range(3):
            self._fill(lines, rung + k)
        rung = rung + 2
        while len(lines):
            seen = np.abs(self.gap[rung - self.bottom, lines]) > tuned.SEEN * noise[rung - self.bottom, 0]
            higher = ~seen & ~self.tried[rung + 1 - self.bottom, lines]
            lines, rung = lines[higher], rung[higher] + 1
            self._fill(lines, rung)

    def slopes_at(self, lines: Ints, rungs: Ints) -> Floats:
        """The central slope of each line at a rung; NaN where that is above its highest."""
        self._fill(lines, rungs)
        return np.asarray(self.slope[np.minimum(rungs, self.top[lines]) - self.bottom, lines])

    def slopes_beside(self, line: int, at: Floats, step: float) -> Floats:
        """Central slopes at other points of a line: two evaluations for each distance in `at`."""
        along, theta = self.lines[line], self.cost.parameters.theta
        points = [(along.where, along.step(t)) for t in np.column_stack([at + step, at - step]).ravel()]
        ahead, behind = self.cost.at(points).reshape(-1, 2).T
        reach = [along.reach(theta, float(t)) for t in np.concatenate([at + step, at - step])]
        return np.asarray((ahead - behind) / np.subtract(*np.split(np.array(reach), 2)))

    def _fill(self, lines: Ints, rungs: Ints) -> None:
        todo = (rungs <= self.top[lines]) & ~self.tried[np.minimum(rungs, self.top.max()) - self.bottom, lines]
        self.evaluate(lines[todo], rungs[todo])

    def _next(self, estimates: Estimates, active: Ints) -> Ints:
        """The next rung for each active line; below the bottom if the line is done.

        ===================================  ======================================================
        no value                             down to 1e-10 of the scale, then up
        truncation rules, at the lowest      down
        truncation rules, bound not small    down
        noise rules, and grows with steps    down
        noise rules, near the highest        up
        else                                 done
        ===================================  ======================================================
        """
        done = self.bottom - 1
        tried = self.tried[:, active]
        low = self._lowest(active)
        high = len(tried) - 1 - tried[::-1].argmax(axis=0) + self.bottom
        blocked = np.isnan(self.slope[high - self.bottom, active])  # overflow or out of the domain up there
        down = np.where(low > self.bottom, low - 1, done)
        up = np.where((high < self.top[active]) & ~blocked, high + 1, done)
        rung, truncated = estimates.rung[active], estimates.truncated[active]
        size, bound = np.abs(estimates.value[active]), estimates.bound[active]
        lost = rung < self.bottom
        near = np.where(bound > tuned.COARSE * size, 3, 2)  # rungs that the best one needs above it
        noise = self.tableau().noise[:, active]
        at, column = low - self.bottom, np.arange(len(active))
        grows = noise[at, column] < noise[np.minimum(at + 1, len(noise) - 1), column]
        return np.select(
            [
                lost & (low > max(tuned.LOST, self.bottom)),
                lost,
                truncated & ((rung == low) | (bound > tuned.UNSHARP * size)),
                ~truncated & (rung == low) & grows,
                ~truncated & (rung >= high - near),
            ],
            [down, up, down, down, up],
            default=done,
        )

    def _lowest(self, lines: Ints) -> Ints:
        return np.asarray(self.tried[:, lines].argmax(axis=0) + self.bottom)
