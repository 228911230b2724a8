"""The gradient at one absolute step that the caller chose, the course's ε, and how far it can be off."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gradlab import constants as tuned
from gradlab.errors import GradlabError
from gradlab.numeric.answer import Numeric, Reason
from gradlab.numeric.scaling import rms
from gradlab.problem.cost import Cost
from gradlab.problem.parameters import Parameters
from gradlab.stencils import Stencil

Floats = NDArray[np.float64]


def at_fixed_step(cost: Cost, noise: float, stencil: Stencil, step: float, wanted: Floats | None = None) -> Numeric:
    """For every component a value and a bound; what they cannot tell is put down to the step.

    Truncation is seen at twice the step. A kink is seen by stencils that reach one step to both sides: the slopes
    of both sides stay apart; `value` ± `bound` then spans them. A one-sided stencil cannot see it.

    A slope that is `wanted`, and is there at once, is not asked for at twice the step: its bound is then the share of
    itself within which that was seen.

    Raises
    ------
    GradlabError
        If the step is no positive number, or vanishes beside a component.
    """
    _refuse_vanishing(cost.parameters, step)
    fine, gap = _slopes_and_gaps(cost, stencil, step)
    rounding = tuned.SAFETY * float(stencil.noise) * noise / step
    doubtful, settled = np.arange(fine.size), np.zeros(fine.size)
    if wanted is not None:
        size, straight = np.minimum(np.abs(wanted), np.abs(fine)), np.abs(gap) <= np.abs(fine) + rounding
        enough = np.maximum(tuned.CLOSE * size, np.where(rounding <= tuned.CLEAR * size, rounding, 0))
        settled = np.where(straight & (size > 0) & (np.abs(fine - wanted) <= enough), enough, 0)
        doubtful = np.flatnonzero(settled == 0)
    rough, wider = fine.copy(), gap.copy()
    rough[doubtful], wider[doubtful] = _slopes_and_gaps(cost, stencil, 2 * step, doubtful)
    truncation = _not_by_accident(np.abs(rough - fine), cost.parameters) / (2**stencil.order - 1)
    bound = tuned.SAFETY * truncation + rounding + tuned.HIDDEN * np.abs(2 * gap - wider)
    kink = np.abs(gap) > tuned.SHRINK * np.abs(wider) + tuned.SAFETY * tuned.GAP * noise / step
    kink &= settled == 0
    bound = np.where(settled > 0, settled, np.where(kink, np.abs(gap) / 2 + rounding, bound))
    jump = kink & (np.abs(gap) > np.abs(wider) * (1 + tuned.LEVEL) + tuned.SAFETY * tuned.GAP * noise / step)
    bad = ~np.isfinite(bound) | jump
    reason = np.where(bad, Reason.OVERFLOW, np.where(kink, Reason.KINK, Reason.NONE))
    reason = np.where(jump, Reason.JUMP, reason)
    found = Numeric(np.where(bad, np.nan, fine), np.where(bad, np.inf, bound), reason, otherwise=Reason.STEP)
    entries = range(cost.parameters.size)
    return found.explained([cost.failure(i) for i in entries]).at_edges([cost.at_edge(i) for i in entries])


def longest_step(stencil: Stencil, step: float | None) -> float:
    """How far a stencil goes at this step and at its double; 0 without a step."""
    return 2 * step * max(abs(float(offset)) for offset in stencil.offsets) if step is not None else 0.0


def slopes_at(cost: Cost, stencil: Stencil, step: float) -> Floats:
    """The stencil at one absolute step for every component; NaN or inf where the step vanishes beside it."""
    return _slopes_and_gaps(cost, stencil, step)[0]


def _slopes_and_gaps(
    cost: Cost, stencil: Stencil, step: float, entries: NDArray[np.int_] | None = None
) -> tuple[Floats, Floats]:
    """The slopes, and by how much the slope ahead exceeds the slope behind; 0 if the stencil cannot tell."""
    entries = np.arange(cost.parameters.size) if entries is None else entries
    theta = cost.parameters.theta[entries]
    offsets = [float(o) for o in stencil.offsets]
    values = cost.at([(int(i), o * step) for i in entries for o in offsets]).reshape(theta.size, len(offsets))
    first, last = ((theta + o * step).astype(theta.dtype).astype(np.float64) for o in (offsets[0], offsets[-1]))
    reach = (last - first) / (offsets[-1] - offsets[0])
    gap = np.zeros(theta.size)
    with np.errstate(divide="ignore", invalid="ignore"):
        if {-1.0, 1.0} <= set(offsets):
            gap = (values[:, offsets.index(1.0)] + values[:, offsets.index(-1.0)] - 2 * cost.value) / reach
        return values @ np.array([float(w) for w in stencil.weights]) / reach, gap


def _refuse_vanishing(parameters: Parameters, step: float) -> None:
    if not (np.isfinite(step) and step > 0):
        raise GradlabError(f"step must be a positive number, got {step}")
    theta = parameters.theta
    stuck = np.flatnonzero((theta + step).astype(theta.dtype) == theta)
    if len(stuck):
        name, index = parameters.where(int(stuck[0]))
        raise GradlabError(
            f"step {step:g} vanishes beside {name}{list(index)} = {theta[stuck[0]]:g} in {theta.dtype}: "
            "take a larger step, or none to have it chosen"
        )


def _not_by_accident(change: Floats, parameters: Parameters) -> Floats:
    """No change smaller than half the rms of its block: one entry may hardly change by chance, not all of them."""
    least = np.zeros_like(change)
    for at in parameters.slices.values():
        least[at] = rms(change[at]) / 2
    return np.maximum(change, least)
