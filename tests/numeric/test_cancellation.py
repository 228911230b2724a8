"""Functions that lose their digits stand on stairs: the slope of one stair is exact, and no derivative."""

import math
import random

import numpy as np
import pytest

from gradlab import derivative
from gradlab.steps import jump_within

SMALL = 1e-2  # below it the series given here are right to ten digits and more

# f, its true slope, and the width of a stair at x as a share of x
CANCELLING = {
    "(1 − cos x)/x²": (lambda x: (1 - math.cos(x)) / x**2, lambda x: -x / 12 + x**3 / 180, lambda x: 1e-16 / x**2),
    "(1 − cos x)/x": (lambda x: (1 - math.cos(x)) / x, lambda x: 0.5 - x**2 / 8, lambda x: 1e-16 / x**2),
    "(cosh x − 1)/x²": (lambda x: (math.cosh(x) - 1) / x**2, lambda x: x / 12 + x**3 / 180, lambda x: 2e-16 / x**2),
    "(x − sin x)/x³": (lambda x: (x - math.sin(x)) / x**3, lambda x: -x / 60 + x**3 / 1260, lambda x: 1e-16 / x**2),
    "(eˣ − 1)/x": (
        lambda x: (math.exp(x) - 1) / x,
        lambda x: 0.5 + x / 3 + x**2 / 8 + x**3 / 30 + x**4 / 144,
        lambda x: 2e-16 / x,
    ),
    "log(1 + x)/x": (
        lambda x: math.log(1 + x) / x,
        lambda x: -0.5 + x * (2 / 3 - x * (0.75 - x * (0.8 - x / 1.2))),
        lambda x: 2e-16 / x,
    ),
    "((1000 + x²) − 1000)/x": (lambda x: ((1e3 + x**2) - 1e3) / x, lambda x: 1.0, lambda x: 1e-13 / x**2),
    "√(1 + x²) − 1": (lambda x: math.sqrt(1 + x * x) - 1, lambda x: x / math.sqrt(1 + x * x), lambda x: 2e-16 / x**2),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", CANCELLING)
def test_one_stair_is_no_derivative(name):
    f, slope, width = CANCELLING[name]
    rng = random.Random(name)
    points = (10 ** rng.uniform(-8, math.log10(SMALL)) for _ in range(400))
    found = [(x, derivative(f, x)) for x in [x for x in points if width(x) < 0.02][:60]]
    assert len(found) == 60
    broken = [x for x, d in found if not (math.isnan(d.value) or abs(d.value - slope(x)) <= d.error + 1e-9)]
    assert broken == []
    assert {d.reason for _, d in found} <= {"", "stairs", "noise", "jump", "beside"}
    assert any(d.error < np.inf for _, d in found)


def test_narrow_stairs_are_noise_and_the_slope_is_told_from_afar():
    d = derivative(lambda x: (1 - math.cos(x)) / x**2, 1e-2)
    assert abs(d.value + 1e-2 / 12) <= d.error < 1e-3


@pytest.mark.parametrize(
    "f", [lambda x: round(float(x), 1), np.floor, lambda x: math.trunc(4 * x) / 4, lambda x: float(round(x * x * 3))]
)
@pytest.mark.parametrize("x", [0.34, 1.36, 2.6, 5.3])
def test_a_stair_as_wide_as_x_is_not_taken_for_flat(f, x):
    d = derivative(f, x)
    assert d.reason in ("stairs", "noise") or d.error > 0.1


@pytest.mark.parametrize("at", [0.3, 1.0, 7.0])
@pytest.mark.parametrize("beside", [1e-3, 1e-2, 0.04])
@pytest.mark.parametrize("side", [-1, 1])
def test_one_jump_beside_x_leaves_the_slope_what_it_is(at, beside, side):
    d = derivative(lambda x: math.sin(x) + (x > at * (1 + side * beside)), at)
    assert abs(d.value - math.cos(at)) <= d.error < 1e-6


CONTINUOUS = {
    "a line": lambda t: 3 * t,
    "a kink": lambda t: abs(t - 0.3),
    "a steep step": lambda t: math.tanh((t - 0.3) / 1e-9),
    "a fast wave": lambda t: 0.01 * math.sin(1e10 * t),
    "a root": lambda t: math.copysign(abs(t - 0.3) ** 0.5, t - 0.3),
}


@pytest.mark.parametrize("name", CONTINUOUS)
@pytest.mark.parametrize("jump", [0.0, 0.1, 3.0])
def test_a_jump_is_told_from_what_only_moves_fast(name, jump):
    def f(t):
        return CONTINUOUS[name](t) + jump * (t > 0.7)

    ends = np.array([0.65, 0.8]) if jump else np.array([0.2, 0.9])
    values = np.array([f(t) for t in ends])
    assert jump_within(f, ends, values, shortest=1e-14) == bool(jump)
