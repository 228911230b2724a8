"""A domain of params: no step leaves it, and at its edge right and wrong gradients are told apart all the same."""

import math

import numpy as np
import pytest

import gradlab
from gradlab import GradlabError, check_gradients
from gradlab.stencils import CENTRAL, FIVE_POINT, FORWARD
from tests.chosen import sample

# Every kind makes cost, params, gradient, low and high from a generator. Costs fail or are another beyond the edge.


def entropy(rng):
    x = rng.uniform(0.1, 1, rng.integers(1, 8)) * 10.0 ** rng.uniform(-9, 0)
    return (lambda t: float(np.sum(t * np.log(t)))), x, np.log(x) + 1, 0.0, np.inf


def barrier(rng):
    x = 10.0 ** rng.uniform(-12, 1, rng.integers(1, 8))
    c = rng.standard_normal(x.size)
    return (lambda t: float(c @ t - sum(map(math.log, t)))), x, c - 1 / x, 0.0, np.inf


def in_a_box(rng):
    """Some entries at the lower edge, some at the upper one."""
    n = rng.integers(1, 9)
    x = rng.choice([-1.0, 1.0, 0.3, -0.999], n)
    A = rng.standard_normal((n, n))
    return (lambda t: float(np.sum(np.sin(A @ t)) + t @ t)), x, A.T @ np.cos(A @ x) + 2 * x, -1.0, 1.0


def beside_an_edge(rng):
    n = rng.integers(1, 9)
    x, A = -1 + 10.0 ** rng.uniform(-14, -1, n), rng.standard_normal((n, n))
    slope = (1 - np.tanh(A @ x) ** 2) / 2 / np.sqrt(1.5 + np.tanh(A @ x))
    return (lambda t: float(np.sum(np.sqrt(1.5 + np.tanh(A @ t))) + 10)), x, A.T @ slope, -1.0, np.inf


def probabilities(rng):
    p = np.clip(10.0 ** rng.uniform(-6, 0, rng.integers(1, 9)), 1e-9, 1 - 1e-9)
    y = rng.integers(0, 2, p.size)
    return (
        (lambda t: float(-np.sum(y * np.log(t) + (1 - y) * np.log1p(-t)))),
        p,
        -(y / p - (1 - y) / (1 - p)),
        0.0,
        1.0,
    )


def hardly_any_room(rng):
    x = rng.standard_normal(rng.integers(1, 6))
    width = 10.0 ** rng.uniform(-5, -1, x.size)
    return (lambda t: float(np.sum(np.exp(t)))), x, np.exp(x), x - width * rng.uniform(0, 1), x + width


def from_zero(rng):
    n = rng.integers(1, 9)
    A, b = rng.standard_normal((n + 2, n)), rng.standard_normal(n + 2)
    return (lambda t: float(np.sum((A @ t - b) ** 2))), np.zeros(n), -2 * A.T @ b, 0.0, np.inf


KINDS = [entropy, barrier, in_a_box, beside_an_edge, probabilities, hardly_any_room, from_zero]
SEEDS = sample(range(24), 4)


def guarded(cost, low, high):
    """The cost, which notices every call outside."""
    left = []

    def inside(t):
        if not np.all((low <= t) & (t <= high)):
            left.append(t.copy())
        return cost(t)

    return inside, left


@pytest.mark.slow
@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
@pytest.mark.parametrize("way", [{}, {"directions": 3}], ids=["entries", "directions"])
def test_right_ones_agree_wrong_ones_do_not_and_no_step_leaves(kind, seed, way):
    cost, x, gradient, low, high = kind(np.random.default_rng(seed))
    asked, left = guarded(cost, low, high)
    assert check_gradients(asked, x, gradient, bounds=(low, high), **way).ok
    for wrong in (1.01 * gradient, -gradient, gradient + np.eye(x.size)[0] * np.abs(gradient).max() / 10):
        assert not check_gradients(asked, x, wrong, bounds=(low, high), **way).ok
    assert not left


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_bounds_of_the_numeric_gradient_hold_at_an_edge(kind, seed):
    cost, x, gradient, low, high = kind(np.random.default_rng(seed))
    asked, left = guarded(cost, low, high)
    numeric = gradlab.numeric_gradient(asked, x, bounds=(low, high))
    assert np.all(np.abs(numeric.values - gradient) <= numeric.bounds + 1e-13 * np.abs(gradient))
    assert np.isfinite(numeric.bounds).all()
    assert not left


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("stencil", [CENTRAL, FORWARD], ids=["central", "forward"])
def test_a_fixed_step_stays_inside_too(stencil, seed):
    cost, x, gradient, low, high = in_a_box(np.random.default_rng(seed))
    asked, left = guarded(cost, low, high)
    assert check_gradients(asked, x, gradient, bounds=(low, high), step=1e-5, stencil=stencil).ok
    assert not check_gradients(asked, x, -gradient, bounds=(low, high), step=1e-5, stencil=stencil).ok
    assert not left


def test_the_gradient_function_is_asked_inside_only_and_when_it_is_wrong_too():
    asked, left = guarded(lambda t: t, 0.0, 1.0)

    def grads(t):
        asked(t)
        return 1.1 / (t + 1) + 0.2 * t

    for x in (np.zeros(3), np.ones(3), np.array([0.0, 0.5, 1 - 1e-16])):
        report = check_gradients(lambda t: float(np.sum(np.log1p(t))), x, grads, bounds=(0, 1))
        assert report.verdict is gradlab.Verdict.WRONG
    assert not left


