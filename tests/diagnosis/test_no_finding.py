"""No finding on a right gradient: many seeds and costs, kinks under the point, dead units, float32."""

import numpy as np
import pytest

import gradlab
from benchmarks import costs
from gradlab import nn
from tests.diagnosis import faults


@pytest.mark.parametrize("kind", costs.KINDS)
@pytest.mark.parametrize("seed", range(2))
def test_every_kind_of_cost(kind, seed):
    cost, params, right = costs.case(kind, seed)
    assert gradlab.check_gradients(cost, params, right, rng=seed).findings == ()


@pytest.mark.parametrize("seed", range(6))
def test_relu_with_kinks_under_the_point_and_dead_units(seed):
    """Biases of 0, an example of zeros (its first layer stands on the kink), and a unit that never fires."""
    rng = np.random.default_rng(seed)
    params = nn.init_params([4, 6, 5, 1], rng=rng)
    params["b1"][0] = -100.0
    X, Y = rng.standard_normal((4, 6)), rng.integers(0, 2, (1, 6))
    X[:, 0] = 0

    report = gradlab.check_gradients(lambda p: nn.cost(p, X, Y), params, lambda p: nn.gradients(p, X, Y), rng=seed)
    assert not [finding for finding in report.findings if not finding.code.startswith("GL2")]


@pytest.mark.parametrize("hidden", ["tanh", "relu", "sigmoid"])
@pytest.mark.parametrize("seed", range(3))
def test_the_network_of_the_faults_has_none(hidden, seed):
    net = faults.Network(hidden, [5, 5, 5, 2], seed)
    report = gradlab.check_gradients(net.cost, net.params, net.gradients, rng=seed)
    assert report.ok
    assert report.findings == ()


@pytest.mark.parametrize("seed", range(4))
def test_float32(seed):
    rng = np.random.default_rng(seed)
    params = nn.init_params([4, 5, 3, 1], rng=rng, dtype=np.float32)
    X, Y = rng.standard_normal((4, 6)), rng.integers(0, 2, (1, 6))
    report = gradlab.check_gradients(
        lambda p: nn.cost(p, X, Y, hidden="tanh"), params, lambda p: nn.gradients(p, X, Y, hidden="tanh")
    )
    assert not [finding for finding in report.findings if not finding.code.startswith("GL2")]


@pytest.mark.parametrize("slope", [1e-3, 1e-4, 1e-5, 1e-6])
def test_a_cost_so_coarse_that_only_long_steps_move_it(slope):
    """float32(1 + slope · Σ sin θ): no step below a hundredth of θ changes it."""
    theta = np.ones(3)
    report = gradlab.check_gradients(
        lambda t: float(np.float32(1 + slope * np.sum(np.sin(t)))), theta, slope * np.cos(theta)
    )
    assert report.findings == ()
