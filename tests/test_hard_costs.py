"""Other people's costs, made by construction: right gradients are never WRONG, spoiled ones never pass."""

import numpy as np
import pytest

from benchmarks.hard import BROKEN, KINDS, KINKED, SMOOTH
from gradlab import Verdict, check_gradients
from tests.chosen import sample

SEEDS = sample(range(500, 516), 4)
COARSE = {"rounded", "printed", "counted", "single"}  # known to few digits: what is off by less may pass, and says so


def made(kind, seed):
    cost, params, grads = KINDS[kind](np.random.default_rng(1000 * seed + 7))
    return cost, params, grads if isinstance(grads, dict) else {"theta": np.asarray(grads, dtype=float)}


def check(cost, params, grads):
    return check_gradients(cost, params, grads if isinstance(params, dict) else grads["theta"])


def spoiled(grads, seed):
    """Every way to be wrong that is blind to nothing: all by a little, all by much, one entry, a sign, zero."""
    for factor in (1.0001, 1.1, -1.0, 0.0):
        yield {name: factor * g for name, g in grads.items()}
    name = sorted(grads)[seed % len(grads)]
    largest = np.unravel_index(np.abs(grads[name]).argmax(), grads[name].shape)
    for factor in (1.1, -1.0):
        one = grads[name].copy()
        one[largest] *= factor
        yield {**grads, name: one}


def hidden(wrong, right, report):
    """The report says itself that it could not have seen this: the mistake is within its bounds."""
    return all(
        np.all((np.abs(wrong[name] - right[name]) <= 3 * block.bound) | (block.reason == "kink"))
        for name, block in report.blocks.items()
    )


@pytest.mark.parametrize("kind", SMOOTH | KINKED)
def test_a_right_gradient_is_never_wrong(kind):
    verdicts = []
    for seed in SEEDS:
        cost, params, right = made(kind, seed)
        report = check(cost, params, right)
        assert report.verdict is not Verdict.WRONG, (seed, str(report))
        verdicts.append(report.verdict)
    if kind not in COARSE | {"zero_start"}:  # at zero the gradient of a bias may be exactly 0
        assert verdicts.count(Verdict.AGREES) >= len(SEEDS) - 1


@pytest.mark.slow
@pytest.mark.parametrize("kind", SMOOTH | KINKED)
def test_a_spoiled_gradient_does_not_pass(kind):
    for seed in SEEDS:
        cost, params, right = made(kind, seed)
        for wrong in spoiled(right, seed):
            if any(not np.array_equal(wrong[name], right[name]) for name in right):
                report = check(cost, params, wrong)
                assert not report.ok or hidden(wrong, right, report), (seed, str(report))


@pytest.mark.parametrize("kind", sorted(SMOOTH.keys() - COARSE))
def test_safety_is_not_bought_with_blindness(kind):
    """A flipped sign, and 10 percent in one entry, are not left open: they are WRONG."""
    called = []
    for seed in SEEDS:
        cost, params, right = made(kind, seed)
        *_, tenth, sign = spoiled(right, seed)
        called += [check(cost, params, wrong).verdict is Verdict.WRONG for wrong in (tenth, sign)]
    assert np.mean(called) >= (0.2 if kind == "rosenbrock" else 0.75)  # next to its minimum round-off rules


@pytest.mark.parametrize("kind", BROKEN)
def test_where_there_is_no_derivative_nothing_passes(kind):
    for seed in SEEDS:
        cost, params, right = made(kind, seed)
        for gradient in (right, *spoiled(right, seed)):
            report = check(cost, params, gradient)
            assert report.verdict is Verdict.UNDECIDED, (seed, str(report))
            assert {f.code for f in report.findings} == {"GL206"}


