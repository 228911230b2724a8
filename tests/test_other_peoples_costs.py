"""Costs that nobody here wrote, in their smallest form: each was once judged wrongly, and stands for its kind."""

import math
import warnings

import numpy as np
import pytest

from gradlab import Verdict, check_backward, check_gradients, derivative, numeric_gradient
from tests.chosen import sweep

WRONG, UNDECIDED, UNTESTED, AGREES = Verdict.WRONG, Verdict.UNDECIDED, Verdict.UNTESTED, Verdict.AGREES


def verdict(cost, x, gradient, **options):
    x = np.array(x, dtype=float)
    gradient = gradient if callable(gradient) else np.array(gradient, dtype=float)
    return check_gradients(lambda t: float(cost(t)), x, gradient, **options).verdict


# ---- noise that is not the same everywhere ----


@pytest.mark.parametrize("seed", range(12))
def test_near_a_perfect_fit(seed):
    rng = np.random.default_rng(seed)
    X, y = rng.standard_normal((30, 10)), rng.standard_normal(10)
    t = y + 1e-4 * rng.standard_normal(10)
    right = 2 / 30 * X.T @ (X @ t - X @ y)
    assert verdict(lambda t: np.mean((X @ t - X @ y) ** 2), t, right) is AGREES
    for factor in (1.0001, -1.0):
        assert verdict(lambda t: np.mean((X @ t - X @ y) ** 2), t, factor * right) is WRONG


@pytest.mark.parametrize("x", np.linspace(0.3, 1, 15))
@pytest.mark.parametrize("decimals", [3, 6, 9])
def test_a_rounded_cost(x, decimals):
    assert verdict(lambda t: round(float(t[0] ** 2), decimals), [x], [2 * x]) is not WRONG


@pytest.mark.parametrize("seed", range(8))
def test_a_counted_cost(seed):
    draws = np.random.default_rng(seed).random(1000)
    share = lambda t: 2 * np.mean(draws < (1 + np.cos(t[0]) * np.cos(t[1])) / 2) - 1  # noqa: E731
    a, b = 0.4, 1.1
    assert verdict(share, [a, b], [-np.sin(a) * np.cos(b), -np.cos(a) * np.sin(b)]) is not WRONG


@pytest.mark.parametrize("width", [1e-7, 1e-6, 1e-5])
def test_a_ramp_that_saturates(width):
    t = 1 + width / 10 * np.array([3.0, 6.0, 9.0])
    slope = (1 - np.tanh((t - 1) / width) ** 2) / width
    assert verdict(lambda t: np.sum(np.tanh((t - 1) / width)), t, slope) is not WRONG
    assert verdict(lambda t: np.sum(np.tanh((t - 1) / width)), t, -slope) is not AGREES


@pytest.mark.parametrize("far", [1e6, 1e9, 1e12])
def test_a_wave_far_from_zero(far):
    t = far * np.array([1.1, 1.3, 1.5, 1.7])
    assert verdict(lambda t: np.sum(np.sin(t)), t, np.cos(t)) in (AGREES, UNDECIDED)
    assert verdict(lambda t: np.sum(np.sin(t)), t, -np.cos(t)) in (WRONG, UNDECIDED)


def test_the_derivative_of_a_fast_wave_lies_within_its_error():
    for k in (1e4, 1e6, 1e8):
        d = derivative(lambda x, k=k: math.sin(k * x), 0.7)
        assert math.isnan(d.value) or abs(d.value - k * math.cos(k * 0.7)) <= d.error


@pytest.mark.parametrize("a", np.arange(0.05, 3, 0.25))
def test_a_cost_that_is_exactly_zero(a):
    for factor, wanted in ((1, AGREES), (2, WRONG)):
        assert verdict(lambda t: a * t[0] + t[0] ** 2, [0.0], [factor * a]) is wanted


