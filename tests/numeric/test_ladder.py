"""Slopes at a ladder of steps: where it goes, what it believes, and what it calls a kink."""

import numpy as np
import pytest

from gradlab import constants as tuned
from gradlab.numeric.ladder import Ladder, Line, bottom_rung, rung_step
from gradlab.numeric.staircase import _between
from gradlab.problem.cost import Cost
from gradlab.problem.parameters import Parameters

NOISE = 1e-16


def ladder(f, x=1.0, noise=NOISE, top=-1):
    return Ladder(Cost(f, Parameters(np.array([x]))), [Line(0, 1.0)], noise, top=top)


def refined(f, x=1.0, start=-10, noise=NOISE, enough=0.0, top=-1):
    steps = ladder(f, x, noise, top)
    return steps, steps.refine(np.array([start]), enough=enough)


def tried(steps):
    return (np.flatnonzero(steps.tried[:, 0]) + steps.bottom).tolist()


def test_two_rungs_a_decade():
    assert rung_step(np.array([-20, -8, -1, 0])) == pytest.approx([1e-10, 1e-4, 10**-0.5, 1.0])


def test_the_lowest_rung_still_moves_a_number_evenly():
    assert rung_step(bottom_rung(2.0**-53)) == pytest.approx(16 * 2.0**-53, rel=1)
    step = float(rung_step(bottom_rung(2.0**-24)))
    moved = np.float32(1.0) + np.float32(step)
    assert abs(float(moved) - 1.0 - step) < 0.05 * step


def test_three_rungs_are_enough_for_a_parabola():
    steps, found = refined(lambda t: float(t[0] ** 2), enough=1e-9)
    assert tried(steps) == [-10, -9, -8]
    assert found.value[0] == pytest.approx(2.0, rel=1e-10)
    assert found.reasons().tolist() == [""]


def test_truncation_leads_down_and_noise_leads_up():
    steps, found = refined(lambda t: float(np.sin(1000 * t[0])), start=-4, noise=1e-13)
    assert min(tried(steps)) < -8
    assert abs(found.value[0] - 1000 * np.cos(1000)) <= found.bound[0] < 1e-3
    steps, found = refined(lambda t: float(np.sin(t[0])), start=-18, noise=1e-12)
    assert max(tried(steps)) > -10
    assert abs(found.value[0] - np.cos(1)) <= found.bound[0] < 1e-6


def test_never_above_the_top():
    steps, _ = refined(lambda t: float(np.sin(t[0])), noise=1e-3, top=-5)
    assert max(tried(steps)) <= -5


def test_overflow_above_is_not_walked_into():
    steps, found = refined(lambda t: float(np.log(t[0] - 0.9)), start=-6, noise=1e-3)
    assert max(tried(steps)) == -2  # 1 - 0.1 is where the logarithm ends
    assert abs(found.value[0] - 10.0) <= found.bound[0]


def test_a_kink_at_the_point():
    steps, found = refined(lambda t: abs(float(t[0]) - 1.0))
    assert found.reasons().tolist() == ["kink"]
    assert found.bound[0] == np.inf
    low, high = steps.sides()
    assert (low[0], high[0]) == pytest.approx((-1.0, 1.0), abs=1e-4)


def test_a_kink_between_two_rungs_rules_out_the_long_one():
    """Slope 1 on this side, 3 beyond: from afar it looks like 2."""
    _, found = refined(lambda t: float(t[0] + 2 * max(t[0] - 1 - 1e-6, 0)), start=-6)
    assert found.reasons().tolist() == [""]
    assert abs(found.value[0] - 1.0) <= found.bound[0] < 1e-6
    assert found.rung[0] < -12


def test_a_kink_that_noise_hides_is_in_the_bound():
    """Nothing can tell the slope behind the noise; the bound has to say so."""
    rng = np.random.default_rng(0)
    for size in (1e-4, 1e-3, 1e-2):

        def f(t, size=size):
            x = float(t[0]) - 1
            return x + size * max(x, 0.0) + 1e-8 * rng.standard_normal()

        cost = Cost(lambda t: 0.0, Parameters(np.array([1.0])))
        cost.cost, cost.value = f, 0.0
        steps = Ladder(cost, [Line(0, 1.0)], 1e-8)
        found = steps.refine(np.array([-10]))
        if found.reasons()[0] == "":
            assert abs(found.value[0] - 1.0) <= found.bound[0]  # one of the two slopes is 1


def test_opposed_by_a_lower_rung():
    """A kink on each side, alike in size: from afar there is no gap at all, but the slope is another one."""
    d = 1e-4

    def f(t):
        x = float(t[0]) - 1
        return x + 0.01 * (max(x - d, 0.0) - max(-x - d, 0.0))

    steps, _ = refined(f, start=-4)
    steps.lower(np.array([0]), rungs=6)
    assert abs(steps.estimates().value[0] - 1.0) <= steps.estimates().bound[0] < 1e-6


