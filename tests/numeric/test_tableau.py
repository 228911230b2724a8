"""Slopes that were made by hand: what is found in a tableau is known, whatever function it might have come from."""

import numpy as np
import pytest

from gradlab import constants as tuned
from gradlab.numeric.answer import Reason
from gradlab.numeric.estimates import (
    FIRST,
    SECOND,
    Tableau,
    _opposed,
    _rest,
    _shape,
    at_two_steps,
    curvature,
    estimate,
    sides,
)

LOWEST, ROWS = -20, 16
STEPS = 10.0 ** (np.arange(LOWEST, LOWEST + ROWS) / 2)
ROUND_OFF = 2.0**-53


def tableau(slope, gap=0.0, noise=1e-16):
    """Of one line: noise is that of a value, so that it falls with the step."""
    shape = (ROWS, 1)
    slope, gap = (np.broadcast_to(part, ROWS).astype(float).reshape(shape) for part in (slope, gap))
    return Tableau(LOWEST, slope.copy(), gap.copy(), (noise / STEPS).reshape(shape), ROUND_OFF)


def made(value, terms, noise, seed, *, bend=1.0):
    """The slope is `value` and a sum of powers of the step, with noise; the gap is as the bend says."""
    rng = np.random.default_rng(seed)
    shaken = noise / STEPS * rng.uniform(-1, 1, (2, ROWS))
    slope = value + sum(c * STEPS**p for p, c in terms.items()) + shaken[0] / 2
    return tableau(slope, bend * STEPS + shaken[1], noise)


SMOOTH = {
    "a parabola": {},
    "a cubic": {2: 1.0},
    "a steep cubic": {2: 1e4},
    "an even longer series": {2: 3.0, 4: -20.0, 6: 100.0},
    "of a higher order": {4: 1e3},
    "of a fractional order": {1.5: 2.0},
    "of a low order": {0.5: 0.1},
    "of the first order": {1: -1.0},
}


@pytest.mark.parametrize("name", SMOOTH)
@pytest.mark.parametrize("noise", [1e-17, 1e-13, 1e-10])
@pytest.mark.parametrize("seed", range(8))
def test_the_value_lies_within_its_bound(name, noise, seed):
    value = 10.0 ** np.random.default_rng(seed).uniform(-2, 2)
    found = estimate(made(value, SMOOTH[name], noise, seed))
    assert not abs(found.value[0] - value) > found.bound[0]
    if name != "of a low order":
        assert np.isfinite(found.bound[0])
        assert found.reasons()[0] == Reason.NONE
        assert LOWEST <= found.rung[0] < LOWEST + ROWS


@pytest.mark.parametrize("size", [1e-3, 1.0, 1e5])
@pytest.mark.parametrize("seed", range(5))
def test_bounds_are_little_more_than_what_must_be(size, seed):
    """Of a cubic Richardson's value is exact, so that nothing but noise at the longest steps is left."""
    found = estimate(made(2.0, {2: size}, 1e-15, seed))
    best = np.min(1e-15 / STEPS + size * STEPS**2)  # of a plain central difference
    assert found.bound[0] <= 20 * best


def test_nothing_is_known_from_two_rungs_or_none():
    steps = tableau(np.full(ROWS, np.nan), np.full(ROWS, np.nan))
    assert estimate(steps).bound[0] == np.inf
    assert estimate(steps).reasons()[0] == Reason.OVERFLOW
    steps.slope[3:5], steps.gap[3:5] = 1.0, 0.0
    assert estimate(steps).bound[0] == np.inf


@pytest.mark.parametrize("slack", [1.0, 2.0, 5.0])
def test_slack_is_a_factor_of_the_noise(slack):
    plain, loose = (estimate(made(1.0, {}, 1e-13, 0, bend=0.0), s) for s in (1.0, slack))
    assert plain.rung[0] == loose.rung[0]
    assert loose.bound[0] / plain.bound[0] == pytest.approx(slack, rel=0.25)


GAPS = {
    "kink": (np.full(ROWS, 2.0), Reason.KINK),
    "a kink that bends, too": (2.0 + 0.3 * STEPS, Reason.KINK),
    "jump": (1e-3 / STEPS, Reason.JUMP),
    "cusp": (STEPS**-0.5, Reason.JUMP),
}


