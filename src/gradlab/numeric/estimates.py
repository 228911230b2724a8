"""From slopes at a ladder of steps to one answer: the value with the smallest bound, or why there is none.

A tableau as Ridders' and Richardson's: row k holds the central slope, and the gap between the one-sided slopes,
forward minus backward, at the step h = 10^(k/2). Two rows make one change of the slope, three rows a rate at which
it falls.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from gradlab import constants as tuned
from gradlab.numeric.answer import Reason

Floats = NDArray[np.float64]
Ints = NDArray[np.int_]
Mask = NDArray[np.bool_]

RATIO = 10.0**0.5  # of neighbouring steps
FIRST = RATIO**2 - 1  # Richardson's divisor for an error in h², which a central difference has
SECOND = RATIO**4 - 1  # … for the error in h⁴ that is left then
AMPLIFIED = 1.2  # noise of Richardson's value in that of its lower slope: (10 + 1/√10) / 9 = 1.15


@dataclass(frozen=True)
class Tableau:
    """Slopes of some lines (columns) at the rungs from `lowest` up (rows), NaN where none was asked for.

    `noise` bounds the noise of each slope, `round_off` is that of one number, as a share of it.
    """

    lowest: int
    slope: Floats
    gap: Floats
    noise: Floats
    round_off: float


@dataclass(frozen=True)
class Estimates:
    """One number for each line of the ladder. `bound` is inf and `value` NaN where no rung is credible."""

    value: Floats
    bound: Floats
    rung: Ints
    truncated: Mask  # truncation, or what a hidden kink could do, rules the bound, not noise
    apart: Mask  # no credible rung, and at one or more the slopes of both sides differ by more than noise
    kink: Mask  # no credible rung, and the slopes of the two sides settle at two different numbers
    jump: Mask  # no credible rung, and the slopes of the two sides do not settle
    beside: Mask  # no credible rung, and the two slopes settle apart, but meet at the shortest steps: a kink nearby
    finite: Mask

    def or_else(self, other: Estimates) -> Estimates:
        """These estimates, and the others where these have no value and there is no kink."""
        lost = ~np.isfinite(self.bound) & ~self.kink & ~self.jump
        pairs = ((getattr(self, field.name), getattr(other, field.name)) for field in fields(self))
        return Estimates(*(np.where(lost, theirs, mine) for mine, theirs in pairs))

    def reasons(self) -> NDArray[np.str_]:
        """Why a line has no value; none where it has one."""
        why = np.where(self.finite, Reason.NOISE, Reason.OVERFLOW)
        why = np.where(self.beside, Reason.BESIDE, why)
        why = np.where(self.jump, Reason.JUMP, np.where(self.kink, Reason.KINK, why))
        return np.where(np.isfinite(self.bound), Reason.NONE, why)


def estimate(tableau: Tableau, slack: float = 1.0) -> Estimates:
    """For each line the credible value with the smallest bound.

    A rung is credible if the slopes of both sides come together (else there is a kink), if the slope converges,
    or changes no more than noise, and if no shorter step speaks against it. Its value is Richardson's, once or
    twice. Its bound: the rest of the series at the rate that is observed, what a kink that noise hides could do,
    and noise, taken `slack` times.
    """
    slope, noise = tableau.slope, slack * tableau.noise
    with np.errstate(all="ignore"):
        value = slope[:-1] + (slope[:-1] - slope[1:]) / FIRST
        truncation = _rest(slope, noise, FIRST)
        hidden = tuned.HIDDEN * np.abs(_to_zero(tableau.gap, RATIO))[:-1]
        at = noise[:-2]
        rounding = tuned.ARITHMETIC * tableau.round_off * np.abs(value[:-1])
        bound = truncation + hidden + AMPLIFIED * at + rounding
        finite = np.isfinite(bound)
        together = _together(tableau.gap, noise)[:-1]
        seen = finite & ~together & (np.abs(tableau.gap) > tuned.SEEN * noise)[:-2]
        credible = together & ~np.logical_or.accumulate(seen, axis=0) & _converging(slope, noise) & finite
        credible &= ~_opposed(slope, value[:-1], truncation + at / 2, noise)
        credible &= ~_contradicted(value[:-1], bound, credible)
        value, bound, truncation = _once_more(tableau, noise, value, bound, truncation + hidden)
        best = np.argmin(np.where(credible, bound, np.inf), axis=0)
        pick = (best, np.arange(bound.shape[1]))
        found = credible[pick]
        apart = ~found & (finite & ~together).any(axis=0)
        level, grows, falls = _shape(tableau.gap, noise)
    return Estimates(
        value=np.where(found, value[pick], np.nan),
        bound=np.where(found, bound[pick], np.inf),
        rung=np.where(found, best + tableau.lowest, tableau.lowest - 1),
        truncated=found & (truncation[pick] > at[pick]),
        apart=apart,
        kink=apart & level,
        jump=apart & grows,
        beside=apart & falls,
        finite=np.asarray(finite.any(axis=0)),
    )


def at_two_steps(tableau: Tableau, rung: Ints) -> tuple[Floats, Floats]:
    """Value and bound of each line from two rungs only, where its block was seen to be smooth at more of them.

    All of the change between both is charged, and half again: Richardson's value leaves a ninth of that where f is
    smooth, and less than that wherever the change falls by 0.6 a rung. NaN and inf where both sides stay apart.
    """
    rows, lines = np.stack([rung, rung + 1]) - tableau.lowest, np.arange(len(rung))
    (slope, above), (gap, wider) = tableau.slope[rows, lines], tableau.gap[rows, lines]
    noise = tableau.noise[rows[0], lines]
    with np.errstate(all="ignore"):
        value = slope + (slope - above) / FIRST
        hidden = tuned.HIDDEN * np.abs((RATIO * gap - wider) / (RATIO - 1))
        rounding = tuned.ARITHMETIC * tableau.round_off * np.abs(value)
        bound = tuned.TWO_STEPS * np.abs(slope - above) + hidden + AMPLIFIED * noise + rounding
        together = np.isfinite(bound) & (np.abs(gap) <= tuned.SHRINK * np.abs(wider) + 2 * noise)
    return np.where(together, value, np.nan), np.where(together, bound, np.inf)


def sides(tableau: Tableau) -> tuple[Floats, Floats]:
    """Between which slopes a line lies whose two sides stay apart, at the rung that shows them best."""
    half = np.abs(tableau.gap) / 2
    change = np.abs(np.diff(tableau.slope, axis=0)) + np.abs(np.diff(half, axis=0))
    error = np.where(np.isfinite(change), change + 2 * tableau.noise[:-1], np.inf)
    pick = (error.argmin(axis=0), np.arange(error.shape[1]))
    middle, reach = tableau.slope[pick], half[pick] + error[pick]
    return middle - reach, middle + reach


def curvature(lowest: int, gap: Floats) -> Floats:
    """|f''| along each line, in units of it: the gap over the step, where two neighbouring rungs see least of it.

    At short steps the gap is noise, and noise over a short step is large: so the least counts.
    """
    steps = 10.0 ** (np.arange(lowest, lowest + len(gap))[:, np.newaxis] / 2)
    with np.errstate(all="ignore"):
        seen = np.abs(gap) / steps
    pairs = np.where(np.isfinite(seen[:-1] + seen[1:]), np.maximum(seen[:-1], seen[1:]), np.inf)
    least = pairs.min(axis=0, initial=np.inf)
    return np.where(np.isfinite(least), least, 0.0)


def _rest(slope: Floats, noise: Floats, divisor: float) -> Floats:
    """What Richardson's value leaves out, by the rate at which the change of the slope falls from rung to rung.

    Changes that fall by q make a geometric series with the rest q / (1 − q). In the order that the formula has,
    twice the correction is charged, which is more.
    """
    change = np.abs(np.diff(slope, axis=0))
    rate = np.maximum(change[:-1] - noise[:-2], 0) / change[1:]
    rate = np.fmax(rate, np.vstack([rate[1:], np.full((1, rate.shape[1]), np.nan)]))  # noise hides it at the lowest
    rate = np.fmin(np.fmax(rate, 0), tuned.SLOWEST)
    charged = np.maximum(2 / divisor, tuned.RESERVE * rate / (1 - rate))
    return np.asarray(charged * np.maximum(change[:-1], change[1:] / (divisor + 1)))


def _once_more(
    tableau: Tableau, noise: Floats, value: Floats, bound: Floats, truncation: Floats
) -> tuple[Floats, Floats, Floats]:
    """Richardson's second step where the error in h⁴ shows its order, and the bound gets smaller by it."""
    change = np.abs(np.diff(value, axis=0))
    at = noise[:-3]
    rest = _rest(value, noise[:-1], SECOND)
    gap = np.abs(_to_zero(_to_zero(tableau.gap, RATIO), RATIO**3))[:-1]
    again = value[:-2] + (value[:-2] - value[1:-1]) / SECOND
    rounding = tuned.ARITHMETIC * tableau.round_off * (np.abs(again) + np.abs(tableau.slope[:-3]))
    rest = rest + tuned.HIDDEN * gap
    smaller = rest + AMPLIFIED * at + rounding
    better = (change[:-1] <= change[1:] / FIRST + at) & (smaller < bound[:-1])
    value, bound, truncation = value[:-1].copy(), bound.copy(), truncation.copy()
    for whole, part in ((value, again), (bound, smaller), (truncation, rest)):
        whole[:-1] = np.where(better, part, whole[:-1])
    return value, bound, truncation


