"""The numeric gradient: every component by finite differences, with a bound on its error."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gradlab import _arguments, _records
from gradlab import constants as tuned
from gradlab._arguments import Workers
from gradlab.errors import GradlabError
from gradlab.numeric.answer import Reason
from gradlab.numeric.fixed_step import at_fixed_step, longest_step
from gradlab.numeric.own_steps import by_own_steps
from gradlab.numeric.scaling import Scale, scales
from gradlab.precision import unit_roundoff
from gradlab.problem.cost import Cost
from gradlab.problem.displaced import Step
from gradlab.problem.parameters import Parameters, Params
from gradlab.problem.progress import progress_bar
from gradlab.stencils import CENTRAL, Stencil
from gradlab.steps import measure_noise

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class NumericGradient:
    """The gradient by finite differences. `values` and `bounds` have the structure of params."""

    values: Any
    bounds: Any
    evaluations: int

    __eq__ = _records.equal
    __hash__ = _records.hashed


def numeric_gradient(
    cost: Callable[..., Any],
    params: Params,
    *,
    stencil: Stencil = CENTRAL,
    step: float | None = None,
    vectorized: bool = False,
    workers: Workers = None,
    rng: np.random.Generator | int | None = None,
    progress: bool = False,
    bounds: Any = None,
) -> NumericGradient:
    """Estimate dJ/dθ for every component, and say how far each estimate can be off.

    Without `step` the step is chosen from the cost itself: its noise is measured and a good step found, of few
    components for all of them together, of many for each block. Where the cost is smooth, three evaluations of each
    component are then enough; the others have steps of their own. With `step` the stencil is applied at this one
    absolute step (the course's ε) and at its double, which tells the truncation.

    Parameters
    ----------
    cost
        A function of params that returns one finite number.
    params
        Dict of arrays (W1, b1, …), sequence of arrays, or one array; floats of one dtype. Never changed.
    stencil
        The formula; one other than `CENTRAL` needs a step.
    step
        The absolute step. None: chosen for every component.
    vectorized
        True if `cost` takes all arrays with one more axis in front, K points at once, and returns K values.
    workers
        A number of threads, or any map-like function such as a process pool's `map`.
    rng
        A generator or a seed: draws the directions along which noise and steps are found. Default: always the same.
    progress
        True to be told before how many evaluations there will be, and to see a bar (of tqdm, if installed).
    bounds
        The domain of params, as for `check_gradients`: no step leaves it.

    Returns
    -------
    NumericGradient
        A bound is inf, and the value NaN, where no step gives a credible value (a kink, noise, overflow).

    Raises
    ------
    GradlabError
        If params or cost cannot be checked, or `step` vanishes beside a component.

    Examples
    --------
    >>> numeric = numeric_gradient(lambda theta: float(np.sum(theta**3)), np.array([1.0, -2.0]))
    >>> numeric.values.round(6), bool(np.all(numeric.bounds < 1e-8))
    (array([ 3., 12.]), True)
    """
    refuse_options(stencil, step, progress, bounds)
    rng = _arguments.generator(rng, seed=0)
    parameters = Parameters(params)
    longest = longest_step(stencil, step)
    cost_function = Cost(cost, parameters, vectorized=vectorized, workers=workers, bounds=bounds, longest=longest)
    if not cost_function.steady:
        raise GradlabError(
            f"cost must return the same value twice at the same params. {cost_function.why_unsteady()}"
        )
    points = tuned.GRADIENT_EVALUATIONS if step is None else 2 * len(stencil.offsets)
    with progress_bar(cost_function, progress, points=points, stepped=step is not None), np.errstate(all="ignore"):
        if step is not None:
            noise = cost_function.louder() * noise_of(cost_function, rng)
            found = at_fixed_step(cost_function, noise, stencil, step)
            kink = found.reason == Reason.KINK
            values, limits = np.where(kink, np.nan, found.value), np.where(kink, np.inf, found.bound)
        else:
            values, limits = by_own_steps(cost_function, lambda: noise_of(cost_function, rng), rng)
    return NumericGradient(parameters.like(values), parameters.like(limits), cost_function.evaluations)


def refuse_options(stencil: Any, step: Any, progress: Any, bounds: Any = None) -> None:
    """Refuse a stencil that is none or has no step, a step that is no positive number, a progress that is no switch.

    And with bounds a stencil of an order above 2: beyond an edge the cost is known to second order only.

    Raises
    ------
    GradlabError
        With the argument, the rule and the way out.
    """
    if not isinstance(stencil, Stencil):
        given = _arguments.shown(stencil)
        raise GradlabError(f"stencil must be a Stencil, like gradlab.stencils.CENTRAL, got {given}")
    if step is not None:
        _arguments.number("step", step, "a positive number", positive=True)
        if bounds is not None and stencil.order > 2:
            raise GradlabError(
                "bounds need a stencil of order 1 or 2, such as CENTRAL: at an edge it goes to one side"
            )
    elif stencil != CENTRAL:
        raise GradlabError("stencil needs a step: without one, gradlab extrapolates central differences")
    _arguments.switch("progress", progress)


def noise_of(cost: Cost, rng: np.random.Generator) -> float:
    """Standard deviation of the noise of the cost, measured along one random ±1 direction through theta."""
    parameters = cost.parameters
    # Powers of two move every number by whole ulps, so that a smooth cost is smooth in the table, too.
    if cost.domain is None:
        unit: Any = Scale(parameters).direction(rng, powers=True)
    else:
        unit = cost.inward(rng.choice([-1.0, 1.0], parameters.size) * scales(parameters))
        unit = np.sign(unit) * np.exp2(np.floor(np.log2(np.abs(unit))))
    noise = measure_noise(
        lambda t: cost.at([(slice(None), Step(unit, float(k))) for k in t]),
        value=cost.value,
        roundoff=unit_roundoff(parameters.theta.dtype),
    )
    noise = max(noise, cost.trembles)
    # A float32 result moves in quanta; where they happen to come evenly, no table sees them.
    return max(noise, unit_roundoff(np.float32) * abs(cost.value) / 2) if cost.single and cost.moved else noise


def central_slopes(cost: Cost, step: Floats) -> tuple[Floats, Floats, NDArray[np.bool_]]:
    """(J⁺ − J⁻) / (θ⁺ − θ⁻) for every component at its own step: the course's loop, two evaluations each.

    And by how much the slope ahead exceeds the slope behind, and whether the cost moved at all: two equal
    values may also be those of a valley.
    """
    theta = cost.parameters.theta
    deltas = step.tolist()
    ahead, behind = cost.at([(i, delta) for i, h in enumerate(deltas) for delta in (h, -h)]).reshape(-1, 2).T
    reach = (theta + step).astype(theta.dtype).astype(np.float64) - (theta - step).astype(theta.dtype)
    gap = 2 * (ahead + behind - 2 * cost.value) / reach
    return (ahead - behind) / reach, gap, (ahead != cost.value) | (behind != cost.value)
