"""One variable: never silently wrong, an error that holds, and few evaluations where the function is smooth."""

import math
from statistics import median

import numpy as np
import pytest

from gradlab import GradlabError, derivative


def noisy(x):
    """Noise that depends on every bit of x, as round-off does."""
    return np.sin(x) + 1e-6 * np.random.default_rng(np.float64(x).view(np.uint64)).standard_normal()


HARD = {
    "sin(1000x) at 0.3": (lambda x: np.sin(1000 * x), 0.3, 1000 * math.cos(300)),
    "sin at 1e4": (np.sin, 1e4, math.cos(1e4)),
    "sin at 1e8": (np.sin, 1e8, math.cos(1e8)),
    "log at 1e-6": (np.log, 1e-6, 1e6),
    "sqrt at 1e-12": (np.sqrt, 1e-12, 5e5),
    "exp(-1/x²) at 0.1": (lambda x: np.exp(-1 / x**2), 0.1, 2000 * math.exp(-100)),
    "1e8 + x² at 1": (lambda x: 1e8 + x * x, 1.0, 2.0),
    "x² at 1e-8": (lambda x: x * x, 1e-8, 2e-8),
    "x² at 1e8": (lambda x: x * x, 1e8, 2e8),
    "x² at 0": (lambda x: x * x, 0.0, 0.0),
    "sigmoid at 20": (lambda x: 1 / (1 + np.exp(-x)), 20.0, math.exp(-20) / (1 + math.exp(-20)) ** 2),
    "|x| at 1e-5": (np.abs, 1e-5, 1.0),
    "relu at 1e-7": (lambda x: np.maximum(x, 0), 1e-7, 1.0),
    "relu at -1e-7": (lambda x: np.maximum(x, 0), -1e-7, 0.0),
    "relu(x - 1) at 1 + 1e-6": (lambda x: np.maximum(x - 1, 0), 1 + 1e-6, 1.0),
    "exp at 700": (np.exp, 700.0, math.exp(700)),
    "tan near its pole": (np.tan, 1.5707, 1 / math.cos(1.5707) ** 2),
    "x sin(1/x) at 0.01": (lambda x: x * np.sin(1 / x), 0.01, math.sin(100) - 100 * math.cos(100)),
    "gauss at 8": (lambda x: np.exp(-x * x / 2), 8.0, -8 * math.exp(-32)),
    "noise of 1e-6": (noisy, 1.0, math.cos(1)),
    "a wave of 1e-6 on top": (lambda x: np.sin(x) + 1e-6 * np.sin(1e9 * x), 1.0, math.cos(1) + 1e3 * math.cos(1e9)),
    "float32 inside": (lambda x: float(np.float32(np.sin(x))), 1.0, math.cos(1)),
    "math, not NumPy": (math.log, 1e-5, 1e5),
}


@pytest.mark.parametrize("name", HARD)
def test_never_silently_wrong(name):
    f, x, exact = HARD[name]
    d = derivative(f, x)
    assert abs(d.value - exact) <= d.error
    assert d.error <= 0.01 * abs(exact) or exact == 0
    assert d.evaluations < 170


@pytest.mark.parametrize(
    ("f", "x", "reason"),
    [
        (lambda x: np.maximum(x, 0), 0.0, "kink"),
        (np.abs, 0.0, "kink"),
        (lambda x: abs(x - 1), 1.0, "kink"),
        (np.floor, 3.0, "jump"),
        (np.floor, 0.3, "stairs"),
        (lambda x: np.sqrt(abs(x - 1)), 1.0, "jump"),
        (np.sqrt, 0.0, "domain"),
        (np.cbrt, 0.0, "noise"),
        (lambda x: np.random.default_rng().random(), 1.0, "random"),
    ],
)
def test_says_why_where_there_is_none(f, x, reason):
    d = derivative(f, x)
    assert np.isnan(d.value)
    assert d.error == np.inf
    assert np.isnan(d.step)
    assert d.reason == reason


