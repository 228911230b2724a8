"""What the report once said wrongly beside its verdict, what its way of asking once hid, and inputs it once misread.

Each test is of a kind: more seeds, sizes and functions than the case that was met. Verdicts of costs are in
test_other_peoples_costs.
"""

import math
import warnings

import numpy as np
import pytest

from gradlab import GradlabError, Verdict, check_backward, check_gradients, numeric_gradient
from gradlab.stencils import FORWARD


def codes(report):
    return [finding.code for finding in report.findings]


def message(report, code):
    return next(finding.message for finding in report.findings if finding.code == code)


def first_words(report):
    return " ".join(str(report).partition("\n\n")[0].split())


def logistic_in_float32(seed):
    """(cost, theta, its gradient), with products of float32 inside."""
    rng = np.random.default_rng(seed)
    X, y = rng.standard_normal((30, 8)).astype(np.float32), np.sign(rng.standard_normal(30))

    def cost(t):
        return float(np.mean(np.logaddexp(0, -y * (X @ t.astype(np.float32)))))

    def gradient(t):
        return -(X * (y / (1 + np.exp(y * (X @ t.astype(np.float32)))))[:, None]).mean(0).astype(float)

    return cost, rng.standard_normal(8), gradient


# ---- what the way of asking hid ----

STRIDED = {
    "in the order of memory": lambda U: np.ascontiguousarray(U.T).reshape(U.shape),
    "its base": lambda U: (U.base if U.base is not None and U.base.size == U.size else U[::-1]).reshape(U.shape),
    "nothing": np.zeros_like,
}


@pytest.mark.parametrize("reads", STRIDED)
@pytest.mark.parametrize("shape", [(5, 4), (3, 7), (2, 3, 4)])
def test_a_backward_that_reads_a_strided_upstream_wrongly_is_wrong(reads, shape):
    x = np.random.default_rng(0).standard_normal(shape)

    def backward(U, x):
        return {"x": (U if U.flags.c_contiguous else STRIDED[reads](U)) * np.cos(x)}

    report = check_backward(np.sin, backward, {"x": x})
    assert report.verdict is Verdict.WRONG
    assert check_backward(np.sin, lambda U, x: {"x": U * np.cos(x)}, {"x": x}).ok


@pytest.mark.parametrize("before", [None, 0.0, 7.0])
@pytest.mark.parametrize("power", [2, 3])
def test_a_gradient_that_is_what_the_cost_left_behind(before, power):
    left = {} if before is None else {"g": np.full(3, before)}

    def cost(p):
        left["g"] = power * p ** (power - 1)
        return float(np.sum(p**power))

    assert check_gradients(cost, np.array([1.0, -2.0, 0.5]), lambda p: left["g"]).ok


@pytest.mark.parametrize("gamma", [1.0, 0.5, -2.0])
@pytest.mark.parametrize("shape", [(6, 5), (4, 3)])
def test_a_scale_outside_of_the_means_is_seen_where_all_scales_are_equal(gamma, shape):
    rng = np.random.default_rng(3)

    def norm(x):
        return (x - x.mean(1, keepdims=True)) / x.std(1, keepdims=True)

    def backward(U, x, gamma, *, inside):
        h, s, V = norm(x), x.std(1, keepdims=True), U * gamma if inside else U
        dx = (V - V.mean(1, keepdims=True) - h * (V * h).mean(1, keepdims=True)) / s
        return {"x": dx if inside else gamma * dx, "gamma": (U * h).sum(0)}

    inputs = {"x": rng.standard_normal(shape), "gamma": np.full(shape[1], gamma)}
    for inside in (True, False):
        report = check_backward(
            lambda x, gamma: gamma * norm(x), lambda U, x, gamma, i=inside: backward(U, x, gamma, inside=i), inputs
        )
        assert report.ok is inside, str(report)


@pytest.mark.parametrize("powers", [(1, 2), (2, 3), (3, 1)])
def test_wrong_powers_are_seen_where_all_params_are_one(powers):
    a, b = powers
    p = {"x": np.ones(3), "y": np.ones(3)}
    cost = lambda p: float(p["x"] ** a @ p["y"] ** b)  # noqa: E731
    right = lambda p: {"x": a * p["x"] ** (a - 1) * p["y"] ** b, "y": b * p["x"] ** a * p["y"] ** (b - 1)}  # noqa: E731
    assert check_gradients(cost, p, right).ok
    assert not check_gradients(cost, p, lambda p: {"x": a * p["y"], "y": b * p["x"] ** 2}).ok