def test_noise_alone_gives_no_slope():
    rng = np.random.default_rng(0)
    _, found = refined(lambda t: float(rng.standard_normal()) if t[0] != 1 else 0.0, noise=1e-3)
    assert found.reasons()[0] in ("noise", "kink", "jump")


def test_lines_may_be_directions_through_many_components():
    theta = np.array([1.0, 2.0, 3.0])
    cost = Cost(lambda t: float(np.sum(t**3)), Parameters(theta))
    unit = np.array([1.0, -1.0, 1.0])
    found = Ladder(cost, [Line(slice(None), unit)], NOISE).refine(np.array([-10]))
    assert abs(found.value[0] - 3 * np.dot(theta**2, unit)) <= found.bound[0] < 1e-6


def test_every_line_takes_the_steps_it_needs():
    theta = np.array([1.0, 1.0])
    cost = Cost(lambda t: float(np.sin(1000 * t[0]) + t[1] ** 2), Parameters(theta))
    steps = Ladder(cost, [Line(0, 1.0), Line(1, 1.0)], 1e-13)  # round-off of 1000 t
    found = steps.refine(np.array([-8, -8]), enough=1e-8)
    assert steps.tried.sum(axis=0)[0] > steps.tried.sum(axis=0)[1] == 3
    assert np.all(np.abs(found.value - [1000 * np.cos(1000), 2.0]) <= found.bound)


def test_no_rung_is_evaluated_twice():
    seen = []
    cost = Cost(lambda t: seen.append(float(t[0])) or float(np.sin(t[0])), Parameters(np.array([1.0])))
    seen.clear()
    steps = Ladder(cost, [Line(0, 1.0)], NOISE)
    steps.refine(np.array([-10]))
    steps.lower(np.array([0]), rungs=3)
    assert len(seen) == len(set(seen))


@pytest.mark.parametrize("times", [1.3, 3.0, 1e6])
@pytest.mark.parametrize("size", [1e-6, 1.0, 1e8])
def test_a_cost_that_is_louder_than_its_digits_is_louder_where_it_is_larger(times, size):
    """As a square of what lost its digits is; a cost as quiet as its last digit allows is not."""
    doubted = tuned.DOUBTED * 2.0**-53 * size / 2
    rungs = np.array([-6, -3, -1])
    for noise, louder in ((times * doubted, True), (doubted / times, False)):
        steps = ladder(lambda t: size * float(1 + (t[0] - 1) ** 2 * 1e4), noise=noise)
        steps.evaluate(np.zeros(3, dtype=int), rungs)
        of_values = (steps.tableau().noise[rungs - steps.bottom, 0] * rung_step(rungs)) / (tuned.SAFETY * noise)
        larger = 1 + 1e4 * rung_step(rungs) ** 2
        assert of_values == pytest.approx(np.sqrt(larger) if louder else 1.0, rel=0.05)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_round_off_is_half_an_ulp(dtype):
    cost = Cost(lambda t: float(t[0]), Parameters(np.ones(1, dtype=dtype)))
    assert Ladder(cost, [Line(0, 1.0)], NOISE).round_off == np.finfo(dtype).eps / 2


@pytest.mark.parametrize("rungs", [1, 2, 5])
def test_lower_goes_down_rung_by_rung_and_stops_at_the_bottom(rungs):
    steps, _ = refined(lambda t: float(np.sin(t[0])))
    low = min(tried(steps))
    steps.lower(np.array([0]), rungs=rungs)
    assert tried(steps)[: rungs + 1] == list(range(low - rungs, low + 1))
    steps.lower(np.array([0]), rungs=100)
    assert min(tried(steps)) == steps.bottom


@pytest.mark.parametrize("at", [1e-9, 1e-7, 1e-5])
def test_a_probe_goes_below_a_kink_beside_the_point(at):
    steps, found = refined(lambda t: float(t[0] + 2 * max(t[0] - 1 - at, 0)), start=-4)
    if found.apart[0]:
        steps.probe(np.array([0]))
    found = steps.estimates()
    assert abs(found.value[0] - 1.0) <= found.bound[0] < 1e-2


def test_a_line_that_stands_still_and_then_moves_has_the_noise_of_its_moves():
    quantum = 1e-9
    steps = ladder(lambda t: quantum * np.floor((t[0] - 1) / quantum + 0.5) + 5.0)
    rungs = np.array([-20, -17, -8])
    steps.evaluate(np.zeros(3, dtype=int), rungs)
    noise = steps.tableau().noise[rungs - steps.bottom, 0] * rung_step(rungs) / tuned.SAFETY
    assert np.all(noise >= quantum / 3 * 0.99)


def test_slopes_beside_are_those_of_the_line_there():
    steps = ladder(lambda t: float(t[0] ** 3))
    at = np.array([-0.5, 0.0, 0.25])
    assert steps.slopes_beside(0, at, 1e-5) == pytest.approx(3 * (1 + at) ** 2, rel=1e-6)
    assert _between() == pytest.approx(-_between()[::-1])
    assert np.all(np.abs(_between()) < 1)
    assert np.ptp(np.diff(_between())) < 1e-12
