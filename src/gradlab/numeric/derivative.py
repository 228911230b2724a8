"""The derivative of a function of one variable, with an error that can be believed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from gradlab import _arguments
from gradlab import constants as tuned
from gradlab.errors import GradlabError
from gradlab.numeric.answer import Reason
from gradlab.numeric.ladder import Ladder, Line, rung_step
from gradlab.numeric.row import Row, row_of
from gradlab.numeric.staircase import on_one_stair
from gradlab.precision import unit_roundoff
from gradlab.problem.cost import Cost
from gradlab.problem.parameters import Parameters
from gradlab.steps import measure_noise


@dataclass(frozen=True)
class Derivative:
    """A numeric derivative, with an estimate of how far it can be off: `value` ± `error`."""

    value: float
    error: float
    step: float
    evaluations: int
    reason: str  # why nothing can be said: "", "kink", "jump", "beside", "stairs", "noise", "random", "overflow", …


def derivative(f: Callable[[Any], Any], x: float) -> Derivative:
    """Estimate f'(x) by central differences, with the step chosen and the error estimated from f itself.

    Of a smooth f eleven values at equal steps tell the slope to order ten, and two short steps that there is no
    other one beside x. Else the noise of f is measured (Moré and Wild 2011), truncation is estimated from
    neighbouring steps, and Richardson extrapolation improves the value. Steps are relative to |x|.

    Parameters
    ----------
    f
        A function of one float (it is given an array of shape () with the dtype of x).
    x
        Where. A finite float; `np.float32` makes the steps fit float32.

    Returns
    -------
    Derivative
        `value` is NaN and `error` inf if no step gives a credible value; `reason` then says why.

    Raises
    ------
    GradlabError
        If x is not one finite float, or f(x) is not one finite number.

    Examples
    --------
    >>> from math import log
    >>> d = derivative(log, 1e-6)
    >>> print(f"{d.value:.4f} ± {d.error:.0e}, from {d.evaluations} evaluations")
    1000000.0000 ± 9e-07, from 16 evaluations
    """
    _arguments.function("f", f, of="one number")
    values = _arguments.floats("x", x, "one finite float")
    at = np.asarray(x)
    if at.dtype.kind == "b" or at.dtype == np.float16 or not values.size or not np.isfinite(values).all():
        raise GradlabError(f"x must be one finite float, float32 or finer, got {_arguments.shown(x)}")
    parameters = Parameters(at.astype(np.float64) if at.dtype.kind in "iu" else at)
    if parameters.size != 1:
        raise GradlabError(f"x must be one number, got shape {at.shape}: numeric_gradient takes arrays")
    cost = Cost(f, parameters)
    scale = float(abs(parameters.theta[0])) or 1.0
    if not cost.steady:
        return Derivative(np.nan, np.inf, np.nan, cost.evaluations, "random")
    with np.errstate(all="ignore"):  # of numbers that overflow or vanish
        round_off = unit_roundoff(parameters.theta.dtype)
        row = shorter = row_of(cost, scale, round_off)
        for times in tuned.ROW_AGAIN:
            if _enough(shorter, round_off) or not shorter.settling:
                break
            shorter = row_of(cost, scale / times, round_off)
        if _enough(shorter, round_off):
            return Derivative(shorter.value, shorter.bound, shorter.step, cost.evaluations, "")
        return _refined(cost, scale, row)


def _enough(row: Row, round_off: float) -> bool:
    """Whether a row of values is smooth, and tells the slope so well that no other step is asked."""
    enough = max(tuned.DERIVATIVE_ENOUGH if row.settling else tuned.ROW_NOISY, tuned.DERIVATIVE_ROUNDED * round_off)
    return row.bound <= enough * abs(row.value)


def _refined(cost: Cost, scale: float, row: Row) -> Derivative:
    """The slope at a ladder of steps, where the row of values is not smooth enough to tell it."""
    noise = measure_noise(
        lambda t: cost.at([(0, scale * k) for k in t]),
        value=cost.value,
        roundoff=unit_roundoff(cost.parameters.theta.dtype),
        points=tuned.DERIVATIVE_POINTS,
    )
    # Near zero |x| says little about the scale of f: let noise push the step up to 0.3.
    top = max(-1, int(np.ceil(-2 * np.log10(scale))) - 1)
    ladder = Ladder(cost, [Line(0, scale)], noise, top=top)
    found = ladder.refine(np.array([tuned.DERIVATIVE_START]), enough=tuned.DERIVATIVE_ENOUGH)
    nearest = np.array([tuned.DERIVATIVE_NEAREST])
    apart = np.abs(ladder.slopes_at(np.array([0]), nearest) - found.value)
    if apart > found.bound + tuned.SAFETY * noise / rung_step(nearest):  # something narrow stands at x
        found = ladder.refine(nearest, enough=tuned.DERIVATIVE_ENOUGH)
    value, error = float(found.value[0]) / scale, float(found.bound[0]) / scale
    step, reason = float(rung_step(found.rung)[0]) * scale, str(found.reasons()[0])
    if reason == Reason.OVERFLOW:
        reason = str(cost.failure(0) or reason)
    if not reason and on_one_stair(ladder, row, value, step):
        reason = str(Reason.STAIRS)
    if reason:
        value, error, step = np.nan, np.inf, np.nan
    return Derivative(value, error, step, cost.evaluations, reason)
