"""Gradients that are right where they were first asked for, and nowhere else."""

import numpy as np
import pytest

from gradlab import Verdict, check_backward, check_gradients

COSTS = {
    "cubes": (lambda x: float(np.sum(x**3)), lambda x: 3 * x**2),
    "exponentials": (lambda x: float(np.sum(np.exp(x))), np.exp),
    "a product": (lambda x: float(np.prod(x)), lambda x: np.prod(x) / x),
}


class Kept:
    """A gradient that is computed once."""

    def __init__(self, slopes):
        self.slopes, self.found, self.calls = slopes, None, 0

    def __call__(self, x):
        self.calls += 1
        if self.found is None:
            self.found = self.slopes(x)
        return self.found


@pytest.mark.parametrize("name", COSTS)
@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("options", [{}, {"directions": 4}, {"vectorized": False, "bounds": (-9, 9)}])
def test_a_gradient_that_is_kept_is_wrong(name, seed, options):
    cost, slopes = COSTS[name]
    x = np.random.default_rng(seed).uniform(0.5, 1.5, 4)
    report = check_gradients(cost, x, Kept(slopes), **options)
    assert report.verdict is Verdict.WRONG
    assert "does it keep what it was first asked for" in report.notes[0]
    assert check_gradients(cost, x, slopes, **options).ok


@pytest.mark.parametrize("seed", range(3))
def test_an_upstream_gradient_that_goes_through_a_kept_slope_is_wrong(seed):
    x = np.random.default_rng(seed).standard_normal((3, 2))
    kept = Kept(lambda x: 1 - np.tanh(x) ** 2)
    assert check_backward(np.tanh, lambda R, x: R * kept(x.copy()), {"x": x}).verdict is Verdict.WRONG


@pytest.mark.parametrize("size", [1, 3, 7])
def test_a_linear_cost_has_the_same_gradient_everywhere(size):
    c = np.random.default_rng(size).standard_normal(size)
    assert check_gradients(lambda x: float(c @ x), np.ones(size), lambda x: c).ok
    assert check_backward(lambda x: 2 * x, lambda R, x: 2 * R, {"x": c}).ok
    assert check_gradients(lambda x: float(c @ x), np.ones(size), c).ok


def test_a_gradient_that_is_handed_over_as_numbers_is_asked_about_at_the_params_alone():
    x = np.array([0.5, 2.0])
    assert check_gradients(lambda x: float(np.sum(x**3)), x, 3 * x**2).ok


@pytest.mark.parametrize("offset", range(3))
@pytest.mark.parametrize("period", [2, 3])
@pytest.mark.parametrize("factor", [1.5, 0.0, -1.0])
def test_an_answer_that_depends_on_how_often_it_was_asked_is_no_pass(period, offset, factor):
    """Whichever of the calls it is that goes wrong, also the one beside the params."""
    x = np.random.default_rng(period).standard_normal(4)
    calls = [offset]

    def slopes(x):
        calls[0] += 1
        return np.cos(x) * (1.0 if calls[0] % period else factor)

    assert not check_gradients(lambda x: float(np.sum(np.sin(x))), x, slopes).ok


@pytest.mark.parametrize("distance", [0.0, 1e-7, 1e-6])
def test_a_slope_that_jumps_beside_the_params_is_asked_about_twice_and_is_right(distance):
    x = np.array([distance, 1.0, -1.0])
    report = check_gradients(lambda x: float(np.sum(np.maximum(x, 0) * x)), x, lambda x: 2 * np.maximum(x, 0))
    assert report.verdict is not Verdict.WRONG
    ties = np.array([1.0, -2.0, 3.0])
    report = check_gradients(lambda x: float(np.sum(np.abs(x))), ties, np.sign)
    assert report.ok
