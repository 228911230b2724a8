"""A check at one step that the caller chose: what the step cannot tell must not be held against the gradient."""

import itertools

import numpy as np
import pytest

import gradlab
from gradlab import nn
from gradlab.stencils import CENTRAL, FIVE_POINT, FORWARD

STEPS = (1e-1, 1e-2, 1e-3, 1e-5, 1e-7, 1e-9)


def network(seed, hidden):
    rng = np.random.default_rng(seed)
    X, Y = rng.standard_normal((4, 20)), rng.integers(2, size=(1, 20))
    params = nn.init_params([4, 5, 3, 1], rng=rng)
    return (lambda p: nn.cost(p, X, Y, hidden=hidden)), params, nn.gradients(params, X, Y, hidden=hidden)


@pytest.mark.parametrize("stencil", [CENTRAL, FORWARD, FIVE_POINT], ids=lambda s: s.name)
@pytest.mark.parametrize("step", STEPS)
def test_a_right_gradient_is_never_called_wrong(stencil, step):
    for seed, hidden in itertools.product(range(2), ("tanh", "sigmoid")):
        cost, params, grads = network(seed, hidden)
        report = gradlab.check_gradients(cost, params, grads, stencil=stencil, step=step)
        assert {name: b.wrong_count for name, b in report.blocks.items()} == dict.fromkeys(params, 0)


@pytest.mark.parametrize("step", [1e-3, 1e-5, 1e-7])
def test_a_gradient_that_is_one_percent_off_is_called_wrong(step):
    for seed in range(2):
        cost, params, grads = network(seed, "tanh")
        report = gradlab.check_gradients(cost, params, grads | {"W2": 1.01 * grads["W2"]}, step=step)
        assert [name for name, b in report.blocks.items() if b.wrong_count] == ["W2"]
