"""Gradients of functions with a memory: right at params when they are asked for the first time, or at most calls."""

import numpy as np
import pytest

from gradlab import Verdict, check_backward, check_gradients, check_jacobian

COSTS = {
    "cubes": (lambda x: float(np.sum(x**3)), lambda x: 3 * x**2),
    "exponentials": (lambda x: float(np.sum(np.exp(x))), np.exp),
    "a product": (lambda x: float(np.prod(x)), lambda x: np.prod(x) / x),
    "a length, which grows in proportion": (lambda x: float(np.sqrt(x @ x)), lambda x: x / np.sqrt(x @ x)),
    "a direction, which does not grow": (lambda x: float(x[0] / np.sqrt(x @ x)), lambda x: _of_direction(x)),
    "a kink": (lambda x: float(np.sum(x**2 + np.maximum(x - 1, 0))), lambda x: 2 * x + (x > 1)),
    "linear but for a little": (lambda x: float(np.sum(5 * x + 0.1 * x**2)), lambda x: 5 + 0.2 * x),
}
OPTIONS = [
    {},
    {"directions": 4},
    {"step": 1e-5},
    {"bounds": (-9, 9)},
    {"only": {"x": np.arange(4) < 3}},
]


def _of_direction(x):
    length = np.sqrt(x @ x)
    return np.eye(len(x))[0] / length - x * x[0] / length**3


def first(slopes):
    kept = []

    def grads(x):
        kept.append(slopes(x).copy())
        return kept[0]

    return grads


def previous(slopes):
    kept = []

    def grads(x):
        kept.append(slopes(x).copy())
        return kept[-2] if len(kept) > 1 else kept[-1]

    return grads


def filled_before(slopes):
    kept = [slopes(np.full(4, 0.8))]
    return lambda x: kept[0] + 0 * x


def at_every(period, offset, factor):
    def made(slopes):
        calls = [offset]

        def grads(x):
            calls[0] += 1
            return slopes(x) * (1.0 if calls[0] % period else factor)

        return grads

    return made


MEMORIES = {
    "the first answer": first,
    "the last one": previous,
    "one from before the check": filled_before,
    **{f"each {k}, from {o}": at_every(k, o, (1.5, 0.0, -1.0)[o % 3]) for k in (2, 3, 4, 5) for o in range(k)},
}


def asked(cost, x, grads, options):
    return check_gradients(lambda p: cost(p["x"]), {"x": x}, lambda p: {"x": grads(p["x"])}, **options)


@pytest.mark.slow
@pytest.mark.parametrize("cost", COSTS)
@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_a_gradient_with_a_memory_is_wrong(cost, options):
    value, slopes = COSTS[cost]
    for seed, memory in enumerate(
        ["the first answer", "one from before the check", "the last one", "each 3, from 0"]
    ):
        x = np.random.default_rng(seed).uniform(0.5, 1.5, 4)
        assert asked(value, x, MEMORIES[memory](slopes), options).verdict is Verdict.WRONG, memory
        assert asked(value, x, slopes, options).ok


@pytest.mark.parametrize("memory", MEMORIES)
def test_whichever_of_the_calls_it_is(memory):
    value, slopes = COSTS["exponentials"]
    x = np.random.default_rng(len(memory)).uniform(0.5, 1.5, 4)
    assert asked(value, x, MEMORIES[memory](slopes), {}).verdict is Verdict.WRONG


@pytest.mark.parametrize("memory", MEMORIES)
@pytest.mark.parametrize("seed", range(2))
def test_a_layers_slope_with_a_memory_is_wrong(memory, seed):
    """A factor of the gradient remembers; what it is multiplied by does not."""
    rng = np.random.default_rng(seed)
    inputs = {"x": rng.uniform(0.5, 1.5, 4), "W": rng.standard_normal((4, 3))}

    def forward(x, W):
        return np.tanh(x) ** 2 @ W

    def backward_with(slopes):
        def backward(R, x, W):
            return {"x": slopes(x.copy()) * (W @ R), "W": np.outer(np.tanh(x) ** 2, R)}

        return backward

    def slopes(x):
        return 2 * np.tanh(x) * (1 - np.tanh(x) ** 2)

    remembers = backward_with(MEMORIES[memory](slopes))
    assert check_backward(forward, remembers, inputs).verdict is Verdict.WRONG
    assert check_backward(forward, backward_with(slopes), inputs).ok


@pytest.mark.parametrize("memory", ["the first answer", "the last one", "each 2, from 1", "each 3, from 0"])
def test_in_float32_too(memory):
    value, slopes = COSTS["cubes"]
    x = np.array([0.5, 1.25, 0.75], dtype=np.float32)
    assert asked(value, x, MEMORIES[memory](slopes), {}).verdict is Verdict.WRONG
    assert asked(value, x, slopes, {}).ok