@pytest.mark.parametrize("name", GAPS)
@pytest.mark.parametrize("size", [1e-2, 1.0, 1e3])
def test_gaps_that_do_not_close(name, size):
    gap, reason = GAPS[name]
    found = estimate(tableau(0.5 + gap / 4 if reason is Reason.JUMP else 0.5, size * gap))
    assert found.reasons()[0] == reason
    assert found.apart[0]
    assert np.isnan(found.value[0])
    assert found.rung[0] == LOWEST - 1


@pytest.mark.parametrize("at", range(4, 11))
def test_a_kink_beside_the_point_leaves_the_slope_below_it(at):
    """Steps that do not reach it see the slope of one side; all longer ones see an average and a gap."""
    beyond = np.arange(ROWS) >= at
    share = np.where(beyond, 1 - STEPS[at] / STEPS / 2, 0.0)
    found = estimate(tableau(1.0 + share, 2 * share))
    assert found.value[0] == pytest.approx(1.0)
    assert found.bound[0] < 0.1
    assert found.rung[0] < LOWEST + at


@pytest.mark.parametrize("width", [0.5, 2.0, 30.0])
@pytest.mark.parametrize("middle", [-1.0, 0.0, 4.0])
def test_the_sides_of_a_kink_are_its_two_slopes(width, middle):
    low, high = sides(tableau(middle, width))
    assert low[0] == pytest.approx(middle - width / 2, abs=1e-6 * width)
    assert high[0] == pytest.approx(middle + width / 2, abs=1e-6 * width)
    # What bends moves both away from each other at long steps.
    low, high = sides(tableau(middle + STEPS, width + STEPS))
    assert low[0] <= middle - width / 2 < middle + width / 2 <= high[0]
    assert high[0] - low[0] <= width * (1 + 1e-3)


@pytest.mark.parametrize("second", [1e-3, 1.0, 1e6])
@pytest.mark.parametrize("noise", [0.0, 1e-18])
def test_curvature_is_the_gap_over_the_step(second, noise):
    gap = second * STEPS + noise / STEPS
    assert curvature(LOWEST, gap[:, np.newaxis])[0] == pytest.approx(second, rel=1e-2)
    gap[5:] = np.nan
    assert curvature(LOWEST, gap[:, np.newaxis])[0] >= second * (1 - 1e-9)
    gap[1:] = np.nan
    assert curvature(LOWEST, gap[:, np.newaxis])[0] == 0


@pytest.mark.parametrize("rung", [-18, -14, -10])
@pytest.mark.parametrize("terms", [{}, {2: 1.0}, {2: 1e3}, {2: 1.0, 4: 10.0}, {1.2: 0.5}])
@pytest.mark.parametrize("seed", range(4))
def test_two_steps_are_enough_for_a_bound(rung, terms, seed):
    value, bound = at_two_steps(made(1.5, terms, 1e-15, seed), np.array([rung]))
    row = rung - LOWEST
    assert abs(value[0] - 1.5) <= bound[0]
    error = sum(abs(c) * STEPS[row + 1] ** p for p, c in terms.items())
    assert bound[0] <= 4 * error + 5e-15 / STEPS[row] + 1e-14


@pytest.mark.parametrize("rung", [-18, -14, -10])
def test_two_steps_say_nothing_where_both_sides_stay_apart(rung):
    for gap in (np.full(ROWS, 0.1), 1e-9 / STEPS):
        value, bound = at_two_steps(tableau(1.0, gap), np.array([rung]))
        assert np.isnan(value[0])
        assert bound[0] == np.inf


@pytest.mark.parametrize("other", [0.0, 3.0])
def test_lines_do_not_mix(other):
    """What is found for a line is the same beside any other line."""
    alone = made(2.0, {2: 5.0}, 1e-14, 3)
    beside = tableau(other, other)
    both = Tableau(
        LOWEST,
        np.hstack([beside.slope, alone.slope]),
        np.hstack([beside.gap, alone.gap]),
        np.hstack([beside.noise, alone.noise]),
        ROUND_OFF,
    )
    one, two = estimate(alone), estimate(both)
    for name in ("value", "bound", "rung", "truncated", "kink", "jump"):
        assert getattr(two, name)[1] == getattr(one, name)[0]