def test_a_flat_piece_beside_a_threshold_is_not_tested():
    w, x = np.array([0.4, 0.8, 0.3]), np.array([0.8, 0.9, 0.9])
    for above in (0.0, 1.0):
        assert verdict(lambda x, c=above: c + 20 * max(0, w @ x - 1.5) ** 4, x, lambda x: np.zeros(3)) is UNTESTED


@pytest.mark.parametrize("seed", range(6))
def test_a_nearly_singular_system(seed):
    rng = np.random.default_rng(seed)
    Q = np.linalg.qr(rng.standard_normal((4, 4)))[0]
    A, b, R = Q @ np.diag(np.geomspace(1, 1e-9, 4)) @ Q.T, rng.standard_normal(4), rng.standard_normal(4)
    right = -np.outer(np.linalg.solve(A.T, R), np.linalg.solve(A, b))
    assert verdict(lambda A: R @ np.linalg.solve(A, b), A, right) is not WRONG


# ---- truncation of another order, or none ----


@pytest.mark.parametrize("power", [1.5, 1.852, 2.5])
def test_fractional_powers(power):
    c = np.linspace(0.5, 2, 8)
    assert verdict(lambda t: np.sum(t + np.sign(t - c) * np.abs(t - c) ** power), c, np.ones(8)) is not WRONG
    assert verdict(lambda q: np.sum(q * np.abs(q) ** (power - 1)), np.zeros(3), np.zeros(3)) is not WRONG


EVEN = {
    "cosine": lambda t: np.cos(100 * t),
    "fast cosine": lambda t: np.cos(1e4 * t),
    "bell": lambda t: np.exp(-10 * t**2),
    "resonance": lambda t: 1 / (1 + (30 * t) ** 2),
}


@pytest.mark.parametrize("even", EVEN)
@pytest.mark.parametrize(("factor", "wanted"), [(1, AGREES), (1.1, WRONG), (2, WRONG), (-1, WRONG)])
def test_linear_plus_even(even, factor, wanted):
    assert verdict(lambda t: 0.9 * t[0] + EVEN[even](t[0]), [0.0], [0.9 * factor]) is wanted


@pytest.mark.parametrize("seed", sweep(range(5)))
@pytest.mark.parametrize("size", [(0, 1), (30, 100), (0, 255), (1e4, 1e5)])
def test_logistic_regression_that_starts_at_zero(seed, size):
    rng = np.random.default_rng(seed)
    X, Y = rng.uniform(*size, (2, 60)), (rng.random((1, 60)) < 0.6) * 1.0

    def cost(p):
        Z = p["W"] @ X + p["b"]
        return float(np.mean(np.logaddexp(0, Z) - Y * Z))

    params = {"W": np.zeros((1, 2)), "b": np.zeros((1, 1))}
    D = 0.5 - Y
    right = {"W": D @ X.T / 60, "b": D.mean(1, keepdims=True)}
    assert check_gradients(cost, params, right).ok
    for factor in (-1, 1.1, 2):
        assert check_gradients(cost, params, {**right, "W": factor * right["W"]}).verdict is WRONG


# ---- jumps, cusps, kinks ----


@pytest.mark.parametrize("given", [-10.0, 0.0, 3.0, 3.5, 5.0, 14.0, 30.0])
def test_a_jump_is_no_kink(given):
    assert verdict(lambda t: 3 * t[0] + (t[0] >= 1), [1.0], [given]) is UNDECIDED
    assert verdict(lambda t: np.sin(t[0]) + (t[0] >= 0.5), [0.5], [given]) is UNDECIDED
    assert verdict(lambda t: np.floor(t[0]), [4.0], [given]) is not AGREES
    assert verdict(lambda t: np.sqrt(np.abs(t[0])), [0.0], [given]) is UNDECIDED


def test_a_factor_that_turns_its_sign_is_no_kink():
    report = check_backward(lambda A: np.linalg.qr(A)[0], lambda R, A: {"A": np.zeros_like(A)}, {"A": np.eye(2)})
    assert report.verdict is UNDECIDED
    assert [finding.code for finding in report.findings] == ["GL206"]


