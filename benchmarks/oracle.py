"""What the values of a cost can tell at all: the best of many steps, chosen by one who knows the right gradient.

No checker can do better than this, whatever its rule, so a mistake that is smaller than this is no miss.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

Vector = np.ndarray
Flat = Callable[[Vector], float]

STEPS = 10.0 ** np.arange(-13, -0.4, 0.5)  # up to a third of an entry, or of 1
SEEN = 20.0  # times the best error that a mistake must be to count
BESIDE = 1e-7  # the step at which the slopes of both sides of a kink are taken …
ROUGH = 1e-5  # … and their error, as a share of the larger one


def told(cost: Flat, theta: Vector, right: Vector, wrong: Vector, *, kinked: bool = False) -> bool:
    """Whether values of the cost show that `wrong` is wrong, in some entry.

    Of each entry the central slope is taken at all steps. Its best error is the least that three neighbouring steps
    have in common: one step may be right by chance. Where the cost is known to have kinks at the point, what lies
    between the slopes of both sides is no mistake.
    """
    value = cost(theta.copy())
    for i in np.flatnonzero(wrong != right):
        if kinked:
            ahead, behind = (
                _slope(cost, value, theta, int(i), sign * BESIDE * (abs(theta[i]) or 1.0)) for sign in (1, -1)
            )
            low, high = min(ahead, behind, right[i]), max(ahead, behind, right[i])
            best = ROUGH * max(abs(low), abs(high))
        else:
            low = high = right[i]
            best = _best_error(cost, value, theta, int(i), right[i]) + np.finfo(float).eps * abs(right[i])
        if max(wrong[i] - high, low - wrong[i]) > SEEN * best:
            return True
    return False


def _best_error(cost: Flat, value: float, theta: Vector, i: int, right: float) -> float:
    best = np.inf
    for size in {abs(float(theta[i])), 1.0} - {0.0}:
        slopes = [
            (_slope(cost, value, theta, i, h * size) + _slope(cost, value, theta, i, -h * size)) / 2 for h in STEPS
        ]
        errors = np.where(np.isfinite(slopes), np.abs(np.array(slopes) - right), np.inf)
        best = min(best, float(np.lib.stride_tricks.sliding_window_view(errors, 3).max(axis=1).min()))
    return best


def _slope(cost: Flat, value: float, theta: Vector, i: int, step: float) -> float:
    """The slope to one side; NaN if the step vanishes, or the cost raises there, as at the end of a table."""
    moved = theta.copy()
    moved[i] += step
    if moved[i] == theta[i]:
        return np.nan
    try:
        with np.errstate(all="ignore"):
            return float((cost(moved) - value) / (moved[i] - theta[i]))
    except (ArithmeticError, ValueError, LookupError):
        return np.nan
