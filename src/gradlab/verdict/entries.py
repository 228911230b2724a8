"""The numeric side of a check: one look at every component, and a climb where that look leaves a doubt."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gradlab.numeric.gradient import central_slopes, component_lines, top_rungs
from gradlab.numeric.ladder import SAFETY, Estimates, Ladder, rung_step
from gradlab.problem.cost import Cost
from gradlab.verdict.blocks import Numeric

Floats = NDArray[np.float64]
Ints = NDArray[np.int_]

CLEAR = 1e-3  # the first look is enough if its noise is at most this share of the slope
CLOSE = 1e-7  # ... or if both sides agree to this share outright
ENOUGH = 1e-7  # share of the slope at which a climb for a smaller bound ends ...
ROUNDED = 1e4  # ... or so many times the round-off of theta: three digits in float32
SLACK = 3.0  # times the measured noise, where a line contradicts itself: the measurement is one of few values
SAMPLE = 64  # doubtful components of a block that are examined before the rest is judged like them


def examine(cost: Cost, noise: float, analytic: Floats, scale: Floats, start: Ints) -> Numeric:
    """A numeric derivative and bound for every component, cheap where both sides agree at once.

    At the first look the bound is noise alone. It leaves truncation out, so only agreement can be read
    from it: two independent numbers do not meet within the noise by accident. Whatever does not meet, or
    meets in noise that is not small, is examined at more steps.
    """
    step = rung_step(start)
    slope, bend, moved = central_slopes(cost, step * scale)
    wanted, slope, bend = analytic * scale, slope * scale, bend * scale
    rounding = 4 * np.finfo(np.float64).eps * np.abs(slope)
    bound = SAFETY * noise / step + rounding
    with np.errstate(invalid="ignore"):
        error, size = np.abs(wanted - slope), np.minimum(np.abs(wanted), np.abs(slope))
        straight = np.abs(bend) <= np.abs(slope) + bound  # else there may be a kink right here
        clear = straight & (error <= bound) & (bound <= CLEAR * size)
        close = straight & (error <= CLOSE * size) & (size > 0)
    dead = ~moved & (wanted == 0)
    seen = Numeric(
        slope, np.maximum(bound, np.where(close, error + rounding, 0)), np.where(dead, "no effect", "").astype("U9")
    )
    doubtful = np.flatnonzero(~(clear | close | dead))
    for at in cost.parameters.slices.values():
        inside = doubtful[(doubtful >= at.start) & (doubtful < at.stop)]
        seen = _examine_block(cost, noise, wanted, scale, start, seen, inside)
    return Numeric(seen.value / scale, seen.bound / scale, seen.reason)


def _examine_block(
    cost: Cost, noise: float, wanted: Floats, scale: Floats, start: Ints, seen: Numeric, doubtful: Ints
) -> Numeric:
    """Climb for a sample first: where nearly all of it is plainly wrong, most of the rest needs no climb."""
    sample = doubtful[np.unique(np.linspace(0, len(doubtful) - 1, SAMPLE).astype(int))] if len(doubtful) else doubtful
    climbed = _climb(cost, noise, wanted, scale, start, seen, sample)
    rest = np.setdiff1d(doubtful, sample)
    wrong = np.abs(wanted - climbed.value)[sample] > climbed.bound[sample]
    if not len(rest) or np.mean(wrong) < 0.9:
        return _climb(cost, noise, wanted, scale, start, climbed, rest)
    # Ten times what the first look was off in the sample is what it is given in the rest.
    off = 10 * np.nanmax(np.abs(seen.value - climbed.value)[sample])
    climbed.bound[rest] += off
    unclear = rest[~(np.abs(wanted - climbed.value)[rest] > climbed.bound[rest])]
    return _climb(cost, noise, wanted, scale, start, climbed, unclear)


def _climb(
    cost: Cost, noise: float, wanted: Floats, scale: Floats, start: Ints, seen: Numeric, components: Ints
) -> Numeric:
    """The numbers that a ladder of steps allows for these components, in place of the first look."""
    if not len(components):
        return seen
    top = top_rungs(cost.parameters, scale)[components]
    ladder = Ladder(cost, component_lines(components, scale), noise, top=top)
    enough = max(ENOUGH, ROUNDED * ladder.roundoff)
    found = _look_closer(ladder, ladder.climb(start[components], enough=enough), wanted[components])
    kink, (low, high) = found.kink, ladder.sides()
    value, bound, reason = seen.value.copy(), seen.bound.copy(), seen.reason.copy()
    bound[components] = np.where(kink, (high - low) / 2, found.bound)
    reason[components] = found.reasons()
    # Where noise hides how good any number is, the first look is still one, for formula (2); its bound is infinite.
    known = np.where(reason[components] == "noise", seen.value[components], found.value)
    value[components] = np.where(kink, (low + high) / 2, known)
    return Numeric(value, bound, reason)


def _look_closer(ladder: Ladder, found: Estimates, wanted: Floats) -> Estimates:
    """Before a component is called wrong it is tried two decades closer: long steps average over kinks."""
    wrong = np.flatnonzero(np.abs(wanted - found.value) > found.bound)
    ladder.descend(wrong, rungs=4)
    return ladder.estimates().or_else(ladder.estimates(slack=SLACK))


def nothing(n: int, reason: str) -> Numeric:
    """No number for any component, and why."""
    return Numeric(np.full(n, np.nan), np.full(n, np.inf), np.full(n, reason, dtype="U9"))


def fixed(value: Floats, bound: Floats, kink: NDArray[np.bool_]) -> Numeric:
    """Numbers from one fixed step: what they cannot tell is put down to the step."""
    reason = np.where(kink, "kink", np.where(np.isfinite(value), "", "overflow")).astype("U9")
    return Numeric(value, bound, reason, otherwise="step")
