"""A check at one step that the caller chose: what the step cannot tell must not be held against the gradient."""

import itertools

import numpy as np
import pytest

import gradlab
from gradlab import Verdict, nn
from gradlab.stencils import CENTRAL, FIVE_POINT, FORWARD
from tests.chosen import sample

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


@pytest.mark.parametrize("gradient", [0.0, 0.3, 1.0])
@pytest.mark.parametrize("stencil", [CENTRAL, FIVE_POINT], ids=lambda s: s.name)
def test_a_subgradient_at_a_kink_is_accepted(stencil, gradient):
    def cost(t):
        return np.maximum(t, 0).sum()

    report = gradlab.check_gradients(cost, np.array([0.0, 2.0]), [gradient, 1.0], step=1e-5, stencil=stencil)
    assert report.ok
    assert report.blocks["theta"].reasons == {"kink": 1}


@pytest.mark.parametrize("seed", sample(range(8), 2))
def test_noise_is_no_kink(seed):
    """Eight layers of sigmoids: J is 0.7, its slopes end at 1e-6, and at 1e-7 its noise is all that bends."""
    rng = np.random.default_rng(seed)
    params = nn.init_params([4] * 8 + [1], "xavier", rng=rng)
    X, Y = rng.standard_normal((4, 10)), rng.integers(2, size=(1, 10))
    for step in STEPS[2:]:
        numeric = gradlab.numeric_gradient(lambda p: nn.cost(p, X, Y, hidden="sigmoid"), params, step=step)
        assert all(np.isfinite(values).all() for values in numeric.values.values())


@pytest.mark.parametrize("distance", [0.0, 1e-6, 5e-6, 9e-6])
def test_a_kink_within_the_step_is_not_held_against_a_right_gradient(distance):
    theta = np.array([distance, 2.0])
    report = gradlab.check_gradients(lambda t: np.maximum(t, 0).sum(), theta, [1.0, 1.0], step=1e-5)
    assert report.verdict is not Verdict.WRONG


def test_a_slope_outside_both_sides_of_a_kink_is_not_accepted():
    report = gradlab.check_gradients(lambda t: np.maximum(t, 0).sum(), np.array([0.0]), [1.5], step=1e-5)
    assert report.verdict is Verdict.UNDECIDED


def test_what_the_step_cannot_tell_is_put_down_to_the_step():
    theta = np.array([1.0, 2.0])
    report = gradlab.check_gradients(lambda t: np.sin(t).sum(), theta, np.cos(theta), step=5e-15)
    assert report.verdict is Verdict.UNDECIDED
    assert report.blocks["theta"].reasons == {"step": 2}
    assert "the given step is too long or too short to tell" in str(report)


@pytest.mark.parametrize("seed", range(8))
def test_a_step_longer_than_what_the_cost_changes_over_is_to_blame(seed):
    rng = np.random.default_rng(seed)
    size = 10.0 ** rng.uniform(-11, -6, 3)
    theta, step = size * rng.uniform(0.2, 1, 3), 10.0 ** rng.uniform(-4, -2)
    cost, right = lambda t: float(np.sum(np.sin(t / size))), np.cos(theta / size) / size
    assert gradlab.check_gradients(cost, theta, right, step=step).verdict is Verdict.UNDECIDED
    assert not gradlab.check_gradients(cost, theta, 2 * right, step=step).ok


def test_a_right_gradient_at_a_given_step_takes_two_evaluations_an_entry():
    theta = np.random.default_rng(0).standard_normal(200)
    report = gradlab.check_gradients(lambda t: float(np.sum(np.tanh(t))), theta, 1 / np.cosh(theta) ** 2, step=1e-5)
    assert report.ok
    assert report.evaluations <= 1.1 * 2 * 200


NOTCHES = {
    "a bell": (lambda z: np.exp(-z * z), lambda z: -2 * z * np.exp(-z * z)),
    "a tent": (lambda z: np.maximum(0, 1 - np.abs(z)), lambda z: -np.sign(z) * (np.abs(z) < 1)),
    "a resonance": (lambda z: 1 / (1 + z * z), lambda z: -2 * z / (1 + z * z) ** 2),
}


@pytest.mark.parametrize("name", NOTCHES)
@pytest.mark.parametrize("width", [1e-8, 1e-7, 1e-6])
@pytest.mark.parametrize("depth", [-0.1, 1e-3, 1.0])
@pytest.mark.parametrize("step", [1e-5, 1e-4])
def test_what_is_narrower_than_the_step_is_no_jump(name, width, depth, step):
    notch, slope = NOTCHES[name]
    x = np.array([0.7 + 0.2 * width, 1.3])
    right = np.cos(x) - depth * slope((x - 0.7) / width) / width
    report = gradlab.check_gradients(
        lambda t: float(np.sum(np.sin(t)) - depth * np.sum(notch((t - 0.7) / width))), x, right, step=step
    )
    assert list(report.blocks["theta"].verdicts) == [Verdict.UNDECIDED, Verdict.AGREES]
    assert report.blocks["theta"].reason[0] == "step"


@pytest.mark.parametrize("step", [1e-5, 1e-3])
@pytest.mark.parametrize("jump", [np.floor, lambda t: (t >= 1) + t, lambda t: np.sqrt(np.abs(t - 1))])
def test_a_jump_stays_one_at_a_given_step(jump, step):
    report = gradlab.check_gradients(lambda t: float(np.sum(jump(t))), np.ones(3), np.full(3, 0.3), step=step)
    assert report.verdict is Verdict.UNDECIDED
    assert set(report.blocks["theta"].reason) == {"jump"}
