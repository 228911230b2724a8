"""The error budget, the step that minimises it, and noise measured instead of assumed."""

import numpy as np
import pytest

from gradlab import GradlabError
from gradlab.stencils import CENTRAL, FIVE_POINT, FORWARD
from gradlab.steps import best_step, exact_step, measure_noise, noise_from_table, roundoff_error, truncation_error


@pytest.mark.parametrize(
    ("stencil", "dtype", "step", "error"),
    [
        (FORWARD, np.float64, 2.1e-8, 2.1e-8),
        (CENTRAL, np.float64, 6.9e-6, 2.4e-11),
        (FIVE_POINT, np.float64, 1.0e-3, 2.0e-13),
        (FORWARD, np.float32, 4.9e-4, 4.9e-4),
        (CENTRAL, np.float32, 5.6e-3, 1.6e-5),
        (FIVE_POINT, np.float32, 5.8e-2, 1.9e-6),
    ],
)
def test_best_steps_and_floors_that_theory_gives(stencil, dtype, step, error):
    best = best_step(stencil, dtype=dtype)
    assert best.step == pytest.approx(step, rel=0.05)
    assert best.error == pytest.approx(error, rel=0.05)


@pytest.mark.parametrize("stencil", [FORWARD, CENTRAL, FIVE_POINT], ids=lambda s: s.name)
def test_no_other_step_is_better(stencil):
    best = best_step(stencil, noise=1e-9, derivative=3.0)
    assert best.error == pytest.approx(
        truncation_error(stencil, best.step, 3.0) + roundoff_error(stencil, best.step, 1e-9)
    )
    for h in best.step * np.array([0.5, 0.9, 1.1, 2.0]):
        assert truncation_error(stencil, h, 3.0) + roundoff_error(stencil, h, 1e-9) > best.error


def test_truncation_where_the_derivative_is_one():
    assert truncation_error(CENTRAL, 0.1) == pytest.approx(0.01 / 6)


def test_step_and_error_follow_the_scale():
    small, large = best_step(scale=1e-6), best_step(scale=1e3)
    assert large.step / small.step == pytest.approx(1e9)
    assert large.error / small.error == pytest.approx(1e-9)


@pytest.mark.parametrize("keyword", ["scale", "noise", "derivative"])
@pytest.mark.parametrize("value", [0.0, -1.0, np.nan])
def test_what_must_be_positive(keyword, value):
    with pytest.raises(GradlabError, match="must be a positive number"):
        best_step(**{keyword: value})


def test_exact_step():
    assert exact_step(1.0, 2.0**-20) == 2.0**-20
    assert exact_step(1e9, 1e-7) != 1e-7
    assert exact_step(1e20, 1.0) == 0.0


@pytest.mark.parametrize("sigma", [1e-15, 1e-8, 1.0, 1e200])
def test_noise_is_found_whatever_its_size(sigma):
    rng = np.random.default_rng(0)
    found = [noise_from_table(3 * sigma * np.arange(12) + sigma * rng.standard_normal(12)) for _ in range(300)]
    assert 0.8 < np.median(found) / sigma < 1.3
    assert np.quantile(found, 0.02) > 0.3 * sigma


def test_a_smooth_function_has_no_noise():
    assert noise_from_table(np.arange(12.0) ** 3) == 0.0
    assert noise_from_table(np.ones(12)) == 0.0


def along(f, x=1.0):
    return lambda t: np.array([f(x * (1 + k)) for k in t])


def measured(f, x=1.0, roundoff=2.0**-53):
    return measure_noise(along(f, x), value=f(x), roundoff=roundoff)


def test_noise_of_an_honest_function_is_its_round_off():
    assert 1e-17 < measured(np.sin) < 1e-15


def test_noise_is_more_than_round_off_of_the_result_where_terms_cancel():
    big = 1e8
    assert measured(lambda x: (big + x) - big) > 1e3 * 2.0**-53


def test_noise_of_float32_inside():
    assert 1e-8 < measured(lambda x: float(np.float32(np.sin(x)))) < 1e-7


def test_never_less_than_the_rounding_of_the_result():
    assert measured(lambda x: 1e6 + 0 * x) == pytest.approx(1e6 * 2.0**-54)


def test_a_kink_between_the_points_is_not_taken_for_noise():
    kink = 1 + 2e-8
    assert measured(lambda x: max(x - kink, 0.0) + x) < 1e-14


def test_a_fast_wave_is_not_taken_for_noise():
    assert measured(np.sin, 1e8) < 1e-6  # at steps of 1e-8 · 1e8 it looks like noise of 0.7


@pytest.mark.parametrize(
    ("f", "quantum"),
    [
        (lambda x: round(x, 3), 1e-3),
        (lambda x: round(x, 1), 0.1),
        (lambda x: 1e7 + round(4 * x, 3), 1e-3),  # itself rounded, to 2e-9
    ],
)
def test_a_value_that_moves_in_quanta_is_noisy_by_a_third_of_one(f, quantum):
    assert measured(f) == pytest.approx(quantum / 3, rel=0.1)


def test_jumps_of_two_sizes_are_noise_of_their_size():
    assert 2e-4 < measured(lambda x: 1e-3 * ((x - 1) // 3e-4) + 6.2e-4 * ((x - 1) // 5e-4)) < 1e-3


@pytest.mark.parametrize("digits", range(3, 10))
def test_a_printed_value_is_noisy_by_a_third_of_its_last_digit(digits):
    """Whatever the table says: twelve rounded values may be evenly spaced by chance."""
    for x in np.linspace(0.3, 1, 40):
        printed = measured(lambda t: float(f"{t**2 + 1:.{digits}f}"), x)
        assert 0.3 * 10.0**-digits <= printed <= 3 * 10.0**-digits


def test_a_count_is_noisy_by_a_third_of_one():
    draws = np.sort(np.random.default_rng(0).random(700))
    assert measured(lambda x: np.mean(draws < 0.3 * x)) >= 0.3 / 700


@pytest.mark.parametrize("width", 10.0 ** np.arange(-8, -3))
def test_a_ramp_that_saturates_has_one_gap_and_no_quantum(width):
    assert measured(lambda x: np.tanh((x - 1) / width - 0.5)) < 1e-9


@pytest.mark.parametrize("size", [1e3, 1e6, 1e9, 1e12])
def test_a_fast_wave_is_seen_at_a_few_ulps(size):
    assert measured(np.sin, 1.1 * size) < 1e-9 + 2e-15 * size  # an ulp of x


def test_the_point_itself_may_stand_apart():
    """A jump exactly at the point is one outlier at the front of every table."""
    assert measured(lambda x: np.sin(x) + (x > 1)) < 1e-15


def test_the_noise_that_bounds_are_made_of_is_not_too_little():
    """Confirmed in two more places, the largest counts."""
    found = []
    for seed in range(200):
        rng = np.random.default_rng(seed)
        found.append(measured(lambda x, rng=rng: x + 1e-6 * rng.standard_normal()))
    assert np.quantile(found, 0.02) > 0.7e-6
    assert np.quantile(found, 0.98) < 2.5e-6
