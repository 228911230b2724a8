"""The test of symmetry tells the gradient of another cost from the gradient of none."""

import numpy as np
import pytest

import gradlab
from gradlab.diagnosis.jacobian_symmetry import findings, symmetry
from tests.diagnosis import faults

OTHER_COST = ["no decay", "decay doubled", "decay on biases", "sum for mean", "loss: Y - A", "loss: A only"]
NO_COST = [
    "slope: left out",
    "input: the pre-activation",
    "db averaged twice",
    "db of one example",
    "layer without 1/m",
]


def flat(net, fault="", at=2):
    """The gradients as a function of one vector, and the vector."""
    names = list(net.params)
    ends = np.cumsum([net.params[name].size for name in names])[:-1]

    def gradient(theta):
        parts = (p.reshape(net.params[name].shape) for name, p in zip(names, np.split(theta, ends), strict=True))
        grads = net.gradients(dict(zip(names, parts, strict=True)), fault, at)
        return np.concatenate([grads[name].ravel() for name in names])

    return gradient, np.concatenate([net.params[name].ravel() for name in names])


def codes(fault, hidden="tanh", seed=0):
    gradient, theta = flat(faults.Network(hidden, [4, 6, 5, 1], seed), fault)
    scale = np.where(theta != 0, np.abs(theta), 1.0)
    return {f.code for f in findings(gradient, theta, scale, np.random.default_rng(seed))}


@pytest.mark.parametrize("hidden", ["tanh", "relu", "sigmoid"])
@pytest.mark.parametrize("fault", OTHER_COST)
def test_the_gradient_of_another_cost_is_symmetric(fault, hidden):
    assert codes(fault, hidden) == {"GL122"}


@pytest.mark.parametrize("hidden", ["tanh", "relu", "sigmoid"])
@pytest.mark.parametrize("fault", NO_COST)
def test_a_mistake_in_the_chain_rule_is_not(fault, hidden):
    assert codes(fault, hidden) == {"GL121"}


def test_right_gradients_are_not_asked():
    net = faults.Network("tanh", [4, 6, 5, 1], 0)
    calls = []

    def grads(p):
        calls.append(1)
        return net.gradients(p)

    assert gradlab.check_gradients(net.cost, net.params, grads).ok
    assert len(calls) <= 5  # as often as every function of gradients is asked: once beside params, else at them


def test_it_is_silent_where_another_finding_explains_everything():
    net = faults.Network("tanh", [4, 6, 5, 1], 0)
    for fault in ("sum for mean", "no decay", "layer without 1/m"):
        found = gradlab.check_gradients(net.cost, net.params, lambda p, f=fault: net.gradients(p, f, 2)).findings
        assert found
        assert not {"GL121", "GL122"} & {f.code for f in found}


def test_it_costs_no_evaluation_of_the_cost():
    net = faults.Network("tanh", [4, 6, 5, 1], 0)
    as_function = gradlab.check_gradients(net.cost, net.params, lambda p: net.gradients(p, "sum for mean"))
    as_array = gradlab.check_gradients(net.cost, net.params, net.gradients(net.params, "sum for mean"))
    beside = 1  # asked of a function of params, to see whether it reads what the cost left behind
    assert as_function.evaluations == as_array.evaluations + beside


@pytest.mark.parametrize("seed", range(10))
def test_right_gradients_are_symmetric_at_every_seed(seed):
    net = faults.Network(["tanh", "sigmoid"][seed % 2], [3, 5, 4, 2], seed)
    gradient, theta = flat(net)
    seen = symmetry(gradient, theta, np.abs(theta), np.random.default_rng(seed))
    assert seen.symmetric is True
    assert np.all(np.abs(seen.forth - seen.back) <= seen.bound)
    assert np.all(seen.bound <= 1e-6 * np.abs(seen.forth).max())


def test_a_slight_asymmetry_shows():
    """x²y + a rotation of a millionth: symmetric but for 1e-6."""

    def gradient(t):
        return np.array([2 * t[0] * t[1] - 1e-6 * t[1], t[0] ** 2 + 1e-6 * t[0]])

    theta = np.array([0.7, 1.3])
    assert [f.code for f in findings(gradient, theta, theta, np.random.default_rng(0))] == ["GL121"]


def test_noise_says_nothing():
    rng = np.random.default_rng(0)
    noisy = [f.code for f in findings(lambda t: rng.standard_normal(3), np.ones(3), np.ones(3), rng)]
    assert noisy == []


def test_a_constant_gradient_says_nothing():
    assert [*findings(lambda t: np.ones(3), np.ones(3), np.ones(3), np.random.default_rng(0))] == []
