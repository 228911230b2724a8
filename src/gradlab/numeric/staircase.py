"""Does the cost move in jumps? Then its slope from afar is not the mean of the slopes on the way.

Of a function without jumps it is, by the fundamental theorem of calculus, kinks or not. A cost that is rounded,
counted, quantised or cancelled stands on stairs too wide for a short step: the slope of one stair is exact, and
says nothing of what was meant. What speaks for stairs is that the analytic slope fits the cost from afar.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gradlab import constants as tuned
from gradlab.numeric.estimates import Estimates
from gradlab.numeric.ladder import Ladder, Line, rung_step
from gradlab.numeric.row import Row
from gradlab.steps import jump_within

Floats = NDArray[np.float64]
Ints = NDArray[np.int_]


def on_stairs(ladder: Ladder, found: Estimates, wanted: Floats) -> tuple[Ints, Floats]:
    """Lines that seem wrong where the cost jumps on the way to a long step; and their slopes from afar.

    First up to `STAIR_LINES` of them are tried: six evaluations each, and sixteen to 48 more if the analytic slope
    is right from afar. If that and jumps come together in one line, the rest is asked for jumps alone: from afar the
    small slopes of rounded costs are not known well. Where lines are flat, one or two jumps further off are enough:
    then nothing can be told along any flat line.
    """
    wrong = np.flatnonzero(np.abs(wanted - found.value) > found.bound)
    some = wrong[np.unique(np.linspace(0, len(wrong) - 1, tuned.STAIR_LINES).astype(int))] if len(wrong) else wrong
    lines, slopes = _jumping(ladder, found, wanted, some, fit=tuned.FITS_AFAR)
    if len(lines):
        rest = _jumping(ladder, found, wanted, np.setdiff1d(wrong, lines), fit=0.0)
        lines, slopes = np.append(lines, rest[0]), np.append(slopes, rest[1])
    flat = np.setdiff1d(wrong[found.value[wrong] == 0], lines)
    if len(lines) or on_a_wide_stair(ladder, np.intersect1d(flat, some)):
        lines, slopes = np.append(lines, flat), np.append(slopes, np.zeros(len(flat)))
    return lines, slopes


def averaged(ladder: Ladder, found: Estimates, wanted: Floats) -> Ints:
    """Lines that seem wrong, but are right at shorter steps, two in a row: the step that told averages over jumps.

    A cost may jump as often as its noise lets one look, and have a slope between two jumps, too. Which of both slopes
    is meant, no step tells. Flat pieces alone say nothing: that is what rounding makes.
    """
    with np.errstate(invalid="ignore"):
        apart = np.abs(wanted - found.value)
        lines = np.flatnonzero((apart > found.bound) & (found.bound > tuned.PRECISE * np.abs(found.value)))
    some = lines[np.unique(np.linspace(0, len(lines) - 1, tuned.STAIR_LINES).astype(int))] if len(lines) else lines
    if not len(_fitting_nearer(ladder, found, wanted, some)):
        return some[:0]
    return _fitting_nearer(ladder, found, wanted, lines, flat=True)


def _fitting_nearer(ladder: Ladder, found: Estimates, wanted: Floats, lines: Ints, *, flat: bool = False) -> Ints:
    """Those of these lines that fit at two neighbouring rungs out of some below, where they may be flat or not."""
    rungs = [np.maximum(found.rung[lines] - down, ladder.bottom) for down in range(1, 1 + tuned.NEARER)]
    slopes = np.array([ladder.slopes_at(lines, rung) for rung in rungs])
    with np.errstate(invalid="ignore"):
        off = np.abs(slopes - wanted[lines])
        fits = (off <= tuned.FITS_NEAR * np.abs(found.value - wanted)[lines]) & (flat | (slopes != 0))
    return np.asarray(lines[(fits[:-1] & fits[1:]).any(axis=0)])


def on_one_stair(ladder: Ladder, row: Row, slope: float, step: float) -> bool:
    """Whether f jumps on both sides of x: then the slope of one stair, as a short step sees it, is no derivative.

    Asked where a row of values scatters more than noise explains, or only short steps tell a slope. Where f jumps on
    one side only, the other is looked at further off. Where f does not move at all, one jump is enough.
    """
    if not np.ptp(row.values):
        return on_a_wide_stair(ladder, np.array([0]))
    if row.noise <= tuned.QUIET * ladder.noise and step >= tuned.SHORT * row.step:
        return False
    middle = len(row.values) // 2
    sides = [(sign, row.values[middle::sign]) for sign in (1, -1)]
    jumps = [_jumps_beside(ladder, values, slope, sign * row.step, step) for sign, values in sides]
    if any(jumps) and not all(jumps):
        sign, values = sides[jumps.index(False)]
        at = np.array([sign * middle * row.step, sign * tuned.FURTHER * row.step * middle])
        far = np.array([values[-1], _value_at(ladder, at[1])])
        return _jump_between(ladder, at, far, slope, step)
    return all(jumps)


def _jumps_beside(ladder: Ladder, values: Floats, slope: float, apart: float, step: float) -> bool:
    """Whether f jumps on one side, where its values, so far apart, leave the straight line most; or ends there."""
    off = np.abs(np.diff(values) - slope * apart)
    if not np.isfinite(off).all():
        return True
    k = int(np.argmax(off))
    return _jump_between(ladder, apart * np.array([k, k + 1.0]), values[k : k + 2], slope, step)


def _jump_between(ladder: Ladder, ends: Floats, values: Floats, slope: float, step: float) -> bool:
    """Down to a step much shorter than that at which the slope was found; what moves no more than noise is none."""
    quiet = tuned.QUIET * max(ladder.noise, ladder.round_off * float(np.abs(values).max()))
    x, far = abs(float(ladder.cost.parameters.theta[0])), float(np.abs(ends).max())
    return jump_within(
        lambda t: _value_at(ladder, t),
        ends,
        values,
        shortest=step / 2**tuned.HALVINGS,
        closest=tuned.STEEPEST * ladder.round_off * max(x, far),
        slope=slope,
        quiet=quiet,
    )


def _value_at(ladder: Ladder, t: float) -> float:
    """f at x + t, of one variable."""
    return float(ladder.cost.at([(0, float(t))])[0])


def on_a_wide_stair(ladder: Ladder, lines: Ints) -> bool:
    """Whether the cost jumps further off, along one of some lines that are flat: nothing fits on one wide stair.

    A cost that is flat beside a threshold, as a ReLU is, moves without a jump there.
    """
    for line in lines if ladder.cost.domain is None else ():
        along = ladder.lines[line]

        def value(t: float, along: Line = along) -> float:
            return float(ladder.cost.at([(along.where, along.step(t))])[0])

        closest = tuned.STEEPEST * ladder.round_off
        for end in np.outer(tuned.WIDE, (1.0, -1.0)).flat:
            ends, values = np.array([0.0, end]), np.array([ladder.cost.value, value(float(end))])
            quiet = tuned.QUIET * ladder.round_off * float(np.abs(values).max())
            if jump_within(value, ends, values, shortest=abs(end) / 2**20, closest=closest, quiet=quiet):
                return True
    return False


def _jumping(ladder: Ladder, found: Estimates, wanted: Floats, lines: Ints, *, fit: float) -> tuple[Ints, Floats]:
    """Those lines that jump on the way, and fit so many times better from afar, at two steps at least.

    One step is enough where the cost does not move at all beside the point: it stands on one stair.
    """
    stairs, slopes = [], []
    rungs = [ladder.top[lines], *(np.full(len(lines), rung) for rung in tuned.AFAR)]
    afar = np.array([ladder.slopes_at(lines, rung) for rung in rungs])
    for j, line in enumerate(lines):
        near, step = float(found.value[line]), float(rung_step(found.rung[line]))
        if not near:  # a long step on one wide stair may span the narrower ones on the way
            step = min(step, float(rung_step(tuned.AFAR[-1])))
        fits = np.flatnonzero(fit * np.abs(afar[:, j] - wanted[line]) <= abs(wanted[line] - near))  # not NaN
        for k in fits if len(fits) >= (2 if near else 1) else ():
            way = ladder.slopes_beside(int(line), _between() * float(rung_step(rungs[k][j])), step)
            if abs(afar[k, j] - way.mean()) > tuned.UNEXPLAINED * abs(afar[k, j] - near):
                stairs.append(int(line))
                slopes.append(float(afar[k, j]))
                break
    return np.array(stairs, dtype=np.int_), np.array(slopes)


def _between() -> Floats:
    """Points on the way, in units of a step to both sides."""
    return (np.arange(tuned.ON_THE_WAY) + 0.5) / tuned.ON_THE_WAY * 2 - 1