# ---- findings that were certain and wrong ----


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("decay", [1e-4, 1e-2])
def test_at_a_minimum_a_missing_decay_is_not_a_cost_that_does_not_move(seed, decay):
    rng = np.random.default_rng(seed)
    A, b = rng.standard_normal((20, 5)), rng.standard_normal(20)
    w = np.linalg.lstsq(A, b, rcond=None)[0]
    report = check_gradients(lambda t: float(np.sum((A @ t - b) ** 2)), w, 2 * A.T @ (A @ w - b) - decay * w)
    assert report.verdict is Verdict.WRONG
    assert codes(report)[0] == "GL107"
    assert "GL110" not in codes(report)


@pytest.mark.parametrize("n", [2, 4, 30])
@pytest.mark.parametrize("factor", [1 - 1e-6, 1.01, 0.5])
@pytest.mark.parametrize("at", [0.0, 0.3])
def test_equal_entries_times_a_factor_are_not_cut(n, factor, at):
    z = np.full(n, at)
    report = check_gradients(lambda t: float(np.sum(np.cos(3 * t + 1))), z, -3 * np.sin(3 * z + 1) * factor)
    assert report.verdict is Verdict.WRONG
    assert "GL109" not in codes(report)
    if at == 0:  # elsewhere a decay of equal params comes to the same
        assert codes(report)[0] == "GL102"


@pytest.mark.parametrize("directions", [1, 2])
@pytest.mark.parametrize("seed", range(15))
def test_one_number_along_a_line_is_no_level_at_which_entries_are_cut(seed, directions):
    rng = np.random.default_rng(seed)
    x = rng.standard_normal(int(rng.integers(20, 300)))
    wrong = np.cos(x) * (1 + 0.2 * rng.standard_normal(len(x)))
    report = check_gradients(lambda x: float(np.sum(np.sin(x))), x, wrong, directions=directions)
    assert report.verdict is Verdict.WRONG
    assert "GL109" not in codes(report)


@pytest.mark.parametrize("seed", range(20))
def test_one_entry_beyond_its_bound_is_not_the_only_wrong_one(seed):
    cost, t, gradient = logistic_in_float32(seed)
    assert "GL112" not in codes(check_gradients(cost, t, 1.0001 * gradient(t)))


@pytest.mark.parametrize("seed", range(20))
def test_a_decay_too_much_is_still_the_gradient_of_a_cost(seed):
    cost, t, gradient = logistic_in_float32(seed)
    report = check_gradients(cost, t, lambda t: gradient(t) + 0.1 * t)
    assert report.verdict is Verdict.WRONG
    assert "GL121" not in codes(report)


@pytest.mark.parametrize("power", [1.6, 1.852, 2.2, 2.5])
def test_a_flipped_sign_at_a_point_of_little_smoothness_is_a_flipped_sign(power):
    c = np.linspace(0.5, 2, 8)
    report = check_gradients(lambda t: float(1 + np.sum(t + np.sign(t - c) * np.abs(t - c) ** power)), c, -np.ones(8))
    assert report.verdict is Verdict.WRONG
    assert codes(report)[0] == "GL101"


@pytest.mark.parametrize("seed", range(6))
def test_two_explanations_that_come_to_the_same_are_both_said(seed):
    """A constant too much is sign(θ) too much where all params are positive."""
    rng = np.random.default_rng(seed)
    t, c = rng.uniform(0.5, 2.5, 4), rng.uniform(0.01, 0.1)
    said = message(check_gradients(lambda t: float(np.sum(np.sin(t))), t, np.cos(t) + c), "GL107")
    assert "L1" in said
    assert "constant" in said


@pytest.mark.parametrize("k", [10.0, 100.0, 1e3, 1e4, 1e5])
@pytest.mark.parametrize("factor", [1.0, 1.1])
def test_what_a_bend_hides_is_not_called_noise(k, factor):
    t = np.array([0.3])
    report = check_gradients(lambda t: float(0.9 * t[0] + np.cos(k * (t[0] - 0.3))), t, np.array([0.9 * factor]))
    assert "noise" not in str(report)


@pytest.mark.parametrize("off", [1e-6, -1e-6, 1e-5])
def test_a_factor_beside_one_is_not_written_as_one(off):
    x = np.random.default_rng(0).uniform(0.5, 2, 6)
    report = check_gradients(lambda t: float(np.sum(t**3)), x, 3 * x**2 / (1 + off))
    assert f"should be {1 + off:.10g} times" in message(report, "GL102")


# ---- kinks that are accepted one by one ----


