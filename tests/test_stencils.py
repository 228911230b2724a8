"""Finite-difference formulas: known weights, exact on polynomials, error models that hold."""

import math
from fractions import Fraction

import numpy as np
import pytest

from gradlab import GradlabError
from gradlab.stencils import BACKWARD, CENTRAL, FIVE_POINT, FORWARD, complex_step, richardson, stencil

NAMED = {"forward": FORWARD, "backward": BACKWARD, "central": CENTRAL, "five-point": FIVE_POINT}
ALL = [*NAMED.values(), stencil((-3, -2, -1, 1, 2, 3)), stencil((0, 1, 2)), stencil((-1, 2, 5))]


@pytest.mark.parametrize(
    ("offsets", "weights", "order", "truncation"),
    [
        ((0, 1), ("-1", "1"), 1, "1/2"),
        ((-1, 0), ("-1", "1"), 1, "-1/2"),
        ((-1, 1), ("-1/2", "1/2"), 2, "1/6"),
        ((0, 1, 2), ("-3/2", "2", "-1/2"), 2, "-1/3"),
        ((-2, -1, 1, 2), ("1/12", "-2/3", "2/3", "-1/12"), 4, "-1/30"),
        ((-3, -2, -1, 1, 2, 3), ("-1/60", "3/20", "-3/4", "3/4", "-3/20", "1/60"), 6, "1/140"),
    ],
)
def test_weights_that_every_table_prints(offsets, weights, order, truncation):
    s = stencil(offsets)
    assert s.weights == tuple(Fraction(w) for w in weights)
    assert (s.order, s.truncation) == (order, Fraction(truncation))


@pytest.mark.parametrize("s", ALL, ids=lambda s: s.name)
def test_exact_up_to_its_order_and_off_by_its_truncation_one_above(s):
    def moment(k):
        return sum(w * o**k for w, o in zip(s.weights, s.offsets, strict=True))

    assert [moment(k) for k in range(s.order + 1)] == [Fraction(k == 1) for k in range(s.order + 1)]
    assert moment(s.order + 1) == s.truncation * math.factorial(s.order + 1)


@pytest.mark.parametrize("s", ALL, ids=lambda s: s.name)
def test_error_follows_the_model(s):
    h = 0.05
    derivative = math.exp(1.0)  # every derivative of exp at 1
    error = s(math.exp, 1.0, h) - derivative
    assert error == pytest.approx(float(s.truncation) * h**s.order * derivative, rel=0.3)


@pytest.mark.parametrize("s", ALL, ids=lambda s: s.name)
def test_noise_is_blown_up_by_its_factor_at_worst(s):
    signs = {float(o): math.copysign(1, w) for o, w in zip(s.offsets, s.weights, strict=True)}
    h, delta = 0.25, 1e-3
    worst = s(lambda x: delta * signs[round(x / h)], 0.0, h)
    assert worst == pytest.approx(float(s.noise) * delta / h)


def test_order_of_offsets_does_not_matter_and_fractions_may_be_used():
    assert stencil((1, -1)) == CENTRAL
    half = stencil((Fraction(-1, 2), Fraction(1, 2)))
    assert half.weights == (-1, 1)
    assert half(lambda x: x**2, 3.0, 0.5) == pytest.approx(6.0)


def test_stencils_can_be_keys_and_have_names():
    assert len({FORWARD: 1, stencil((0, 1)): 2}) == 1
    assert {s.name: s for s in NAMED.values()} == NAMED
    assert stencil((0, 2)).name == "offsets 0, 2"


@pytest.mark.parametrize("offsets", [(), (1,), (1, 1), (0, 1, 0)])
def test_too_few_offsets_or_one_twice(offsets):
    with pytest.raises(GradlabError, match="two or more different numbers"):
        stencil(offsets)


def test_divides_by_the_step_that_is_really_taken():
    x = 1e9
    naive = ((x + 1e-7) - (x - 1e-7)) / 2e-7
    assert abs(naive - 1) > 0.1
    assert CENTRAL(lambda t: t, x, 1e-7) == 1.0


@pytest.mark.parametrize("levels", [1, 2, 3])
@pytest.mark.parametrize(("s", "gain"), [(CENTRAL, 2), (FORWARD, 1), (FIVE_POINT, 2)])
def test_richardson_gains_orders(s, gain, levels):
    order = s.order + gain * (levels - 1)
    errors = [abs(richardson(math.exp, 0.0, h, stencil=s, levels=levels) - 1) for h in (0.4, 0.2)]
    assert math.log2(errors[0] / errors[1]) == pytest.approx(order, abs=0.3)


def test_richardson_needs_a_level():
    with pytest.raises(GradlabError, match="levels must be a whole number of at least 1, got 0"):
        richardson(math.sin, 1.0, 0.1, levels=0)


def test_complex_step_is_exact_at_any_step():
    def f(z):
        return np.exp(z) / np.sqrt(np.sin(z) ** 3 + np.cos(z) ** 3)  # the example of Squire and Trapp

    by_hand = 4.053427893898621
    for h in (1e-8, 1e-20, 1e-200):
        assert complex_step(f, 1.5, h) == pytest.approx(by_hand, rel=1e-14)


def test_complex_step_is_broken_by_abs():
    assert complex_step(lambda z: abs(z) ** 2, 1.0) == 0.0  # the true derivative is 2
