"""Round-off by dtype, the course's levels, and formula (2) with its corner cases."""

import numpy as np
import pytest

from gradlab import relative_difference
from gradlab.precision import LEVELS, format_distinct, level, levels, unit_roundoff


def test_unit_roundoff_is_half_the_spacing_at_one():
    assert unit_roundoff(np.float64) == 2.0**-53
    assert unit_roundoff(np.float32) == 2.0**-24


@pytest.mark.parametrize(
    ("one", "other", "said"),
    [
        (-0.01034456, -0.01034458, ("-0.01034456", "-0.01034458")),
        (0.1, 0.1, ("0.1", "0.1")),
        (1.0, np.nextafter(1.0, 2.0), ("1", "1.0000000000000002")),
        (np.nan, np.nan, ("nan", "nan")),
        (np.inf, 1.0, ("inf", "1")),
    ],
)
def test_two_numbers_are_told_apart_where_that_can_be(one, other, said):
    assert format_distinct(one, other) == said


def test_levels_are_the_courses():
    assert dict(LEVELS) == {"great": 1e-7, "look again": 1e-5, "worried": 1e-3}
    assert levels(np.float64) == pytest.approx(LEVELS)
    with pytest.raises(TypeError):
        LEVELS["great"] = 1.0


def test_levels_of_float32_ask_for_the_same_share_of_its_digits():
    for name, value in levels(np.float32).items():
        assert np.log(value) / np.log(unit_roundoff(np.float32)) == pytest.approx(
            np.log(LEVELS[name]) / np.log(unit_roundoff(np.float64))
        )


@pytest.mark.parametrize(
    ("difference", "said"),
    [
        (0.0, "great"),
        (1e-7, "great"),
        (1.01e-7, "look again"),
        (9.9e-4, "look again"),
        (1e-3, "worried"),
        (np.inf, "worried"),
        (np.nan, "worried"),
    ],
)
def test_level(difference, said):
    assert level(difference) == said


@pytest.mark.parametrize(("k", "difference"), [(2, 1 / 3), (0.5, 1 / 3), (3, 0.5), (7, 0.75), (-1, 1), (0, 1)])
def test_a_factor_k_gives_a_known_number(k, difference):
    g = np.random.default_rng(0).standard_normal((3, 4))
    assert relative_difference(g, k * g) == pytest.approx(difference, abs=1e-15)


@pytest.mark.parametrize(
    ("a", "b", "difference"),
    [
        (0.0, 0.0, 0.0),
        ([], [], 0.0),
        ([0.0, 0.0], [0.0, 1e-300], 1.0),
        ([np.nan], [np.nan], np.inf),
        ([np.inf], [np.inf], np.inf),
        ([1.0, np.nan], [1.0, 2.0], np.inf),
        ([1e200], [2e200], 1 / 3),
        ([1e-200], [2e-200], 1 / 3),
        ([5e-324], [5e-324], 0.0),
    ],
)
def test_corner_cases(a, b, difference):
    assert relative_difference(a, b) == pytest.approx(difference)


def test_shapes_must_be_the_same():
    with pytest.raises(ValueError, match=r"same shape, got \(2,\) and \(1, 2\)"):
        relative_difference([1.0, 2.0], [[1.0, 2.0]])