SMOOTH = {
    "sin": (np.sin, np.cos, (0.3, 1.0, 1.4)),
    "exp": (np.exp, np.exp, (-2.0, 0.5, 3.0)),
    "tanh": (np.tanh, lambda x: 1 / math.cosh(x) ** 2, (0.2, 0.5, 1.0)),
    "log": (np.log, lambda x: 1 / x, (0.1, 2.0, 50.0)),
    "cube": (lambda x: x**3, lambda x: 3 * x**2, (-1.0, 0.01, 100.0)),
    "sqrt": (np.sqrt, lambda x: 0.5 / math.sqrt(x), (1e-4, 2.0, 1e4)),
    "sigmoid": (lambda x: 1 / (1 + np.exp(-x)), lambda x: math.exp(-x) / (1 + math.exp(-x)) ** 2, (0.4, -1.0, 2.0)),
    "arctan": (np.arctan, lambda x: 1 / (1 + x * x), (0.5, 1.5, 3.0)),
    "x·exp(−x)": (lambda x: x * np.exp(-x), lambda x: (1 - x) * math.exp(-x), (0.3, 3.0, 5.0)),
}


def test_smooth_functions_take_few_evaluations_to_ten_digits():
    found = [(derivative(f, x), exact(x)) for f, exact, points in SMOOTH.values() for x in points]
    assert median(d.evaluations for d, _ in found) <= 16
    assert median(abs(d.value - exact) / abs(exact) for d, exact in found) <= 1e-11
    assert max(abs(d.value - exact) / abs(exact) for d, exact in found) <= 1e-9
    assert all(abs(d.value - exact) <= d.error for d, exact in found)
    assert median(d.error / max(abs(d.value - exact), 1e-300) for d, exact in found) <= 100


def test_float32_takes_steps_that_fit_float32():
    seen = set()

    def f(x):
        seen.add(x.dtype)
        return np.sin(x)

    d = derivative(f, np.float32(1.0))
    assert seen == {np.dtype(np.float32)}
    assert abs(d.value - math.cos(1)) <= d.error < 1e-3
    assert d.step > 1e-3


@pytest.mark.parametrize("x", [np.nan, np.inf, 1j, "1", 1 + 2j])
def test_x_must_be_a_finite_float(x):
    with pytest.raises(GradlabError):
        derivative(np.sin, x)


def test_an_integer_is_taken_as_a_float():
    assert derivative(lambda x: x**2, 3).value == pytest.approx(6.0)


def test_f_must_return_one_finite_number():
    with pytest.raises(GradlabError, match="finite"), np.errstate(divide="ignore"):
        derivative(np.log, 0.0)
    with pytest.raises(GradlabError, match="x must be one number"):
        derivative(np.sum, np.ones(2))


def test_smooth_functions_keep_nearly_all_of_their_digits():
    """As the best of the packages that extrapolate from long steps, and yet with two short steps as a guard."""
    found = [(derivative(f, x), exact(x)) for f, exact, points in SMOOTH.values() for x in points]
    assert median(d.evaluations for d, _ in found) == 16
    assert median(abs(d.value - exact) / abs(exact) for d, exact in found) <= 1e-14
    assert median(d.error / abs(exact) for d, exact in found) <= 1e-12


ODD = {  # nothing at x, and nothing further off: long steps alone would not see any of these
    "a wave packet": (lambda z: z * math.exp(-z * z), 1.0),
    "a step": (math.tanh, 1.0),
    "a sine": (math.sin, 1.0),
}


@pytest.mark.parametrize("name", ODD)
@pytest.mark.parametrize("width", [1e-1, 1e-2, 1e-3, 1e-4, 1e-5, 1e-6, 1e-7])
@pytest.mark.parametrize("x", [0.7, 3.3])
def test_what_is_narrow_and_odd_about_x_is_not_missed(name, width, x):
    f, slope = ODD[name]
    d = derivative(lambda t: math.exp(t / 3) + f((t - x) / (width * x)), x)
    exact = math.exp(x / 3) / 3 + slope / (width * x)
    assert math.isnan(d.value) or abs(d.value - exact) <= d.error


@pytest.mark.parametrize("noise", [1e-15, 1e-13, 1e-11, 1e-8])
def test_noise_widens_the_error(noise):
    def shaken(x, seed):
        bits = np.random.default_rng([seed, *np.array([x]).view(np.uint32)])
        return math.sin(x) + noise * bits.standard_normal()

    rng = np.random.default_rng(7)
    found = [(x, derivative(lambda t, s=s: shaken(float(t), s), x)) for s, x in enumerate(rng.uniform(0.2, 3, 80))]
    assert sum(abs(d.value - math.cos(x)) > d.error for x, d in found) == 0


