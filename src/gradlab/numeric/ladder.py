"""Slopes along lines at a ladder of steps, and the value and bound that they allow.

A line is a direction through theta: one component, or many at once. All lines climb together, a rung
a round, so that a vectorized cost or many workers get many points at a time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gradlab.numeric.answer import Reason
from gradlab.problem.cost import Cost
from gradlab.problem.displaced import PIECE, Step

Floats = NDArray[np.float64]
Ints = NDArray[np.int_]

SAFETY = 3.0  # standard deviations of noise in one value that a central difference is given: 4.2 of its own
CLOSE = 0.7  # of that, what a slope is given that only has to speak against another
HIDDEN = 0.6  # share of the bend at step 0 by which a kink can shift a central slope: a half, and some reserve
SHRINK = 0.7  # slopes of both sides must come together at least so much from one rung to the next; smooth: 0.32


@dataclass(frozen=True)
class Line:
    """theta[where] moved by t · unit, for a step t."""

    where: Any
    unit: Any

    def step(self, t: float) -> Any:
        """How far theta[where] goes."""
        return Step(self.unit, t) if np.ndim(self.unit) else t * self.unit


def rung_step(rung: NDArray[Any] | int) -> Floats:
    """Two rungs a decade: rung 0 is the whole scale of the parameter, rung −8 is 1e-4 of it."""
    return np.asarray(10.0 ** (np.asarray(rung) / 2))


def bottom_rung(roundoff: float) -> int:
    """The lowest rung that still moves a number of this round-off evenly, and no lower than 1e-10."""
    return max(-20, int(np.ceil(2 * np.log10(16 * roundoff))))


class Ladder:
    """Central slopes D and the bend, slope ahead less slope behind, by line (column) and rung (row)."""

    def __init__(self, cost: Cost, lines: Sequence[Line], noise: float, *, top: Ints | int = -1) -> None:
        self.cost, self.lines, self.noise = cost, lines, noise
        self.roundoff = float(np.finfo(cost.parameters.theta.dtype).eps) / 2
        self.bottom = bottom_rung(self.roundoff)
        self.top = np.broadcast_to(np.asarray(top, dtype=np.int_), (len(lines),)).copy()
        shape = (int(self.top.max(initial=-1)) - self.bottom + 1, len(lines))
        self.slope, self.bend = np.full(shape, np.nan), np.full(shape, np.nan)
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
                reach[k, side] = _reach(theta[line.where], t, line.unit)
        value = self.cost.at(points).reshape(-1, 2) - self.cost.value
        with np.errstate(all="ignore"):
            sides = value / reach  # slope ahead and slope behind
            rows = rungs - self.bottom
            self.slope[rows, lines] = (value[:, 0] - value[:, 1]) / (reach[:, 0] - reach[:, 1])
            self.bend[rows, lines] = sides[:, 0] - sides[:, 1]
            self.tried[rows, lines] = True

    def noise_at(self, rungs: NDArray[Any]) -> Floats:
        """Bound on the noise of a slope at these rungs."""
        return np.asarray(SAFETY * self.noise / rung_step(rungs))

    def climb(self, start: Ints, *, enough: float = 0.0) -> Estimates:
        """Evaluate three rungs from `start` on, then go down while truncation rules and up while noise does.

        A line whose bound is down to `enough` times its value is left in peace.
        """
        everyone = np.arange(len(self.lines))
        start = np.clip(start, self.bottom, np.maximum(self.top - 2, self.bottom))
        for k in range(3):
            self._fill(everyone, start + k)
        active = everyone
        while len(active):
            estimates = self.estimates()
            wanted = self._next(estimates, active)
            wanted[estimates.bound[active] <= enough * np.abs(estimates.value[active])] = self.bottom - 1
            active, rungs = active[wanted >= self.bottom], wanted[wanted >= self.bottom]
            self._fill(active, rungs)
        return self.estimates()

    def _fill(self, lines: Ints, rungs: Ints) -> None:
        todo = (rungs <= self.top[lines]) & ~self.tried[np.minimum(rungs, self.top.max()) - self.bottom, lines]
        self.evaluate(lines[todo], rungs[todo])

    def estimates(self, slack: float = 1.0) -> Estimates:
        """For each line the credible value with the smallest bound.

        A rung is credible if the slopes of both sides come together (else there is a kink), if the slope
        converges in the order that a central difference has, or changes no more than noise, and if no
        shorter step speaks against it. Its value is Richardson's. Its bound: twice the change that
        Richardson makes, what a kink that noise hides could do, and noise, taken `slack` times.
        """
        rungs = np.arange(self.bottom, self.bottom + len(self.slope))[:, np.newaxis]
        noise = np.broadcast_to(slack * self.noise_at(rungs), self.slope.shape)
        first = np.abs(self.slope[:-2] - self.slope[1:-1])
        second = np.abs(self.slope[1:-1] - self.slope[2:])
        at = noise[:-2]
        value = self.slope[:-2] + (self.slope[:-2] - self.slope[1:-1]) / 9
        truncation = 2 / 9 * np.maximum(first, second / 10)
        with np.errstate(invalid="ignore"):
            bound = truncation + HIDDEN * self._bend_at_zero() + 1.2 * at + 8 * self.roundoff * np.abs(value)
        gap = np.abs(self.bend)
        together = gap[:-2] <= SHRINK * gap[1:-1] + 2 * at
        converging = first <= second / 2 + at
        finite = np.isfinite(bound)
        credible = together & converging & finite & ~self._opposed(value, truncation + at / 2, noise)
        credible &= ~_contradicted(value, bound, credible)
        best = np.argmin(np.where(credible, bound, np.inf), axis=0)
        pick = (best, np.arange(bound.shape[1]))
        found = credible[pick]
        return Estimates(
            value=np.where(found, value[pick], np.nan),
            bound=np.where(found, bound[pick], np.inf),
            rung=np.where(found, best + self.bottom, self.bottom - 1),
            truncated=found & (truncation[pick] > at[pick]),
            kink=~found & (finite & ~together).any(axis=0),
            finite=finite.any(axis=0),
        )

    def _bend_at_zero(self) -> Floats:
        """The bend extrapolated to step 0: nothing where f is smooth, all of it where there is a kink."""
        ratio = float(rung_step(1))
        return np.asarray(np.abs(ratio * self.bend[:-2] - self.bend[1:-1]) / (ratio - 1))

    def _opposed(self, value: Floats, error: Floats, noise: Floats) -> NDArray[np.bool_]:
        """Rungs whose value lies apart from the slope at one of the four rungs below: a kink is between them."""
        opposed = np.zeros(value.shape, dtype=bool)
        for down in range(1, min(5, len(value))):
            apart = np.abs(self.slope[: len(value) - down] - value[down:])
            opposed[down:] |= apart > CLOSE * noise[: len(value) - down] + error[down:]
        return opposed

    def _next(self, estimates: Estimates, active: Ints) -> Ints:
        """The next rung for each active line; below the bottom if the line is done."""
        done = self.bottom - 1
        tried = self.tried[:, active]
        low = self._lowest(active)
        high = len(tried) - 1 - tried[::-1].argmax(axis=0) + self.bottom
        blocked = np.isnan(self.slope[high - self.bottom, active])  # overflow or out of the domain up there
        down = np.where(low > self.bottom, low - 1, done)
        up = np.where((high < self.top[active]) & ~blocked, high + 1, done)
        rung, truncated = estimates.rung[active], estimates.truncated[active]
        lost = rung < self.bottom
        return np.select(
            [lost & (down >= self.bottom), lost, truncated & (rung == low), ~truncated & (rung >= high - 2)],
            [down, up, down, up],
            default=done,
        )

    def descend(self, lines: Ints, *, rungs: int) -> None:
        """Evaluate so many rungs more below the lowest of these lines, where there are any."""
        for _ in range(rungs):
            self._fill(lines, np.maximum(self._lowest(lines) - 1, self.bottom))

    def sides(self) -> tuple[Floats, Floats]:
        """Between which slopes a line lies whose two sides stay apart, at the rung that shows them best."""
        half = np.abs(self.bend) / 2
        change = np.abs(np.diff(self.slope, axis=0)) + np.abs(np.diff(half, axis=0))
        rungs = np.arange(self.bottom, self.bottom + len(change))[:, np.newaxis]
        error = np.where(np.isfinite(change), change + 2 * self.noise_at(rungs), np.inf)
        pick = (error.argmin(axis=0), np.arange(len(self.lines)))
        middle, reach = self.slope[pick], half[pick] + error[pick]
        return middle - reach, middle + reach

    def _lowest(self, lines: Ints) -> Ints:
        return np.asarray(self.tried[:, lines].argmax(axis=0) + self.bottom)


@dataclass(frozen=True)
class Estimates:
    """What the ladder allows to say, by line. `bound` is inf and `value` NaN where no rung is credible."""

    value: Floats
    bound: Floats
    rung: Ints
    truncated: NDArray[np.bool_]  # truncation rules the bound, not noise
    kink: NDArray[np.bool_]  # no credible rung, and the slopes of both sides stay apart
    finite: NDArray[np.bool_]

    def or_else(self, other: Estimates) -> Estimates:
        """These estimates, and the others where these have no value and there is no kink."""
        lost = ~np.isfinite(self.bound) & ~self.kink
        pairs = ((getattr(self, field.name), getattr(other, field.name)) for field in fields(self))
        return Estimates(*(np.where(lost, theirs, mine) for mine, theirs in pairs))

    def reasons(self) -> NDArray[np.str_]:
        """Why a line has no value: overflow, kink or noise; none where it has one."""
        why = np.where(self.kink, Reason.KINK, np.where(self.finite, Reason.NOISE, Reason.OVERFLOW))
        return np.where(np.isfinite(self.bound), Reason.NONE, why)


def _contradicted(value: Floats, bound: Floats, credible: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Rungs whose interval lies apart from that of a credible lower rung: they average over kinks."""
    low = np.where(credible, value - bound, -np.inf)
    high = np.where(credible, value + bound, np.inf)
    floor = np.maximum.accumulate(low, axis=0)
    ceiling = np.minimum.accumulate(high, axis=0)
    return np.asarray((high < floor) | (low > ceiling))


def _reach(was: Any, t: float, unit: Any) -> float:
    """The step that is really taken, in units of the line: `((x + h) − x) / unit`, with x + h as stored."""
    if np.ndim(was) == 0:
        return float(((was + t * unit).astype(was.dtype) - was) / unit)
    moved, size = 0.0, 0.0
    for i in range(0, len(was), PIECE):
        x, u = was[i : i + PIECE], unit[i : i + PIECE]
        moved += float(np.dot((x + t * u).astype(was.dtype) - x, u))
        size += float(np.dot(u, u))
    return moved / size