# ---- what counts as a pass ----


@pytest.mark.parametrize("size", [1e-9, 1e-13, 1e-17, 1e-20])
def test_a_block_of_tiny_numbers_is_tested(size):
    params = {"W": np.array([0.5, 1.0]), "b": np.full(3, size)}
    right = {"W": -np.sin(params["W"]), "b": np.cos(params["b"] + 1)}
    cost = lambda p: float(np.sum(np.sin(p["b"] + 1)) + np.sum(np.cos(p["W"])))  # noqa: E731
    assert check_gradients(cost, params, right).ok
    assert check_gradients(cost, params, {**right, "b": -right["b"]}).verdict is WRONG


def test_a_report_is_as_true_as_it_is_right():
    assert check_gradients(lambda t: float(t @ t), np.ones(3), 2 * np.ones(3))
    assert not check_gradients(lambda t: float(t @ t), np.ones(3), 12 * np.ones(3))


def test_numbers_of_very_different_size_are_undecided_for_a_reason():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        report = check_gradients(lambda x: float(np.max(x)), np.array([1.3e241, 1.4e-310, 2e-304]), np.eye(3)[0])
    assert report.verdict in (UNDECIDED, AGREES)
    assert report.findings or report.verdict is AGREES


# ---- the check ends, whatever the sizes ----


def test_nothing_above_a_wrong_layer_agrees():
    params = {"W1": np.ones(2), "W2": np.ones(1)}
    report = check_gradients(
        lambda p: float(np.sum(p["W1"] ** 2)), params, {"W1": -2 * np.ones(2), "W2": np.zeros(1)}
    )
    assert report.verdict is WRONG
    assert report.findings[0].code == "GL101"


@pytest.mark.parametrize("size", [1e200, 1e160, 1e-160, 1e-200])
def test_norms_that_overflow_or_vanish(size):
    x = np.array([1.0, 2.0])
    for factor, wanted in ((1, AGREES), (1.01, WRONG)):
        assert verdict(lambda t: size * np.sum(t**3), x, factor * size * 3 * x**2) is wanted


# ---- steps that are longer than an entry, and kinks that are nearer than a step ----


@pytest.mark.parametrize("seed", sweep(range(6)))
@pytest.mark.parametrize("decades", [4, 8, 12])
def test_a_fit_whose_columns_have_very_different_sizes(seed, decades):
    """Small weights, some of them far smaller: steps as long as the others blow the cost up, and its round-off."""
    rng = np.random.default_rng([seed, decades])
    sizes = np.logspace(0, decades, 8)
    X, off = rng.standard_normal((20, 8)) * sizes, 10.0 ** -rng.uniform(0, 4) * rng.standard_normal(20)
    w = 10.0 ** rng.uniform(-2, -1) * rng.standard_normal(8) / sizes
    y = X @ w + off
    right = 2 * X.T @ (X @ w - y) / 20

    def cost(w):
        return float(np.mean((X @ w - y) ** 2))

    numeric = numeric_gradient(cost, w)
    assert np.all(np.abs(numeric.values - right) <= numeric.bounds + 1e-12 * np.abs(right))
    assert verdict(cost, w, right) is AGREES
    for wrong in (right * (np.arange(8) != seed), right * np.where(np.arange(8) == seed, 1.001, 1)):
        assert verdict(cost, w, wrong) is WRONG


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("distance", [1e-10, 1e-9, 1e-8, 1e-7, 1e-6])
@pytest.mark.parametrize("offset", [0, 1, 100])
def test_a_kink_beside_the_point_leaves_the_slope_of_its_own_side(seed, distance, offset):
    rng = np.random.default_rng([seed, offset])
    n = int(rng.integers(1, 6))
    at, k = rng.uniform(0.5, 2, n) * rng.choice([-1, 1], n), rng.uniform(0.2, 2)
    x = at * (1 + distance * rng.uniform(0.5, 1.5, n) * rng.choice([-1, 1], n))

    def cost(t):
        return offset + np.sum(np.sin(t) + k * np.maximum(t - at, 0))

    assert verdict(cost, x, np.cos(x) + k * (x > at)) is AGREES
    assert verdict(cost, x, np.cos(x) + k * (x < at)) is not AGREES


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("distance", [1e-10, 1e-9, 1e-8, 1e-7])
def test_a_unit_that_is_nearly_at_its_kink(seed, distance):
    """All weights of a ReLU unit see its kink, each at another distance, of which most are longer."""
    rng = np.random.default_rng(seed)
    X, w, v = rng.standard_normal((6, 4)), rng.standard_normal(4), rng.standard_normal(6)
    b = rng.standard_normal(6) - X @ w
    b[0] = distance * rng.choice([-1, 1]) * np.abs(X[0] * w).max() - X[0] @ w
    on = X @ w + b > 0
    other = on ^ (np.arange(6) == 0)
    assert verdict(lambda w: v @ np.maximum(0, X @ w + b), w, X.T @ (v * on)) is AGREES
    assert verdict(lambda w: v @ np.maximum(0, X @ w + b), w, X.T @ (v * other)) is WRONG


