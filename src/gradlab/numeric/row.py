"""Eleven values at equal steps: low differences tell the slope to order ten, high ones the noise.

Newton's and Richardson's old trade. Where f is smooth over the whole row, nothing is left for a shorter step to add;
where it is not, the row says so: its estimates of rising order do not settle, or its middle does not lie on the
polynomial through the others, or two short steps see another slope.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from gradlab import constants as tuned
from gradlab.problem.cost import Cost
from gradlab.steps import noise_of_differences

Floats = NDArray[np.float64]

SMALLEST = float(np.finfo(float).tiny)  # below it numbers lose digits, and f is 0 in steps of its own
PAIRS = 5  # of values, ahead and behind, beside the one in the middle


def _lagrange(pairs: int) -> Floats:
    """Weights of so many even functions of the step, at 1, 2, … steps, in their polynomial's value at step 0."""
    squares = np.arange(1.0, pairs + 1) ** 2
    weights = [np.prod(np.delete(squares, k) / np.delete(squares - square, k)) for k, square in enumerate(squares)]
    return np.pad(weights, (0, PAIRS - pairs))


ORDERS = np.array([_lagrange(pairs) for pairs in range(1, PAIRS + 1)])
AMPLIFIED = float(np.sum(np.abs(ORDERS[-1]) / np.arange(1, PAIRS + 1)))  # noise of the slope, in that of f / step


@dataclass(frozen=True)
class Row:
    """f at x + k · step for k from −5 to 5, and the slope there: `value` ± `bound`, inf where it cannot be told.

    `noise` is what the values scatter about any smooth curve. Where the row is too long for the slope to be told
    well, and a shorter one promises to be better, it is `settling`.
    """

    step: float
    values: Floats
    value: float
    bound: float
    noise: float
    settling: bool


def row_of(cost: Cost, scale: float, round_off: float) -> Row:
    """Ten evaluations of a cost of one parameter, and four more beside the point if the row is smooth."""
    x = cost.parameters.theta[0]
    ulps = float(max(16 * abs(np.spacing(x)), SMALLEST)) if x else SMALLEST
    step = ulps * float(np.round(tuned.ROW * scale / ulps))  # moves x by whole ulps, and is no round number
    values, slopes = _pairs(cost, step * np.arange(1.0, PAIRS + 1))
    even = values.mean(axis=0) - cost.value
    estimates = ORDERS @ slopes
    value = float(estimates[-1])
    row = np.concatenate([values[1, ::-1], [cost.value], values[0]])
    scatter = max(_scatter(row, order) for order in (2 * PAIRS - 1, 2 * PAIRS))
    least = round_off * (abs(cost.value) + tuned.INSIDE * abs(float(x) * value)) + SMALLEST
    noise = max(least, scatter, abs(float(ORDERS[-1] @ even)))
    changes = np.abs(np.diff(estimates))
    unknown = Row(
        step, row, np.nan, np.inf, scatter, settling=_settling(changes) and _settling(np.abs(ORDERS @ even))
    )
    allowed = tuned.QUIET * least
    if not (noise <= allowed and np.ptp(row)):
        return unknown
    rest = _rest(changes, tuned.SAFETY * AMPLIFIED * noise / step)
    if not rest < np.inf:
        return unknown
    near = step * np.array(tuned.ROW_NEAR)
    values, beside = _pairs(cost, near)
    closer = (near / step) ** 2  # what truncation is there, of that at the first step
    off = (np.abs(beside - value) - closer * abs(slopes[0] - value)) * near
    curved = np.abs(values.mean(axis=0) - cost.value) - 2 * closer * abs(even[0])
    noise = max(noise, float(off.max()))
    if not (noise <= allowed and curved.max() <= allowed):
        return replace(unknown, settling=False)  # something narrow is near, and no row of values sees it
    rounding = tuned.SAFETY * AMPLIFIED * noise / step + tuned.ARITHMETIC * round_off * abs(value)
    return Row(step, row, value, float(rest + rounding), scatter, settling=bool(rest > rounding))


def _pairs(cost: Cost, steps: NDArray[np.floating]) -> tuple[Floats, Floats]:
    """f ahead and behind (rows) at some steps, and its central slopes there, over the steps that are really taken."""
    x = cost.parameters.theta[0]
    points = [(0, sign * float(h)) for sign in (1, -1) for h in steps]
    values = cost.at(points).reshape(2, -1)
    reach = np.array([float((x + x.dtype.type(h)) - (x - x.dtype.type(h))) for h in steps])
    return values, (values[0] - values[1]) / reach


def _scatter(values: Floats, order: int) -> float:
    """Standard deviation of the noise of a row by its differences of one order: Moré and Wild 2011."""
    size = float(np.abs(values).max()) or 1.0
    return size * noise_of_differences(np.diff(values / size, order), order)


def _settling(changes: Floats) -> bool:
    """Whether changes fall from order to order, if not yet so fast as to be believed: those of jumps do not."""
    return bool(np.all(np.diff(changes) < 0) and changes[-1] < tuned.SETTLING * changes[0])


def _rest(changes: Floats, noise: float) -> float:
    """What the highest order leaves out, by the rate at which the changes fall from order to order; else inf.

    One of them may be small by chance: so the rate is the slowest of all, and the last change is at least what that
    rate makes of the one before.
    """
    heard = changes > noise
    rates = changes[1:][heard[1:]] / changes[:-1][heard[1:]]
    rate = max(float(rates.max(initial=0.0)), tuned.FASTEST)
    if not rate < tuned.SETTLING:
        return np.inf
    return tuned.ROW_RESERVE * rate * float(max(changes[-1], rate * changes[-2]))
