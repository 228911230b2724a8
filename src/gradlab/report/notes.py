"""What was noticed on the way and the reader must know: randomness, changed inputs, shared memory, float32."""

from __future__ import annotations

import numpy as np

from gradlab.problem.answers import described
from gradlab.problem.cost import Cost
from gradlab.problem.gradients import Analytic

ENOUGH_VALUES = 8  # values that must all be whole float32 numbers before it is no coincidence
LAST_DIGITS = 1e-14  # share by which sums differ that a processor rounds in another order; nobody need know
SINGLE = (1e-9, 1e-5)  # noise beside the cost: what float32 somewhere inside leaves; float64 leaves 1e-16


def notes(cost: Cost, analytic: Analytic, noise: float, rtol: float = 0.0) -> tuple[str, ...]:
    """One or two sentences each, with the way out."""
    said = [
        f"The check was stopped by {described(cost.stopped)}. What was not compared by then is undecided."
        if cost.stopped is not None
        else "",
        f"cost gives another value at the same params. {cost.why_unsteady()}" if not cost.steady else "",
        "grads gives other gradients at the same params: draw masks once, for the cost and the gradients alike."
        if analytic.unsure.any()
        else "",
        "grads answers for the params of the last call of cost: it reads what cost left behind. Here cost was always "
        "called first, at the same params. Let grads compute all it needs from its own argument."
        if analytic.follows_cost
        else "",
        f"Every call of grads adds the gradient to its last answer ({_some(analytic.accumulates)}): the second "
        "answer is twice the first. Set its arrays to zero at the start of every call. The first answer was compared."
        if analytic.accumulates
        else "",
        _changed("cost") if cost.mutates else "",
        _changed("grads") if analytic.mutates else "",
        f"grads writes into arrays it has handed out before ({_some(analytic.reuses)}): return copies."
        if analytic.reuses
        else "",
        f"The gradients of {_some(analytic.shares)} share memory: changing one changes the other."
        if analytic.shares
        else "",
        f"grads holds more than params: {_some(analytic.beside)}. That was not checked." if analytic.beside else "",
        _float32(cost, noise),
        f"rtol={rtol:g}: agreement to more than {digits(rtol)} digits was not asked for." if rtol else "",
        _two_answers(analytic),
    ]
    return tuple(note for note in said if note)


def digits(share: float) -> int:
    """How many digits of a number are known that is known to this share of itself."""
    return max(0, int(np.floor(-np.log10(share) + 1e-9)))


def _two_answers(analytic: Analytic) -> str:
    """Two answers of grads differ by little: that is what they are known to, and every bound is wider by it."""
    if not np.any(analytic.differs):
        return ""
    with np.errstate(all="ignore"):
        known = analytic.shaky([slice(None)])
        share = float(np.max(known, initial=0.0) / np.abs(analytic.theta).max(initial=0.0) / 3)
    if not LAST_DIGITS < share < np.inf:
        return ""
    return (
        f"Two answers of grads at the same params differ by about {share:.0e} of the largest entry: an iteration, or "
        "sums in another order. Every bound is wider by three times that."
    )


def _changed(what: str) -> str:
    return f"{what} changes its input. It was put back each time; look for an in-place operation like W -= ... in it."


def _some(names: tuple[str, ...]) -> str:
    return ", ".join(names[:6]) + (f" and {len(names) - 6} more" if len(names) > 6 else "")


def _float32(cost: Cost, noise: float) -> str:
    """Whether the digits end early, and where: in params, in the cost's result, or somewhere inside the cost."""
    advice = "Check in float64, where it can be told to many more digits: params, data and all that is computed."
    if cost.parameters.theta.dtype == np.float32:
        return f"params are float32. {advice}"
    if not cost.steady:
        return ""
    if cost.dtype == np.float32 or (cost.single and cost.moved >= ENOUGH_VALUES):
        return f"params are {cost.parameters.theta.dtype}, but every value of cost is a float32 number. {advice}"
    share = noise / abs(cost.value) if cost.value else 0.0
    if SINGLE[0] <= share <= SINGLE[1]:
        return f"The noise of the cost is {share:.0e} of its value, as if float32 were used inside. {advice}"
    return ""