def test_a_kink_that_noise_leaves_no_steps_for_is_named():
    """And a right gradient is not called wrong for it."""
    told = []
    for seed in range(24):
        rng = np.random.default_rng(seed)
        w, v = rng.standard_normal(4), rng.standard_normal(6)
        X = np.vstack([rng.uniform(0.5, 2, 4) * rng.choice([-1, 1], 4), rng.standard_normal((5, 4))])
        b = rng.standard_normal(6) - X @ w
        b[0] = 10.0 ** rng.uniform(-13.5, -12.5) * rng.choice([-1, 1]) - X[0] @ w
        right = X.T @ (v * (X @ w + b > 0))
        report = check_gradients(lambda w, X=X, v=v, b=b: float(v @ np.maximum(0, X @ w + b)), w, right)
        assert report.verdict is not WRONG
        told += [finding.code for finding in report.findings]
    assert set(told) <= {"GL201", "GL202"}
    assert told.count("GL201") > told.count("GL202")  # a slope may be found, with a bound as large as itself


# ---- the analytic side has an accuracy of its own ----


@pytest.mark.parametrize("share", [1e-9, 1e-7, 1e-4])
def test_a_gradient_of_a_solver(share):
    rng = np.random.default_rng(0)
    A = rng.standard_normal((20, 20))
    A, x = A @ A.T + np.eye(20), rng.standard_normal(20)
    known = A @ x + share * np.abs(A @ x).max() * rng.uniform(-1, 1, 20)
    assert verdict(lambda t: t @ A @ t / 2, x, known, rtol=share) is AGREES
    assert verdict(lambda t: t @ A @ t / 2, x, -known, rtol=share) is WRONG


@pytest.mark.parametrize("seed", range(10))
def test_one_standard_for_all_entries_of_a_block(seed):
    rng = np.random.default_rng(seed)
    X, W = rng.standard_normal((5, 4)), rng.standard_normal((4, 3))
    right = 2 * X.T @ (X @ W) * (1 + 1e-11 * rng.standard_normal((4, 3)))
    assert verdict(lambda W: np.sum((X @ W) ** 2), W, right) is AGREES


@pytest.mark.parametrize("x", [2.9, 2.999999, 2.9999999999])
def test_a_table_that_ends(x):
    """A look-up beyond the last knot raises, as the logarithm of a negative number does: steps stay within it."""
    knots = [0.0, 1.0, 4.0, 9.0]

    def cost(p):
        i = int(np.floor(p[0]))
        return knots[i] + (p[0] - i) * (knots[i + 1] - knots[i]) + 0.1 * p[0] ** 2

    right = np.array([5 + 0.2 * x])
    assert check_gradients(cost, np.array([x]), right).verdict is not Verdict.WRONG
    assert not check_gradients(cost, np.array([x]), 1.1 * right).ok