def test_the_report_says_that_it_is_right_at_params():
    value, slopes = COSTS["cubes"]
    report = check_gradients(value, np.array([0.5, 1.5]), first(slopes))
    assert "keep something" in report.notes[0]
    report = check_gradients(value, np.array([0.5, 1.5]), at_every(3, 0, 2.0)(slopes))
    assert "by turns" in report.notes[0]


@pytest.mark.parametrize("size", [1, 3, 7])
def test_a_linear_cost_has_the_same_gradient_everywhere(size):
    c = np.random.default_rng(size).standard_normal(size)
    assert check_gradients(lambda x: float(c @ x), np.ones(size), first(lambda x: c)).ok
    assert check_backward(lambda x: 2 * x, lambda R, x: 2 * R, {"x": c}).ok


def test_numbers_that_were_computed_before_may_be_handed_over_in_a_function():
    x = np.array([0.5, 2.0])
    slopes, named = 3 * x**2, {"x": 3 * x**2}
    assert check_gradients(lambda x: float(np.sum(x**3)), x, slopes).ok
    assert check_gradients(lambda x: float(np.sum(x**3)), x, lambda x: slopes).ok
    assert check_gradients(lambda p: float(np.sum(p["x"] ** 3)), {"x": x}, lambda p: named).ok
    slope = 1 - np.tanh(x) ** 2
    assert check_backward(np.tanh, lambda R, x: R * slope, {"x": x}).ok
    assert check_backward(np.tanh, lambda R, x: np.multiply(R, slope), {"x": x}).ok
    assert not check_backward(np.tanh, lambda R, x: np.multiply(R, slope + 0.1), {"x": x}).ok


@pytest.mark.parametrize("distance", [0.0, 1e-7, 1e-4, 1e-3])
def test_a_slope_that_jumps_beside_the_params_is_right(distance):
    x = np.array([distance, 1.0, -1.0])
    assert check_gradients(lambda x: float(np.sum(np.maximum(x, 0) * x)), x, lambda x: 2 * np.maximum(x, 0)).ok
    ties = np.array([1.0 - distance, 1.0, 3.0])
    assert check_gradients(lambda x: float(np.max(x[:2]) + x[2]), ties, lambda x: _of_max(x)).ok


def _of_max(x):
    return np.array([x[0] >= x[1], x[0] < x[1], True], dtype=float)


@pytest.mark.parametrize("share", [1e-7, 1e-4, 1e-2])
def test_where_the_gradient_ends_beside_the_params_it_is_right(share):
    """The cost, and what is asked for its gradient, raise or have no value a little further on."""
    import math

    x = 1 - share
    assert check_gradients(lambda x: math.sqrt(1 - x[0]), np.array([x]), lambda x: [-0.5 / math.sqrt(1 - x[0])]).ok


@pytest.mark.parametrize("seed", range(5))
def test_what_is_drawn_anew_at_each_call_stays_undecided(seed):
    rng = np.random.default_rng(seed)
    report = check_gradients(lambda x: float(x @ x), np.ones(3), lambda x: 2 * x * rng.uniform(0.5, 1.5, 3))
    assert report.verdict is not Verdict.AGREES


TOGETHER = [(memory, False) for memory in MEMORIES] + [
    ("the first answer", True),
    ("one from before the check", True),
]


@pytest.mark.parametrize(("memory", "together"), TOGETHER)
def test_a_jacobian_with_a_memory_is_wrong(memory, together):
    rng = np.random.default_rng(len(memory))
    A, x = rng.standard_normal((3, 4)), rng.uniform(0.5, 1.5, 4)

    def residuals(x):
        return np.tanh(A @ x) + x[0] ** 2

    def jacobian(x):
        return (1 - np.tanh(A @ x) ** 2)[:, None] * A + 2 * x[0] * np.eye(4)[0]

    def asked(slopes):
        if together:
            return check_jacobian(lambda x: (residuals(x), slopes(x)), x, True)
        return check_jacobian(residuals, x, slopes)

    assert asked(jacobian).ok
    assert not asked(MEMORIES[memory](jacobian)).ok


def test_a_jacobian_that_was_computed_before_may_be_handed_over_in_a_function():
    x = np.array([0.5, 2.0])
    J = np.diag(2 * x)
    assert check_jacobian(lambda x: x**2, x, lambda x: J).ok
    assert check_jacobian(lambda x: x**2, x, J).ok


@pytest.mark.parametrize("seed", range(4))
def test_a_gradient_that_is_meant_for_these_params_alone_is_right(seed):
    """Of a cost in which a value computed at them is held: a target, a state at a border, a detached weight."""
    rng = np.random.default_rng(seed)
    A, x = rng.standard_normal((4, 3)), rng.standard_normal(3)
    held = np.tanh(A @ x)

    def slopes(x):
        value = np.tanh(A @ x)
        return A.T @ (value * (1 - value**2))

    assert check_gradients(lambda x: float(held @ np.tanh(A @ x)), x, slopes).ok
