"""The error against the step: the V, its slopes and its floor, in the precision that was asked for."""

import numpy as np
import pytest

from gradlab import GradlabError
from gradlab.stencils import CENTRAL, FIVE_POINT, FORWARD
from gradlab.steps import best_step
from gradlab.sweep import sweep, sweep_gradients


@pytest.mark.parametrize(("stencil", "order"), [(FORWARD, 1), (CENTRAL, 2), (FIVE_POINT, 4)])
def test_error_falls_with_the_order_of_the_formula(stencil, order):
    errors = sweep(np.sin, 1.0, exact=np.cos, stencils=[stencil], steps=[1e-1, 1e-2]).errors[stencil]
    assert np.log10(errors[0] / errors[1]) == pytest.approx(order, abs=0.05)


def test_the_course_example():
    values = sweep(lambda t: t**3, 1.0, exact=3.0, steps=[0.01]).values
    assert f"{values[FORWARD][0]:.4f} {values[CENTRAL][0]:.4f}" == "3.0301 3.0001"


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_bottom_of_the_v_is_where_theory_puts_it(dtype):
    derived = best_step(CENTRAL, dtype=dtype)
    many = [sweep(np.sin, x, exact=np.cos, stencils=[CENTRAL], dtype=dtype) for x in np.linspace(0.5, 1.2, 40)]
    median = np.nanmedian([found.errors[CENTRAL] for found in many], axis=0)  # one point may be right by luck
    bottom = np.argmin(median)
    assert derived.step / 5 < many[0].steps[bottom] < derived.step * 5
    assert derived.error / 20 < median[bottom] < derived.error


def test_best_is_the_smallest_error_that_was_met():
    found = sweep(np.sin, 1.0, exact=np.cos, steps=[1e-1, 1e-2, 1e-20])
    assert found.best(CENTRAL).step == 1e-2
    assert found.best(CENTRAL).error == found.errors[CENTRAL][1]


def test_everything_is_computed_in_the_precision_asked_for():
    seen = set()

    def f(t):
        seen.add(np.asarray(t).dtype)
        return np.float64(t) ** 3  # a function that would hide float32 behind a double

    errors = sweep(f, 1.1, exact=3 * 1.1**2, stencils=[CENTRAL], steps=[1e-5], dtype=np.float32).errors[CENTRAL]
    assert seen == {np.dtype(np.float32)}
    assert errors[0] > 1e-4  # float64 would give 1e-11


def test_a_step_that_vanishes_has_no_error():
    found = sweep(np.sin, 1.0, exact=np.cos, stencils=[CENTRAL], steps=[1e-5, 1e-20])
    assert np.isfinite(found.errors[CENTRAL]).tolist() == [True, False]


def test_without_exact_the_derivative_is_found():
    assert sweep(np.sin, 1.0).exact == pytest.approx(np.cos(1.0), rel=1e-10)


def test_record_cannot_be_changed():
    found = sweep(np.sin, 1.0)
    with pytest.raises(ValueError, match="read-only"):
        found.errors[CENTRAL][0] = 0.0
    with pytest.raises(TypeError):
        found.errors[CENTRAL] = found.steps


@pytest.mark.parametrize("steps", [[], [0.0], [-1e-3], [np.nan], [[1e-3]]])
def test_steps_must_be_positive(steps):
    with pytest.raises(GradlabError, match="steps must be"):
        sweep(np.sin, 1.0, steps=steps)


def test_dtype_must_be_real():
    with pytest.raises(GradlabError, match="dtype must be"):
        sweep(np.sin, 1.0, dtype=np.int64)


def test_gradients_are_compared_at_every_step_over_all_and_by_block():
    params = {"W1": np.array([[1.0, -2.0]]), "b1": np.array([0.5])}
    grads = {"W1": 3 * params["W1"] ** 2, "b1": 2 * 3 * params["b1"] ** 2}  # b1 is doubled
    found = sweep_gradients(lambda p: np.sum(p["W1"] ** 3) + np.sum(p["b1"] ** 3), params, grads)
    assert found.steps[0] == 1e-2
    assert found.steps[-1] == pytest.approx(1e-12)
    assert np.all(found.blocks["b1"][:8] == pytest.approx(1 / 3, abs=1e-4))
    assert found.blocks["W1"][2] < 1e-8 < found.blocks["W1"][-1]  # the V: round-off rules on the right
    both = np.linalg.norm([3, 12, 1.5]) + np.linalg.norm([3, 12, 0.75])
    assert found.differences[2] == pytest.approx(0.75 / both, rel=1e-4)


def test_a_step_that_vanishes_beside_a_parameter_is_infinitely_wrong():
    theta = np.array([1e8])
    found = sweep_gradients(lambda t: float(t @ t), theta, 2 * theta, steps=[1.0, 1e-10])
    assert found.differences[0] < 1e-6
    assert found.differences[1] == np.inf


def test_tables_have_a_line_for_each_step():
    assert len(str(sweep(np.sin, 1.0, steps=[1e-1, 1e-2, 1e-3])).splitlines()) == 4