@pytest.mark.parametrize(
    "options", [{"workers": 2}, {"vectorized": True}, {"only": {"s": np.array([True, False])}}], ids=str
)
def test_every_way_of_asking(options):
    params = {"s": np.array([0.0, 2.0]), "w": np.array([[0.3], [-1.0]])}

    def cost(p):
        assert np.all(p["s"] >= 0)
        w = p["w"][..., 0]
        value = np.sum(np.sqrt(p["s"] + 1) * np.exp(w), axis=-1)
        return value if options.get("vectorized") else float(value)

    e = np.exp(params["w"][:, 0])
    grads = {"s": e / 2 / np.sqrt(params["s"] + 1), "w": (np.sqrt(params["s"] + 1) * e)[:, None]}
    assert check_gradients(cost, params, grads, bounds={"s": (0, None)}, **options).ok
    assert not check_gradients(cost, params, {**grads, "s": -grads["s"]}, bounds={"s": (0, None)}, **options).ok


def test_layers_and_jacobians_take_bounds():
    x = np.array([0.0, 0.5, 4.0])

    def positive(x):
        assert np.all(x >= 0)
        return np.sqrt(1 + x)

    slope = 1 / (2 * np.sqrt(1 + x))
    assert gradlab.check_backward(positive, lambda R, x: R / (2 * np.sqrt(1 + x)), {"x": x}, bounds={"x": (0, None)})
    assert gradlab.check_jacobian(positive, x, np.diag(slope), bounds=(0, None))
    assert not gradlab.check_jacobian(positive, x, np.diag(2 * slope), bounds=(0, None))


class SciPyBounds:
    lb, ub = np.zeros(3), np.full(3, np.inf)


@pytest.mark.parametrize(
    "bounds",
    [
        (0, None),
        [0, None],
        (np.zeros(3), None),
        ([0.0, 0.0, None], None),
        [(0, None), (0, 1), (0, None)],
        {"theta": (0, None)},
        SciPyBounds,
    ],
    ids=str,
)
def test_forms_of_bounds(bounds):
    asked, left = guarded(lambda t: float(np.sum(np.exp(t))), 0.0, np.inf)
    assert check_gradients(asked, np.array([0.0, 1e-9, 2.0]) * [1, 1, 1], np.exp([0.0, 1e-9, 2.0]), bounds=bounds)
    assert not left


@pytest.mark.parametrize(
    ("bounds", "message"),
    [
        ({"W": (0, 1)}, "bounds must name blocks of params"),
        ((0.5, None), r"bounds must hold params: theta\[0\] = 0.1 lies outside"),
        ((np.array([0.1, 0]), np.array([0.1, 1])), r"bounds must leave room: theta\[0\] = 0.1 cannot move"),
        ((0, np.nan), "must be two real numbers"),
        (("a", "b"), "must be two real numbers"),
        ((np.zeros(3), None), r"must be numbers or arrays in the shape \(2,\)"),
        ((0, 1, 2), "bounds must be"),
        (3.0, "bounds must be"),
        ([(0, 1), (0, 2)], "can be read in two ways"),
        (True, "bounds must be"),
        ((False, True), "must be two real numbers"),
    ],
    ids=str,
)
def test_bounds_that_cannot_be_meant(bounds, message):
    with pytest.raises(GradlabError, match=message):
        check_gradients(lambda t: float(t @ t), np.array([0.1, 0.2]), lambda t: 2 * t, bounds=bounds)


def test_bounds_need_a_formula_of_order_one_or_two():
    with pytest.raises(GradlabError, match="bounds need a stencil"):
        check_gradients(
            lambda t: float(t @ t), np.ones(2), 2 * np.ones(2), bounds=(0, 2), step=1e-3, stencil=FIVE_POINT
        )


@pytest.mark.parametrize("step", [None, 1e-5])
@pytest.mark.parametrize("gradient", [0.0, -1.0, -5.0, -12.0, -20.0, -30.0, -1e9])
def test_at_an_edge_there_is_no_kink(gradient, step):
    """t log t has the slope log(t) + 1, which falls without end towards 0: no gradient there is right."""
    cost = lambda t: float(t[0] * np.log(t[0])) if t[0] > 0 else 0.0  # noqa: E731
    report = check_gradients(cost, np.zeros(1), np.array([gradient]), bounds=(0, None), step=step)
    assert report.verdict is gradlab.Verdict.UNDECIDED
    assert report.blocks["theta"].reasons.keys() <= {"jump", "step"}


def test_a_kink_inside_the_domain_is_still_one():
    for gradient, ok in ((0.5, True), (2.0, False)):
        report = check_gradients(
            lambda t: float(abs(t[0] - 1e-3)), np.array([1e-3]), np.array([gradient]), bounds=(0, 1)
        )
        assert report.ok == ok


def test_bounds_of_an_input_that_is_held_fixed_do_no_harm():
    x, w = np.zeros(3), np.ones(3)
    assert gradlab.check_backward(
        lambda x, w: np.sqrt(x + 0.5) * w,
        lambda R, x, w: {"x": R * w / 2 / np.sqrt(x + 0.5)},
        {"x": x, "w": w},
        bounds={"x": (0, None), "w": (0, 2)},
    )


def test_a_slope_without_bound_at_the_edge_is_no_pass():
    for gradient in (0.0, 1e6, 1e300):
        report = check_gradients(lambda t: float(np.sqrt(t[0])), np.zeros(1), np.array([gradient]), bounds=(0, None))
        assert report.verdict is gradlab.Verdict.UNDECIDED
        assert [f.code for f in report.findings] == ["GL206"]