def exp_of_minus(x, power):
    """exp(−1/|x|ᵖ), flatter at 0 than any power, and with no series there."""
    return math.exp(-(abs(x) ** -power)) if abs(x) > 1e-30 else 0.0


def bump(x):
    return math.exp(1 - 1 / (1 - x * x)) if abs(x) < 1 else 0.0


FLAT = {
    "exp(−1/x²)": (lambda x: exp_of_minus(x, 2), 0.0, 0.0),
    "exp(−1/|x|)": (lambda x: exp_of_minus(x, 1), 0.0, 0.0),
    "exp(−1/√|x|)": (lambda x: exp_of_minus(x, 0.5), 0.0, 0.0),
    "exp(−1/x⁴)": (lambda x: exp_of_minus(x, 4), 0.0, 0.0),
    "x·exp(−1/x²)": (lambda x: x * exp_of_minus(x, 2), 0.0, 0.0),
    "3x + exp(−1/x²)": (lambda x: 3 * x + exp_of_minus(x, 2), 0.0, 3.0),
    "a bump at its top": (lambda x: bump(10 * (x - 1)), 1.0, 0.0),
    "a bump at its foot": (lambda x: bump(10 * (x - 1)), 0.9, 0.0),
    "two bumps aside": (lambda x: bump(1e3 * (x - 0.95)) + bump(1e3 * (x - 1.05)), 1.0, 0.0),
    "two narrow bumps on a line": (lambda x: x + bump(1e6 * (x - 0.95)) + bump(1e6 * (x - 1.05)), 1.0, 1.0),
    "between two steep steps": (lambda x: x + math.tanh((x - 1) / 1e-9) + math.tanh((x - 0.95) / 1e-9), 0.98, 1.0),
    "a plateau before a steep step": (lambda x: math.tanh((x - 1) / 1e-9), 0.9, 0.0),
    "a plateau before a less steep one": (lambda x: 2 + math.tanh((x - 1) / 1e-6), 0.8, 0.0),
    "1 + exp(−1/x²) where it is 1": (lambda x: 1 + exp_of_minus(x, 2), 0.13, 0.0),
}


@pytest.mark.parametrize("name", FLAT)
@pytest.mark.parametrize("times", [1.0, -3.7, 1e-9])
def test_flat_and_steep_functions_are_on_no_stairs(name, times):
    f, x, exact = FLAT[name]
    d = derivative(lambda t: times * f(float(t)), x)
    assert d.reason == ""
    assert abs(d.value - times * exact) <= d.error <= 1e-3 * abs(times)


ORDINARY = {  # not at the few points that rows of one length happen to fit
    "sigmoid": (SMOOTH["sigmoid"][0], SMOOTH["sigmoid"][1], -25, 22),
    "tanh": (np.tanh, lambda x: 1 / math.cosh(x) ** 2, -11, 11),
    "gauss": (lambda x: np.exp(-x * x / 2), lambda x: -x * math.exp(-x * x / 2), 0.2, 8),
    "erf": (lambda x: math.erf(x), lambda x: 2 / math.sqrt(math.pi) * math.exp(-x * x), 0.1, 4),
    "exp(−1/x²)": (lambda x: exp_of_minus(x, 2), lambda x: 2 / x**3 * math.exp(-1 / x**2), 0.2, 4),
    "bump": (bump, lambda x: -2 * x / (1 - x * x) ** 2 * bump(x), 0.05, 0.9),
    "sin(7x)": (lambda x: np.sin(7 * x), lambda x: 7 * math.cos(7 * x), 0.1, 4),
    "softplus": (lambda x: np.logaddexp(0, x), lambda x: 1 / (1 + math.exp(-x)), -20, 30),
    "xˣ": (lambda x: x**x, lambda x: x**x * (1 + math.log(x)), 0.05, 30),
}


@pytest.mark.parametrize("name", ORDINARY)
def test_ordinary_points_take_about_as_many_evaluations_as_the_best_peers(name):
    f, slope, low, high = ORDINARY[name]
    found = [(x, derivative(f, x)) for x in np.random.default_rng(1).uniform(low, high, 60).tolist()]
    assert [x for x, d in found if abs(d.value - slope(x)) > d.error + 1e-15 * abs(slope(x))] == []
    assert median(d.evaluations for _, d in found) <= 36
    assert np.mean([d.evaluations for _, d in found]) <= 40
    assert median(abs(d.value - slope(x)) / abs(slope(x)) for x, d in found) <= 1e-9
