"""A slope of every entry from three evaluations: a step to both sides, and a longer one ahead.

The two near values and the point make a parabola. A smooth cost leaves it with the third power of the step: where
the third value lies beside it, nine times the truncation of the near slope can be read. And where nothing else is
known, how far these values scatter about their parabolas tells the noise, too: entries are then the table.
"""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gradlab import constants as tuned
from gradlab.numeric.estimates import FIRST, RATIO
from gradlab.numeric.ladder import Ladder, Line, norm, rung_step
from gradlab.numeric.scaling import rms
from gradlab.problem.cost import Cost
from gradlab.problem.parameters import Parameters

Floats = NDArray[np.float64]
Ints = NDArray[np.int_]

# Noise of what is left beside the parabola, over the near step, in that of one value: of the values behind, at the
# point, ahead and further ahead. And that of Richardson's value, at worst and as a standard deviation.
WEIGHTS = np.array([(RATIO - 1) / 2, 1 / RATIO - RATIO, (RATIO + 1) / 2, -1 / RATIO])
LEFT = float(np.linalg.norm(WEIGHTS))
OF_VALUE = np.array([-0.5, 0.0, 0.5, 0.0]) + WEIGHTS / FIRST
VALUED, SPREAD = float(np.abs(OF_VALUE).sum()), float(np.linalg.norm(OF_VALUE))
ROUNDED = 4 * float(np.finfo(np.float64).eps)


@dataclass(frozen=True)
class ThreePoints:
    """By line: the central slope and the gap between both sides at a step, what is left at the longer one, the steps.

    `left` is the change of the central slope from this step to the next rung, were the cost smooth. `moved` tells
    whether any value differs from that at the point.
    """

    step: Floats
    slope: Floats
    gap: Floats
    left: Floats
    moved: NDArray[np.bool_]

    @property
    def value(self) -> Floats:
        """Richardson's value."""
        return self.slope - self.left / FIRST

    def plain(self, size: Floats) -> NDArray[np.bool_]:
        """Whether no large kink can be within the near step: where one lies at one place there, nothing is left."""
        allowed = tuned.PLAIN[0] + tuned.PLAIN[1] * self.step
        return np.asarray(np.abs(self.gap) <= allowed * np.maximum(np.abs(self.slope), size))

    def bounds(self, noise: float, round_off: float, *, usual: Floats, curved: Floats) -> Floats:
        """How far the values can be off, if the noise of the cost is known, and blocks were seen to be smooth.

        Of what is left, noise explains some. That is charged as a change between two steps is, whose noise is less.
        """
        own = np.abs(self.gap) / self.step
        shaken = 2 * round_off * np.sqrt(own) * np.sqrt(np.maximum(own, curved)) * (1 + self.step)
        at = tuned.SAFETY * noise / self.step + shaken
        left = np.abs(self.left)
        explained = np.minimum(left, LEFT * at)
        hidden = np.maximum(explained / LEFT, 2 / FIRST / tuned.TWO_STEPS * usual)
        return tuned.TWO_STEPS * (left - explained + hidden) + VALUED * at + ROUNDED * np.abs(self.value)


def three_points(ladder: Ladder, lines: Ints, rungs: Ints) -> ThreePoints:
    """Two evaluations of each of these lines at its rung, which stay in the ladder, and one at the rung above.

    `rungs` are those of all lines.
    """
    rungs = ladder.within(rungs)[lines]
    cost, theta, along = ladder.cost, ladder.cost.parameters.theta, [ladder.lines[j] for j in lines]
    ladder.evaluate(lines, rungs)
    near, far = rung_step(rungs), rung_step(rungs + 1)
    values = cost.at([(line.where, line.step(float(t))) for line, t in zip(along, far, strict=True)])
    steps = np.column_stack([near, -near, far])
    ahead, behind, further = (
        np.array([[line.reach(theta, float(t)) for t in row] for line, row in zip(along, steps, strict=True)])
        .reshape(-1, 3)
        .T
    )
    at = (rungs - ladder.bottom, lines)
    slope, gap, move = ladder.slope[at], ladder.gap[at], ladder.move[at]
    # Rounded as they are stored, the near steps need not be equal: the slope is then that in their middle.
    left = (values - cost.value) / further - slope - gap * (further - ahead - behind) / (ahead - behind)
    return ThreePoints(near, slope, gap, left, (move > 0) | (values != cost.value))


