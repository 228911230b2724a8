"""A cost that jumps and is rounded, too: what slope may it have between its own jumps?

A rounded cost is asked at steps of many units, and its slope there holds what its own jumps add. Rounding alone moves
a value by one unit at one place. Where a cost moves by two or more, these are jumps of its own: the slope between
them shows in what is left of a row of values, and an analytic slope that may be this one is not called wrong.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from gradlab import constants as tuned
from gradlab.numeric.estimates import RATIO, Estimates
from gradlab.numeric.ladder import Ladder, rung_step
from gradlab.steps import jump_within

Floats = NDArray[np.float64]
Ints = NDArray[np.int_]
Along = Callable[[Floats], Floats]

NOWHERE = (np.inf, -np.inf)
PLACES = np.arange(-tuned.ROW_OF_JUMPS, tuned.ROW_OF_JUMPS + 1) / tuned.ROW_OF_JUMPS
MIDDLES = (PLACES[:-1] + PLACES[1:]) / 2
ROUNDED = 12**-0.5  # standard deviation of what rounding does to a value, in units
WHOLE = 0.02  # by which multiples of a unit may miss whole numbers, as sums of decimals do
CLOSE_BY = 4  # moves to each side that tell what is usual in their middle


def between_jumps(ladder: Ladder, found: Estimates, wanted: Floats) -> Ints:
    """Lines that seem wrong, but may be right between jumps that are larger than what rounding makes.

    Of many lines some are tried, and the rest only if one of them is such a line. What is known well was told by
    short steps, between jumps.
    """
    if not _rounded(ladder.noise, ladder.round_off, abs(ladder.cost.value)):
        return np.array([], dtype=np.int_)
    with np.errstate(invalid="ignore"):
        beyond = np.abs(wanted - found.value) > found.bound
    lines = np.flatnonzero(beyond & (found.bound > tuned.PRECISE * np.abs(found.value)))
    some = lines[np.unique(np.linspace(0, len(lines) - 1, tuned.STAIR_LINES).astype(int))] if len(lines) else lines
    fitting = [line for line in some if _may_fit(ladder, found, wanted, int(line))]
    if fitting:
        fitting += [line for line in np.setdiff1d(lines, some) if _may_fit(ladder, found, wanted, int(line))]
    return np.array(fitting, dtype=np.int_)


def _may_fit(ladder: Ladder, found: Estimates, wanted: Floats, line: int) -> bool:
    along = ladder.lines[line]

    def values_at(at: Floats) -> Floats:
        return ladder.cost.at([(along.where, along.step(t)) for t in at.tolist()])

    longest = RATIO * float(rung_step(found.rung[line]))
    low, high = slope_between(values_at, longest, float(found.value[line]), ladder.noise, ladder.round_off)
    return bool(low <= wanted[line] <= high)


def slope_between(
    values_at: Along, longest: float, slope: float, noise: float, round_off: float
) -> tuple[float, float]:
    """From where to where the slope between own jumps may be; `NOWHERE` if a cost shows none, or is not rounded.

    Parameters
    ----------
    values_at
        The cost at distances from the point.
    longest
        How far jumps are looked for.
    slope, noise
        Those of the cost from afar; noise is a third of what it is rounded to, or more. The first row is so short
        that rounding lets the cost move a few times only. The next are longer, until jumps show, and as long as they
        are few: then the rest tells most.
    round_off
        That of a number.
    """
    values = values_at(longest * PLACES)
    if not _rounded(noise, round_off, float(np.abs(values).max())):  # nor where one is NaN
        return NOWHERE
    rows = int(np.ceil(np.log(max(abs(slope) * longest / noise, 1)) / np.log(tuned.LONGER_ROWS)))
    told, unit = NOWHERE, _unit(values, np.inf, round_off) or np.inf
    for reach in (longest / tuned.LONGER_ROWS ** np.arange(rows, -1, -1.0)).tolist():
        values = values_at(reach * PLACES)
        unit = _unit(values, unit, round_off)
        if not unit:
            return NOWHERE
        moves = np.diff(values) / unit
        off = np.abs(moves - _usual(moves))
        odd = off > tuned.OWN_JUMP
        crowd = float(odd.mean())
        if odd.any() and crowd <= tuned.FEW_JUMPS:
            if told != NOWHERE or _jumps(values_at, reach, values, unit, round_off):
                told = _rest(moves, odd, unit * tuned.ROW_OF_JUMPS / reach)
            crowd *= tuned.LONGER_ROWS
        if crowd > tuned.FEW_JUMPS and (told != NOWHERE or odd.mean() > tuned.FEW_JUMPS):
            break
    return told


def _rounded(noise: float, round_off: float, size: float) -> bool:
    """Whether a cost of this size may be rounded to units: its noise is far above its last digit."""
    return 3 * noise > tuned.DOUBTED * round_off * size


def _unit(values: Floats, unit: float, round_off: float) -> float:
    """The unit of which all moves are whole multiples, at most this one; 0 if there is none, inf if nothing moves."""
    least = tuned.DOUBTED * round_off * float(np.abs(values).max())
    gaps = np.abs(np.diff(values))
    gaps = gaps[~(gaps <= least)]  # NaN stays
    for parts in range(1, 13) if len(gaps) else ():
        part = min(unit, float(gaps.min())) / parts
        if part > least and np.all(np.abs(gaps / part - np.round(gaps / part)) <= WHOLE):
            return part
    return 0.0 if len(gaps) else unit


def _jumps(values_at: Along, reach: float, values: Floats, unit: float, round_off: float) -> bool:
    """Whether one of the moves that are most unusual is a jump."""
    moves, closest = np.diff(values), tuned.STEEPEST * round_off
    usual = _usual(moves)
    for k in np.argsort(-np.abs(moves - usual))[: tuned.JUMPS_TRIED].tolist():
        if jump_within(
            lambda t: float(values_at(np.array([t]))[0]),
            reach * PLACES[k : k + 2],
            values[k : k + 2],
            shortest=closest,
            closest=closest,
            slope=float(usual[k]) * tuned.ROW_OF_JUMPS / reach,
            quiet=tuned.OWN_JUMP * unit,
        ):
            return True
    return False


def _usual(moves: Floats) -> Floats:
    """The median of those around each move."""
    padded = np.pad(moves, CLOSE_BY, mode="reflect")
    return np.asarray(np.median(np.lib.stride_tricks.sliding_window_view(padded, 2 * CLOSE_BY + 1), axis=1))


def _rest(moves: Floats, odd: NDArray[np.bool_], steep: float) -> tuple[float, float]:
    """The slope in the middle of a row without its jumps, by a parabola through the other moves; one unit is `steep`.

    Jumps of a few units only may be some that were seen out of more that rounding hides: then the other moves may
    be jumps, too, and there may be as many hidden ones as seen ones.
    """
    design = np.column_stack([np.ones(len(moves)), MIDDLES, MIDDLES**2])[~odd]
    left, *_ = np.linalg.lstsq(design, moves[~odd])
    spread = max(float(np.std(moves[~odd] - design @ left)), ROUNDED)
    error = tuned.SAFETY * spread * float(np.sqrt(np.linalg.inv(design.T @ design)[0, 0]))
    low, high = float(left[0]) - error, float(left[0]) + error
    sizes = np.abs(moves - _usual(moves))[odd]
    if sizes.min() < tuned.PLAIN_JUMP:
        hidden = float(sizes.sum()) / len(moves)
        low, high = min(low, -error) - hidden, max(high, error) + hidden
    return low * steep, high * steep
