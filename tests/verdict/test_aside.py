"""Whether the slope of the cost beside params is that of an answer there."""

import numpy as np
import pytest

from gradlab.numeric.posed import posed
from gradlab.problem.cost import Cost
from gradlab.problem.gradients import Answer, analytic_gradients
from gradlab.problem.parameters import Parameters
from gradlab.verdict.aside import fits_there

COSTS = {
    "cubes": (lambda t: np.sum(t**3), lambda t: 3 * t**2),
    "waves": (lambda t: np.sum(np.sin(3 * t)), lambda t: 3 * np.cos(3 * t)),
    "a product": (lambda t: np.prod(t), lambda t: np.prod(t) / t),
    "a far offset": (lambda t: 1e3 + np.sum(np.exp(t)), np.exp),
}


def fits(name, dtype, factor, seed, *, along=True):
    cost, slopes = COSTS[name]
    rng = np.random.default_rng(seed)
    parameters = Parameters(rng.uniform(0.5, 2, 5).astype(dtype))
    asked = Cost(lambda t: cost(t).astype(dtype), parameters)
    analytic = analytic_gradients(parameters.like(np.zeros(5)), parameters, asked)
    noise = float(np.finfo(dtype).eps) * abs(asked.value)
    problem = posed(asked, noise, analytic, 0.0, rng=rng, large=False)
    at = (parameters.theta * (1 + rng.uniform(1e-3, 1e-1, 5))).astype(dtype)
    there = slopes(at.astype(float))
    if along:
        return fits_there(problem, Answer(at, factor * there))
    away = at.astype(float) - parameters.theta
    off = np.where(np.arange(5) == 2, 0.3 * there @ away / away[2], 0.0)
    return fits_there(problem, Answer(at, there + off))


@pytest.mark.parametrize("name", COSTS)
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("seed", range(4))
def test_the_slope_there_fits_and_others_do_not(name, dtype, seed):
    assert fits(name, dtype, 1.0, seed)
    for factor in (1.3, 0.7, -1.0, 0.0):
        assert not fits(name, dtype, factor, seed), factor
    assert not fits(name, dtype, 1.0, seed, along=False)


@pytest.mark.parametrize("name", COSTS)
@pytest.mark.parametrize("factor", [1.001, 0.999])
def test_in_float64_a_thousandth_is_seen(name, factor):
    assert not fits(name, np.float64, factor, 0)