@pytest.mark.parametrize("seed", range(6))
def test_what_fits_no_gradient_together_is_said_at_once(seed):
    """Entries of a maximum's gradient are 0 or more and their sum is 1: two that are 1 do not hold together."""
    n = 2 + seed % 5
    for given in (np.ones(n), np.zeros(n), np.eye(n)[0] + np.eye(n)[1]):
        report = check_gradients(lambda t: float(np.max(t)), np.zeros(n), given)
        assert "together they fit no slope" in first_words(report)
    assert "together" not in first_words(check_gradients(lambda t: float(np.max(t)), np.zeros(n), np.eye(n)[0]))


# ---- inputs ----


@pytest.mark.filterwarnings("ignore::PendingDeprecationWarning")  # np.matrix
@pytest.mark.parametrize("ask", [check_gradients, lambda cost, p, g: numeric_gradient(cost, p)])
def test_arrays_that_calculate_otherwise_are_refused_by_name(ask):
    plain = np.array([[1.0, 2.0], [3.0, 4.0]])
    for params, rule in (
        (np.matrix(plain), "matrix"),
        (np.ma.masked_array(plain, mask=[[0, 1], [0, 0]]), "mask"),
    ):
        with pytest.raises(GradlabError, match=rf"'W' must .*{rule}"):
            ask(lambda p: float((p["W"] * p["W"]).sum()), {"W": params}, {"W": 2 * plain})


NO_NUMBERS = {"bool": lambda t: bool(t[0] > 0), "int": lambda t: int(t @ t), "masked": lambda t: np.ma.masked}


@pytest.mark.parametrize("kind", NO_NUMBERS)
def test_a_cost_that_is_no_float_is_refused(kind):
    x = np.array([0.5, 1.0])
    with pytest.raises(GradlabError, match="cost must return"):
        check_gradients(NO_NUMBERS[kind], x, 2 * x)


@pytest.mark.parametrize("cache", [(1, 2), "kept", None])
def test_output_and_cache_are_told_from_two_outputs(cache):
    x = np.ones((4, 3))
    with pytest.raises(GradlabError, match="cache=True"):
        check_backward(lambda x: (x.sum(0), cache), lambda U, x: {"x": 0 * x}, {"x": x})


WAYS_OUT = {
    "None among grads": (lambda x: check_gradients(lambda p: 1.0, {"a": x}, {"a": None}), "None"),
    "cost and gradient": (lambda x: check_gradients(lambda t: (float(t @ t), 2 * t), x, 2 * x), "grads=True"),
    "complex params": (lambda x: check_gradients(lambda z: 1.0, x * 1j, x), "convention"),
    "complex cost": (lambda x: check_gradients(lambda t: np.complex128(t @ t), x, x), "imag|real"),
    "float16": (lambda x: check_gradients(lambda t: 1.0, x.astype(np.float16), x), "astype"),
    "a block without gradient": (lambda x: check_gradients(lambda p: 1.0, {"a": x, "b": x}, {"a": x}), "fixed|b"),
    "workers that are no number": (lambda x: check_gradients(lambda t: 1.0, x, x, workers=math.nan), "whole number"),
}


@pytest.mark.parametrize("call", WAYS_OUT)
def test_errors_name_a_way_out(call):
    ask, word = WAYS_OUT[call]
    with pytest.raises(GradlabError, match=word):
        ask(np.ones(2))


@pytest.mark.parametrize("size", [1e-300, 1e-160, 1.0, 1e150])
@pytest.mark.parametrize("how", ["warnings", "errstate"])
def test_its_own_arithmetic_neither_warns_nor_raises(size, how):
    with warnings.catch_warnings(), np.errstate(all="raise" if how == "errstate" else "warn"):
        warnings.simplefilter("error")
        assert check_gradients(lambda t: size * float(t @ t), np.ones(2), lambda t: 2 * size * t).ok
        infinite = np.array([np.inf, 0.5])
        at_an_edge = check_gradients(
            lambda x: float(np.sum(np.sqrt(x))) if np.all(x >= 0) else math.nan, np.array([0.0, 1.0]), infinite
        )
        assert not at_an_edge.ok


@pytest.mark.parametrize("kind", [ValueError, RuntimeError, AssertionError, ZeroDivisionError])
def test_at_the_edge_of_a_domain_the_costs_own_words_are_quoted(kind):
    def cost(x):
        if np.any(x < 0):
            raise kind("x must not be negative")
        return float(np.sum(x**2 + x))

    x = np.array([0.0, 1.0, 2.0])
    report = check_gradients(cost, x, 2 * x + 1)
    assert report.verdict is Verdict.UNDECIDED
    assert "x must not be negative" in message(report, "GL204")
    assert check_gradients(cost, x, 2 * x + 1, stencil=FORWARD, step=1e-7).ok
    assert check_gradients(cost, x, 2 * x + 1, bounds=(0, None)).ok
