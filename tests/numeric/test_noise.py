"""Noise that no table of differences sees: it must still be reckoned with, or a right gradient is called wrong."""

import numpy as np
import pytest

import gradlab
from gradlab import Verdict, nn


@pytest.mark.parametrize("hidden", ["relu", "tanh"])
@pytest.mark.parametrize("seed", range(6))
def test_a_cost_that_is_rounded_to_float32_is_never_held_against_the_gradient(seed, hidden):
    """Its values climb in whole quanta, sometimes so evenly that they look like an exact line."""
    rng = np.random.default_rng(seed)
    X, Y = rng.standard_normal((4, 10)), rng.integers(2, size=(1, 10))
    params = nn.init_params([4, 5, 3, 1], rng=rng)
    report = gradlab.check_gradients(
        lambda p: np.float32(nn.cost(p, X, Y, hidden=hidden)),
        params,
        lambda p: nn.gradients(p, X, Y, hidden=hidden),
    )
    assert report.noise > 1e-9
    assert sum(block.wrong_count for block in report.blocks.values()) == 0


@pytest.mark.parametrize("seed", range(6))
def test_a_sum_that_is_constant_tests_nothing(seed):
    """Its value is 1e-16, but its terms are not: round-off of the result alone says far too little."""
    Z = np.random.default_rng(seed).standard_normal((5, 4))

    def total(p):
        return np.sum((p["Z"] - p["Z"].mean(axis=0)) / p["Z"].std(axis=0))

    report = gradlab.check_gradients(total, {"Z": Z}, {"Z": np.full((5, 4), 1e-17)})
    assert report.verdict is Verdict.UNTESTED
