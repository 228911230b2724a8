"""A cost that jumps by itself and is rounded, too: a slope that may be that between its jumps is not called wrong."""

from collections import Counter

import numpy as np
import pytest

from gradlab import Verdict, check_gradients
from gradlab.numeric.between_jumps import slope_between

SMOOTH = {
    "sines": (lambda x: np.sum(np.sin(x)), np.cos),
    "cubes": (lambda x: np.sum(x**3), lambda x: 3 * x**2),
    "exponential": (lambda x: np.exp(np.sum(x) / x.size), lambda x: np.full(x.size, np.exp(np.mean(x)) / x.size)),
    "logarithms": (lambda x: np.sum(np.log(1 + x * x)), lambda x: 2 * x / (1 + x * x)),
}
ROUNDED = {
    "round": lambda value, unit: float(np.round(value / unit) * unit),
    "floor": lambda value, unit: float(np.floor(value / unit) * unit),
    "printed": lambda value, unit: float(f"{value:.{round(-np.log10(unit))}f}"),
    "sevenths": lambda value, unit: float(np.round(value / unit * 7 / 8) * unit * 8 / 7),
}


def up(rng, n):
    heights = rng.uniform(0.5, 2, n)
    return lambda k: heights @ k


def down(rng, n):
    heights = rng.uniform(0.5, 2, n)
    return lambda k: -(heights @ k)


def looked_up(rng, n):
    tables = 4 * rng.standard_normal((n, 10000))
    return lambda k: sum(table[int(i) % 10000] for table, i in zip(tables, k, strict=True))


STAIRS = {"up": up, "down": down, "looked up": looked_up}


def made(rng, stairs, smooth, way, units):
    """Cost, params, right gradient: so many stairs a unit of x, up to `units` high in units of the last digit."""
    value, slope = SMOOTH[smooth]
    n, unit = 3, 10.0 ** -int(rng.integers(2, 6))
    count = int(10 ** rng.uniform(1, 3))
    jumps, height = STAIRS[stairs](rng, n), 2 * units * unit
    x = (np.floor(count * rng.uniform(0.5, 2, n)) + rng.uniform(0.2, 0.8, n)) / count
    return lambda x: ROUNDED[way](value(x) + height * jumps(np.floor(count * x)), unit), x, slope(x)


@pytest.mark.slow
@pytest.mark.parametrize("way", ROUNDED)
@pytest.mark.parametrize("smooth", SMOOTH)
@pytest.mark.parametrize("stairs", STAIRS)
def test_a_right_gradient_is_not_called_wrong(stairs, smooth, way):
    for seed in range(12):
        for units in (5, 40):
            rng = np.random.default_rng([seed, units, len(smooth), len(way)])
            cost, x, right = made(rng, stairs, smooth, way, units)
            assert check_gradients(cost, x, right, edits=False).verdict is not Verdict.WRONG, (seed, units)


@pytest.mark.slow
@pytest.mark.parametrize("stairs", STAIRS)
def test_a_wrong_one_never_passes_and_is_told_where_it_can_be(stairs):
    seen = Counter()
    for seed in range(12):
        for smooth in SMOOTH:
            rng = np.random.default_rng([seed, 91, len(smooth)])
            cost, x, right = made(rng, stairs, smooth, "round", 10)
            for times in (-1.0, 2.0):
                seen[check_gradients(cost, x, times * right, edits=False).verdict] += 1
    assert Verdict.AGREES not in seen
    assert seen[Verdict.WRONG] >= 0.4 * seen.total()


@pytest.mark.parametrize("times", [-1.0, 0.0, 2.0, 1.3])
@pytest.mark.parametrize("digits", [2, 3, 5])
def test_what_is_rounded_only_is_told_as_before(times, digits):
    seen = Counter()
    for seed in range(20):
        x = np.random.default_rng([seed, 17]).uniform(0.5, 1.5, 4)
        report = check_gradients(lambda x: round(float(np.sum(x**3)), digits), x, times * 3 * x**2, edits=False)
        seen[report.verdict] += 1
    assert Verdict.AGREES not in seen
    assert seen[Verdict.WRONG] >= 17


def row_of(slope, wide, high, unit, bend=0.0, start=0.0):
    """A cost of one variable: a parabola, stairs so wide and high, rounded."""

    def values_at(at):
        return np.round((slope * at + bend * at**2 + high * np.floor(at / wide + start) + 0.3) / unit) * unit

    return values_at


@pytest.mark.parametrize("unit", [1e-2, 1e-4, 1 / 3000])
@pytest.mark.parametrize("high", [6.0, -6.0, 50.0, 1000.0])
@pytest.mark.parametrize("between", [0.02, 3.0, 40.0])
@pytest.mark.parametrize("slope", [1.0, -0.37])
def test_the_slope_between_jumps_lies_where_it_says(slope, between, high, unit):
    """Jumps of so many units, and so many units between two of them."""
    wide = between * unit / abs(slope)
    for start in np.linspace(0.1, 0.9, 5):
        row = row_of(slope, wide, high * unit, unit, bend=0.1 * slope, start=start)
        mean = slope + high * unit / wide
        low, high_end = slope_between(row, 30 * wide, mean, unit / 3, 2.0**-53)
        assert low <= slope <= high_end or low > high_end
        if between >= 3:
            assert low < high_end < np.inf
            assert not low <= mean <= high_end or abs(high) < 10


@pytest.mark.parametrize("unit", [1e-2, 1e-4, 1 / 3000])
@pytest.mark.parametrize("cost", [np.sin, lambda t: np.maximum(t, 0.02), lambda t: np.tanh(t / 0.03), np.exp])
def test_a_cost_that_is_rounded_only_shows_no_jumps_of_its_own(cost, unit):
    def values_at(at):
        return np.round(cost(at + 0.013) / unit) * unit

    low, high = slope_between(values_at, 0.3, 1.0, unit / 3, 2.0**-53)
    assert low > high


def test_a_smooth_cost_is_not_searched():
    asked = []

    def values_at(at):
        asked.append(len(at))
        return np.sin(at)

    assert slope_between(values_at, 0.3, 1.0, 1e-17, 2.0**-53) == (np.inf, -np.inf)
    assert len(asked) <= 2