def _to_zero(gap: Floats, ratio: float) -> Floats:
    """The gap extrapolated to step 0: nothing where f is smooth, all of it where there is a kink."""
    return np.asarray((ratio * gap[:-1] - gap[1:]) / (ratio - 1))


def _together(gap: Floats, noise: Floats) -> Mask:
    """The slopes of both sides come together as the step shrinks."""
    return np.asarray(np.abs(gap[:-1]) <= tuned.SHRINK * np.abs(gap[1:]) + 2 * noise[:-1])


def _shape(gap: Floats, noise: Floats) -> tuple[Mask, Mask, Mask]:
    """Whether the gap, as the step shrinks, stays put, as at a kink, grows, as 1/h at a jump, or falls, beside one.

    The lowest decade in which it is seen counts: higher up curvature makes a gap, too. Beside a kink it stays put
    further up.
    """
    width = np.abs(gap)
    plain = width > tuned.SEEN * noise
    seen = plain[:-2] & plain[2:]
    lowest = (seen.argmax(axis=0), np.arange(width.shape[1]))
    grown = (width[:-2] - width[2:]) / width[:-2]
    level, grows, falls = np.abs(grown) <= tuned.LEVEL, grown > tuned.LEVEL, grown < -tuned.LEVEL
    level, grows, falls = seen & level, seen & grows, seen & falls
    return level[lowest], grows[lowest], falls[lowest] & level.any(axis=0)


def _converging(slope: Floats, noise: Floats) -> Mask:
    change = np.abs(np.diff(slope, axis=0))
    return np.asarray(change[:-1] <= tuned.CONVERGING * change[1:] + noise[:-2])


def _opposed(slope: Floats, value: Floats, error: Floats, noise: Floats) -> Mask:
    """Rungs whose value lies apart from the slope at one of the few rungs below: a kink is between them."""
    opposed = np.zeros(value.shape, dtype=bool)
    for down in range(1, min(1 + tuned.OPPOSING, len(value))):
        apart = np.abs(slope[: len(value) - down] - value[down:])
        opposed[down:] |= apart > tuned.AGAINST * noise[: len(value) - down] + error[down:]
    return opposed


def _contradicted(value: Floats, bound: Floats, credible: Mask) -> Mask:
    """Rungs whose interval lies apart from that of a credible lower rung: they average over kinks."""
    low = np.where(credible, value - bound, -np.inf)
    high = np.where(credible, value + bound, np.inf)
    floor = np.maximum.accumulate(low, axis=0)
    ceiling = np.minimum.accumulate(high, axis=0)
    return np.asarray((high < floor) | (low > ceiling))