@pytest.mark.parametrize("known", [1e-9, 1e-7, 1e-5])
def test_a_gradient_that_is_known_to_so_many_digits(known):
    rng = np.random.default_rng(0)
    A = rng.standard_normal((8, 8))
    A = A @ A.T + np.eye(8)
    for _ in SEEDS:
        theta = rng.standard_normal(8)
        right = A @ theta
        solved = right + known * np.abs(right).max() * rng.uniform(-1, 1, 8)
        assert check_gradients(lambda t: float(t @ A @ t / 2), theta, solved, rtol=2 * known).ok
        assert (
            check_gradients(lambda t: float(t @ A @ t / 2), theta, 1.01 * right, rtol=known).verdict is Verdict.WRONG
        )


def test_answers_that_differ_within_what_is_known_are_not_random():
    rng = np.random.default_rng(0)
    theta = rng.standard_normal(5)

    def grads(t):
        return np.cos(t) * (1 + 1e-4 * rng.uniform(-1, 1, 5))

    assert not check_gradients(lambda t: float(np.sum(np.sin(t))), theta, grads).ok
    assert check_gradients(lambda t: float(np.sum(np.sin(t))), theta, grads, rtol=1e-3).ok


@pytest.mark.parametrize("step", [1e-3, 1e-5])
def test_a_jump_is_no_kink_at_a_fixed_step(step):
    for gradient in (3.0, 10.0, -5.0):
        report = check_gradients(lambda t: float(3 * t[0] + (t[0] >= 1)), np.ones(1), [gradient], step=step)
        assert report.verdict is Verdict.UNDECIDED


def far_polygon(rng):
    """The area of a polygon far from the origin: products of 1e12 that cancel, and a square of what is left."""
    around = 2 * np.pi * np.arange(8) / 8
    x, y = (10 ** rng.uniform(4, 7) + f(around) + 0.1 * rng.standard_normal(8) for f in (np.cos, np.sin))
    wanted = rng.uniform(2, 4)
    x0, y0 = x.mean(), y.mean()

    def area(x, y):
        return 0.5 * np.sum(x * np.roll(y, -1) - y * np.roll(x, -1))

    left = area(x - x0, y - y0) - wanted
    right = {
        "x": left * (np.roll(y, -1) - np.roll(y, 1)),
        "y": left * (np.roll(x, 1) - np.roll(x, -1)),
    }
    return (lambda p: float((area(p["x"], p["y"]) - wanted) ** 2)), {"x": x, "y": y}, right


def far_variance(rng):
    """The mean of squares less the square of the mean, against a wanted one."""
    z, wanted = 10 ** rng.uniform(3, 6) + rng.standard_normal(9), rng.uniform(0.5, 3)
    off = z - z.mean()
    right = 2 * (np.mean(off**2) - wanted) * 2 * off / 9
    return (lambda z: float((np.mean(z**2) - np.mean(z) ** 2 - wanted) ** 2)), z, right


def far_distance(rng):
    """A squared distance by its three products, in a loss of squares."""
    a, b = (10 ** rng.uniform(3, 6) + rng.standard_normal(4) for _ in range(2))
    b = a + rng.standard_normal(4)
    wanted = rng.uniform(1, 9)
    right = 4 * (np.sum((a - b) ** 2) - wanted) * (a - b)
    return (lambda a: float((a @ a - 2 * a @ b + b @ b - wanted) ** 2)), a, right


@pytest.mark.slow
@pytest.mark.parametrize("kind", [far_polygon, far_variance, far_distance])
@pytest.mark.parametrize("seed", range(15))
def test_a_square_of_what_lost_its_digits_is_louder_further_off(kind, seed):
    """Its noise grows with the root of the cost, and right gradients were called wrong by what it is beside theta."""
    cost, params, right = kind(np.random.default_rng([seed, 41]))
    assert check_gradients(cost, params, right).verdict is not Verdict.WRONG
    wrong = {k: -g for k, g in right.items()} if isinstance(right, dict) else -right
    assert not check_gradients(cost, params, wrong).ok