def test_a_bound_is_ruled_by_truncation_or_by_noise():
    assert estimate(made(1.0, {1.0: 1.0}, 1e-20, 0)).truncated[0]
    assert not estimate(made(1.0, {}, 1e-10, 0, bend=0.0)).truncated[0]


def test_what_a_hidden_kink_could_do_is_in_the_bound():
    """A gap within the noise may be that of a kink: the bound is at least its share."""
    noise = 1e-6
    for hidden in (0.2, 0.5, 0.9):
        gap = np.minimum(hidden * noise / STEPS, hidden * noise / STEPS[8]) * np.ones(ROWS)
        found = estimate(tableau(1.0, gap, noise))
        if np.isfinite(found.bound[0]):
            assert found.bound[0] >= tuned.HIDDEN * gap[found.rung[0] - LOWEST]


@pytest.mark.parametrize(("power", "divisor"), [(2, FIRST), (4, SECOND)])
def test_in_the_order_of_the_formula_twice_the_correction_is_charged(power, divisor):
    slope = (3.0 * STEPS**power)[:, np.newaxis]
    change = np.abs(np.diff(slope, axis=0))[:-1]
    assert _rest(slope, np.zeros_like(slope), divisor) == pytest.approx(2 / divisor * change, rel=1e-3)


@pytest.mark.parametrize("power", [0.6, 1.0, 1.5])
def test_what_falls_more_slowly_is_charged_as_a_series_and_half_as_much_again_at_most(power):
    slope = (STEPS**power)[:, np.newaxis]
    rest = _rest(slope, np.zeros_like(slope), FIRST)[:, 0]
    left_out = STEPS[:-2] ** power  # of the plain slope at the shortest step, which Richardson's value nearly is
    assert np.all(rest >= left_out * (1 - 1e-9))
    assert np.all(rest <= 1.5 * left_out)


def test_noise_does_not_make_a_change_fall_more_slowly():
    slope = np.array([2.0, 2.0 + 1e-6, 2.0 + 1e-6 + 1e-5, 2.0 + 1e-6 + 1e-5 + 1e-4])[:, np.newaxis]
    quiet, loud = (_rest(slope, np.full_like(slope, noise), FIRST) for noise in (0.0, 1e-7))
    assert np.all(loud <= quiet)
    assert np.all(loud >= 2 / FIRST * 1e-6 * 0.99)


@pytest.mark.parametrize("down", [1, 2, tuned.OPPOSING, tuned.OPPOSING + 1, tuned.OPPOSING + 4])
@pytest.mark.parametrize("off", [0.5, 2.0])
def test_a_value_is_opposed_by_one_of_the_few_slopes_below_that_lies_apart(down, off):
    slope = np.ones((ROWS, 1))
    slope[10 - down] += off * tuned.AGAINST * 1e-3
    opposed = _opposed(slope, np.ones((ROWS - 1, 1)), np.zeros((ROWS - 1, 1)), np.full((ROWS, 1), 1e-3))
    assert opposed[10, 0] == (off > 1 and down <= tuned.OPPOSING)


@pytest.mark.parametrize("power", [-1.0, -0.5, -0.2, 0.0, 0.2, 1.0])
def test_the_shape_of_a_gap(power):
    """Over a decade it stays within a fifth, or grows, or falls."""
    level, grows, _ = _shape((STEPS**power)[:, np.newaxis], np.full((ROWS, 1), 1e-30))
    change = 1 - 10**power
    assert level[0] == (abs(change) <= tuned.LEVEL)
    assert grows[0] == (change > tuned.LEVEL)


def test_other_estimates_stand_in_where_there_is_neither_value_nor_kink():
    nothing, kink = estimate(tableau(np.nan, np.nan)), estimate(tableau(1.0, 2.0))
    jump, value = estimate(tableau(1.0, 1e-3 / STEPS)), estimate(made(2.0, {}, 1e-15, 0))
    assert nothing.or_else(value).value[0] == value.value[0]
    for known in (kink, jump, value):
        kept = known.or_else(estimate(made(3.0, {}, 1e-15, 1)))
        assert kept.bound[0] == known.bound[0]
        assert kept.reasons()[0] == known.reasons()[0]