def noise_in(seen: ThreePoints, least: float) -> float:
    """Noise of the cost, of which no table was made: what three quarters of the lines leave is no more; else inf.

    Few lines may leave little by chance, and are given more for that. Too few tell nothing, nor do those that stand
    still.
    """
    left = np.sort((np.abs(seen.left) * seen.step)[seen.moved])
    if len(left) < tuned.FEWEST or not np.isfinite(left).all():
        return np.inf
    within = len(left) - len(left) // 4
    return max(least, by_chance(len(left), within) * float(left[within - 1]) / LEFT)


@functools.cache
def by_chance(lines: int, within: int) -> float:
    """Times the noise that so many of these lines leave within it, for where they leave less by chance; at least 1.

    In one of `UNLUCKY` cases they all lie within a certain share of one standard deviation: a sum of binomials, of
    which the share is found by halving. There a bound has still to be `COVERED` standard deviations of its value.
    """
    low, high = 0.0, 8.0
    for _ in range(40):
        share = (low + high) / 2
        one = math.erf(share / math.sqrt(2))
        chance = sum(math.comb(lines, k) * one**k * (1 - one) ** (lines - k) for k in range(within, lines + 1))
        low, high = (low, share) if chance > 1 / tuned.UNLUCKY else (share, high)
    return max(1.0, tuned.COVERED * SPREAD / (tuned.SAFETY * VALUED * low))


def common_rung(cost: Cost, unit: Floats, round_off: float) -> int:
    """A good rung for all entries, from four or six evaluations along one line through them.

    A hundred thousandth of the scale and much more: how far these slopes are apart tells truncation at any step, and
    round-off is what the cost has at least. Where no truncation is seen, a step further still is tried.
    """
    ladder = Ladder(cost, [Line(slice(None), unit)], 0.0, top=0)
    line, share = np.array([0]), float(np.sqrt(len(unit)))
    near, far = (float(ladder.slopes_at(line, np.array([rung]))[0]) for rung in (tuned.PILOTS[0], tuned.PILOTS[1]))
    noise = LEFT * round_off * max(abs(cost.value), abs(near))
    highest = tuned.PILOTS[1]
    if abs(far - near) <= noise / float(rung_step(tuned.PILOTS[0])):
        highest = tuned.PILOTS[2]
        far = float(ladder.slopes_at(line, np.array([highest]))[0])
    rungs = np.arange(tuned.LOWEST_BLOCK_RUNG, highest + 1)
    steps = rung_step(rungs)
    left = FIRST * abs(far - near) / share * (steps / rung_step(highest)) ** 2
    error = left + noise / steps
    return int(rungs[error.argmin()]) if np.isfinite(error).all() else tuned.BLOCK_START


def rungs_of(parameters: Parameters, scale: Floats, rung: int) -> Ints:
    """This rung for each entry; up to ten times longer steps for its size in a block of larger ones."""
    rungs = np.full(parameters.size, rung, dtype=np.int_)
    for at in parameters.slices.values():
        longer = np.clip(rms(scale[at]) / scale[at], 1, tuned.LONGER)
        rungs[at] += np.floor(2 * np.log10(longer)).astype(np.int_)
    return rungs


def steepest(seen: ThreePoints, theta: NDArray[np.floating]) -> float:
    """What all entries do to a cost that adds them up; an entry that is 0 is not rounded."""
    return norm(seen.slope[theta != 0])
