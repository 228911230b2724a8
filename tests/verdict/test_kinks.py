"""Kinks: a right ReLU or max-pool gradient is never called wrong; sub-gradients are accepted, and that is said."""

import numpy as np
import pytest

from gradlab import Verdict, check_gradients
from tests.chosen import sample, sweep
from tests.networks import network


def relu(t):
    return float(np.sum(np.maximum(t, 0)))


@pytest.mark.parametrize("gradient", [0.0, 0.5, 1.0])
def test_a_subgradient_at_the_kink_is_accepted_and_said(gradient):
    report = check_gradients(relu, np.array([0.0, 2.0]), [gradient, 1.0])
    assert report.verdict is Verdict.AGREES
    assert report.blocks["theta"].reasons == {"kink": 1}
    assert "Accepted (a kink" in str(report)


@pytest.mark.parametrize("gradient", [-0.1, 1.1, 50.0])
def test_a_slope_outside_both_sides_is_not(gradient):
    report = check_gradients(relu, np.array([0.0, 2.0]), [gradient, 1.0])
    assert report.verdict is Verdict.UNDECIDED


@pytest.mark.parametrize("distance", 10.0 ** np.arange(-9, 0))
@pytest.mark.parametrize("side", [-1, 1])
def test_a_kink_near_by_is_stepped_around(distance, side):
    """relu(x − 1) at 1 ± distance: long steps see the mean of both slopes."""
    theta, right = np.array([1 + side * distance]), float(side > 0)
    assert check_gradients(lambda t: relu(t - 1), theta, [right]).verdict in (Verdict.AGREES, Verdict.UNTESTED)
    if distance >= 1e-7:  # nearer, noise hides the kink
        assert check_gradients(lambda t: relu(t - 1), theta, [1 - right]).verdict is Verdict.WRONG


@pytest.mark.thorough
@pytest.mark.parametrize("sizes", [[4, 6, 3, 1], [5, 8, 8, 8, 1]], ids=["shallow", "deep"])
def test_right_relu_networks_are_never_wrong(sizes):
    verdicts, seeds = [], sample(range(40), 12)
    for seed in seeds:
        cost, params, grads = network(sizes, "relu", "logistic", seed)
        report = check_gradients(cost, params, grads)
        assert report.verdict is not Verdict.WRONG, (seed, report)
        verdicts.append(report.verdict)
    assert verdicts.count(Verdict.AGREES) >= len(seeds) - 1


def pooled(p):
    windows = (p["W"] @ X).reshape(3, 5, 4)
    return float(np.sum(np.sin(windows.max(axis=2))))


def pooled_grads(p):
    Z = p["W"] @ X
    windows = Z.reshape(3, 5, 4)
    first = windows.argmax(axis=2)
    dZ = np.zeros_like(windows)
    np.put_along_axis(dZ, first[..., None], np.cos(windows.max(axis=2))[..., None], axis=2)
    return {"W": dZ.reshape(Z.shape) @ X.T}


X = np.random.default_rng(5).standard_normal((4, 20))


@pytest.mark.parametrize("seed", range(20))
def test_right_max_pools_are_never_wrong(seed):
    report = check_gradients(pooled, {"W": np.random.default_rng(seed).standard_normal((3, 4))}, pooled_grads)
    assert report.verdict is Verdict.AGREES


def test_a_tie_in_a_max_pool_is_a_kink():
    """Two equal numbers in one window: the gradient to either is accepted, to both at once is not."""
    theta = np.array([1.0, 1.0, 0.5])

    def cost(t):
        return float(np.max(t))

    assert check_gradients(cost, theta, [1.0, 0.0, 0.0]).verdict is Verdict.AGREES
    assert check_gradients(cost, theta, [0.5, 0.5, 0.0]).verdict is Verdict.AGREES
    assert check_gradients(cost, theta, [1.5, 0.0, 0.0]).verdict is Verdict.UNDECIDED


@pytest.mark.thorough
@pytest.mark.parametrize("hidden", ["relu", "leaky_relu"])
def test_wrong_relu_networks_are_wrong_all_the_same(hidden):
    for seed in range(10):
        cost, params, grads = network([4, 6, 3, 1], hidden, "logistic", seed)
        right = grads(params)
        if not np.any(right["W1"]):
            continue
        assert check_gradients(cost, params, right | {"W1": 1.01 * right["W1"]}).verdict is Verdict.WRONG


def tied(seed):
    """A maximum over groups of equal numbers, two to six each, with weights; and its one-hot gradient."""
    rng = np.random.default_rng(seed)
    groups = [np.full(int(rng.integers(2, 7)), value) for value in rng.standard_normal(3)]
    ends = np.cumsum([len(group) for group in groups])[:-1]
    weights = rng.uniform(0.5, 2, 3)

    def cost(t):
        return float(sum(w * part.max() for w, part in zip(weights, np.split(t, ends), strict=True)))

    def grads(t, share):
        return np.concatenate([w * share(part) for w, part in zip(weights, np.split(t, ends), strict=True)])

    return cost, np.concatenate(groups), grads


def one_hot(part):
    return np.eye(len(part))[part.argmax()]


def to_each(part):
    return (part == part.max()).astype(float)


@pytest.mark.parametrize("seed", sweep(range(10)))
def test_entries_at_kinks_are_held_together(seed):
    cost, theta, grads = tied(seed)
    right = check_gradients(cost, theta, grads(theta, one_hot))
    assert right.ok
    assert right.together
    for share in (to_each, np.zeros_like):
        report = check_gradients(cost, theta, grads(theta, share))
        assert report.together is False
        assert "together they fit no slope of the cost: check again at params moved" in repr(report)


@pytest.mark.parametrize("seed", sweep(range(10)))
def test_where_they_do_not_fit_a_function_is_checked_beside_the_point(seed):
    cost, theta, grads = tied(seed)
    report = check_gradients(cost, theta, lambda t: grads(t, to_each))
    assert report.ok  # right wherever there is no tie
    assert report.aside is Verdict.AGREES
    report = check_gradients(cost, theta, lambda t: grads(t, np.ones_like))
    assert report.verdict is Verdict.WRONG
    assert any("moved by 1e-4" in note for note in report.notes)


@pytest.mark.parametrize("seed", range(6))
def test_right_code_with_zero_biases_and_a_padded_row_passes(seed):
    rng = np.random.default_rng(seed)
    X, signs = rng.standard_normal((4, 6)), rng.choice([-1.0, 1.0], (5, 1))
    X[:, seed % 6] = 0
    params = {"W": rng.standard_normal((5, 4)), "b": np.zeros((5, 1))}

    def cost(p):
        return float(np.sum(signs * np.maximum(p["W"] @ X + p["b"], 0)))

    def grads(p):
        d = signs * (p["W"] @ X + p["b"] > 0)
        return {"W": d @ X.T, "b": d.sum(axis=1, keepdims=True)}

    report = check_gradients(cost, params, grads)
    assert report.ok, str(report)
    assert report.together or report.aside is Verdict.AGREES
