"""The numeric gradient: bounds that hold and are not loose, in every structure, with every way to evaluate."""

import numpy as np
import pytest

import gradlab
from gradlab import GradlabError, Parameters, numeric_gradient
from gradlab.numeric.gradient import central_slopes, noise_of
from gradlab.numeric.scaling import scales
from gradlab.problem.cost import Cost
from gradlab.stencils import CENTRAL, FIVE_POINT, FORWARD
from tests.networks import network


@pytest.fixture(scope="module")
def errors():
    """|error| and bound of every component of every kind of cost, against automatic differentiation."""
    pytest.importorskip("autograd", reason="the truth comes from autograd, which is not installed")
    from benchmarks.costs import KINDS, case

    found = {}
    for kind in KINDS:
        for seed in range(2):
            cost, params, truth = case(kind, seed)
            numeric = numeric_gradient(cost, params)
            found[kind, seed] = [
                np.concatenate([np.ravel(part[name]) for name in params]).astype(np.float64)
                for part in (truth, numeric.values, numeric.bounds)
            ]
    return found


def test_bounds_hold(errors):
    """At least 999 of 1000; there are some 2,800 components."""
    outside = [np.abs(truth - value) > bound for truth, value, bound in errors.values()]
    assert np.mean(np.concatenate(outside)) <= 1e-3


def test_bounds_are_not_loose(errors):
    ratio = [bound / np.abs(truth - value) for truth, value, bound in errors.values() if np.all(truth != value)]
    ratio = np.concatenate(ratio)
    assert np.median(ratio[np.isfinite(ratio)]) <= 100


def test_hardly_any_component_is_without_a_number(errors):
    lost = [~np.isfinite(bound) for _, _, bound in errors.values()]
    assert np.mean(np.concatenate(lost)) <= 0.01


def test_ten_digits_on_smooth_costs(errors):
    for seed in range(2):
        truth, value, _ = errors["tanh", seed]
        assert np.linalg.norm(value - truth) <= 1e-9 * np.linalg.norm(truth)


def cube(p):
    return float(np.sum(p["W"] ** 3) + np.sum(p["b"] ** 2))


PARAMS = {"W": np.array([[1.0, -2.0], [0.5, 3.0]]), "b": np.array([0.1, 0.2])}


def test_values_and_bounds_have_the_structure_of_params():
    numeric = numeric_gradient(cube, PARAMS)
    assert {name: value.shape for name, value in numeric.values.items()} == {"W": (2, 2), "b": (2,)}
    assert {name: value.shape for name, value in numeric.bounds.items()} == {"W": (2, 2), "b": (2,)}
    assert numeric.values["W"] == pytest.approx(3 * PARAMS["W"] ** 2, rel=1e-9)
    one = numeric_gradient(lambda t: float(np.sum(t**3)), PARAMS["W"])
    assert one.values == pytest.approx(3 * PARAMS["W"] ** 2, rel=1e-9)
    many = numeric_gradient(lambda p: float(np.sum(p[0] ** 3) + np.sum(p[1])), [PARAMS["W"], PARAMS["b"]])
    assert isinstance(many.values, list)


@pytest.mark.parametrize("stencil", [FORWARD, CENTRAL, FIVE_POINT], ids=lambda s: s.name)
def test_a_fixed_step_is_the_textbook_formula(stencil):
    h = 1e-3
    numeric = numeric_gradient(cube, PARAMS, stencil=stencil, step=h)
    for name, error in numeric.bounds.items():
        for index, value in np.ndenumerate(numeric.values[name]):

            def along(x, name=name, index=index):
                moved = {n: a.copy() for n, a in PARAMS.items()}
                moved[name][index] = x
                return cube(moved)

            assert value == pytest.approx(stencil(along, PARAMS[name][index], h), rel=1e-9)
        assert np.all(np.abs(numeric.values["W"] - 3 * PARAMS["W"] ** 2) <= numeric.bounds["W"])
        assert np.all(error > 0)


def test_a_stencil_needs_a_step():
    with pytest.raises(GradlabError, match="stencil needs a step"):
        numeric_gradient(cube, PARAMS, stencil=FORWARD)


def test_no_number_where_there_is_none():
    numeric = numeric_gradient(lambda t: float(np.sum(np.abs(t))), np.array([0.0, 2.0]))
    assert np.isnan(numeric.values[0])
    assert numeric.bounds[0] == np.inf
    assert numeric.values[1] == pytest.approx(1.0)


def test_components_that_do_nothing_are_zero():
    numeric = numeric_gradient(lambda t: float(t[0] ** 2), np.array([1.0, 5.0]))
    assert numeric.values[1] == 0.0
    assert numeric.bounds[1] < 1e-9


THETA = np.linspace(0.1, 2.0, 300)


def test_a_vectorized_cost_gets_many_points_at_once():
    axes = set()

    def cost(t):
        axes.add(t.ndim)
        return np.sum(np.sin(t), axis=-1)

    numeric = numeric_gradient(cost, THETA, vectorized=True)
    assert np.all(np.abs(numeric.values - np.cos(THETA)) <= numeric.bounds)
    assert axes == {2}


def test_workers_share_the_evaluations():
    shared = []

    def workers(f, parts):
        return [shared.append(len(part)) or f(part) for part in parts]

    for given in (workers, 2, map):
        numeric = numeric_gradient(lambda t: float(np.sum(np.sin(t))), THETA, workers=given)
        assert np.all(np.abs(numeric.values - np.cos(THETA)) <= numeric.bounds)
    assert 0 < sum(shared) <= numeric.evaluations


def test_evaluations_are_counted_and_few():
    calls = []
    numeric = numeric_gradient(lambda t: calls.append(1) or float(np.sum(np.sin(t))), THETA)
    assert numeric.evaluations == len(calls) < 10 * THETA.size


def test_a_small_parameter_may_be_moved_as_far_as_its_neighbours_where_noise_asks_for_it():
    """1e6 has a noise of 1e-10: at 0.3 of 1e-6 a slope would be off by 1e-3."""
    theta = np.array([1e-6, 1.0, 1.0])
    numeric = numeric_gradient(lambda t: 1e6 + float(np.sum(np.sin(t))), theta)
    assert np.all(np.abs(numeric.values - np.cos(theta)) <= numeric.bounds)
    assert np.all(numeric.bounds < 2e-6)


def test_directions_are_always_the_same_unless_asked_otherwise():
    def noisy(t):
        return float(np.sum(np.sin(t)) + 1e-9 * np.sin(1e9 * t.sum()))

    default, same, other, drawn = (
        numeric_gradient(noisy, THETA[:5], rng=rng).bounds for rng in (None, 0, 1, np.random.default_rng(1))
    )
    assert np.array_equal(default, same)
    assert np.array_equal(other, drawn)
    assert not np.array_equal(default, other)


def test_a_cost_in_float32_is_never_less_noisy_than_half_its_round_off():
    cost = Cost(lambda t: float(np.float32(t.sum())), Parameters(np.array([0.9, 1.0])))
    noise_of(cost, np.random.default_rng(0))
    assert cost.single
    assert noise_of(cost, np.random.default_rng(0)) == pytest.approx(2.0**-24 * 1.9 / 2)


def test_scales_are_those_of_float64():
    """1e25 squared overflows in float32."""
    assert scales(Parameters(np.array([1e25, 0.0], dtype=np.float32))) == pytest.approx([1e25, 1e25 / np.sqrt(2)])


def test_the_slope_is_taken_over_the_step_that_is_really_stored():
    """In float32 x + h and x - h are less than 2h apart here: by 2, 5 and 1 percent."""
    theta = np.array([1.0, 3.0, 100.0], dtype=np.float32)
    cost = Cost(lambda t: float(np.sum(t.astype(np.float64))), Parameters(theta))
    slope, gap, moved = central_slopes(cost, np.array([1e-6, 1e-6, 1e-4]))
    assert slope == pytest.approx(np.ones(3), rel=1e-6)
    assert np.abs(gap).max() < 1
    assert moved.all()


def test_the_gap_is_the_slope_ahead_less_the_slope_behind():
    cost = Cost(lambda t: float(np.abs(t[0]) + t[1]), Parameters(np.array([0.0, 1.0, 2.0])))
    slope, gap, moved = central_slopes(cost, np.full(3, 2.0**-10))
    assert slope == pytest.approx([0.0, 1.0, 0.0])
    assert gap == pytest.approx([2.0, 0.0, 0.0])
    assert moved.tolist() == [True, True, False]


def test_step_scales_with_the_parameter():
    theta = np.array([1e-8, 1.0, 1e8])
    numeric = numeric_gradient(lambda t: float(np.sum(np.log(t))), theta)
    assert numeric.values == pytest.approx(1 / theta, rel=1e-7)


def test_works_on_what_it_was_given_only():
    before = {name: value.copy() for name, value in PARAMS.items()}
    gradlab.numeric_gradient(cube, PARAMS)
    assert all(np.array_equal(before[name], PARAMS[name]) for name in PARAMS)


@pytest.mark.slow
@pytest.mark.parametrize("sizes", [[10, 12, 3], [40, 25, 1], [64, 40, 10]])
@pytest.mark.parametrize("seed", range(3))
def test_hardly_more_than_three_evaluations_an_entry_where_the_cost_is_smooth(sizes, seed):
    """And bounds that hold, most of a ten millionth of what is usual in the block; small entries drown in noise."""
    loss = "logistic" if sizes[-1] == 1 else "softmax"
    cost, params, grads = network(sizes, "tanh", loss, seed, m=20, decay=0.01, method="xavier")
    numeric = numeric_gradient(cost, params)
    assert numeric.evaluations <= 3.2 * sum(a.size for a in params.values()) + 160
    for name, right in grads(params).items():
        usual = np.sqrt(np.mean(right**2))
        assert np.all(np.abs(numeric.values[name] - right) <= numeric.bounds[name] + 1e-15 * usual)
        assert np.mean(numeric.bounds[name] <= 1.1e-7 * usual) >= 0.85
        assert np.mean(numeric.bounds[name] <= 1.1e-6 * usual) >= 0.99


MATRIX, ANSWERS = (
    np.random.default_rng(3).standard_normal((30, 3000)) / 30,
    np.random.default_rng(4).choice([-1, 1], 30),
)

# cost and gradient of a vector of any length; slopes of one size and of very different ones
SMOOTH = {
    "squares of residuals": (
        lambda t: np.mean((MATRIX[:, : t.size] @ t - ANSWERS) ** 2),
        lambda t: MATRIX[:, : t.size].T @ (MATRIX[:, : t.size] @ t - ANSWERS) / 15,
    ),
    "logistic": (
        lambda t: np.mean(np.logaddexp(0, -ANSWERS * (MATRIX[:, : t.size] @ t))),
        lambda t: -MATRIX[:, : t.size].T @ (ANSWERS / (1 + np.exp(ANSWERS * (MATRIX[:, : t.size] @ t)))) / 30,
    ),
    "log-sum-exp": (lambda t: np.log(np.sum(np.exp(t))), lambda t: np.exp(t) / np.sum(np.exp(t))),
    "sines": (lambda t: np.sum(np.sin(t)), np.cos),
    "quartic": (lambda t: np.sum(t**4) / 4, lambda t: t**3),
    "Rosenbrock": (
        lambda t: np.sum(100 * (t[1:] - t[:-1] ** 2) ** 2 + (1 - t[:-1]) ** 2),
        lambda t: (
            np.append(-400 * t[:-1] * (t[1:] - t[:-1] ** 2) - 2 * (1 - t[:-1]), 0)
            + np.append(0, 200 * (t[1:] - t[:-1] ** 2))
        ),
    ),
    "log of squares": (lambda t: np.sum(np.log1p(t * t)), lambda t: 2 * t / (1 + t * t)),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", SMOOTH)
@pytest.mark.parametrize("n", [10, 100, 3000])
def test_three_evaluations_an_entry_and_some_for_all_at_once(name, n):
    cost, gradient = SMOOTH[name]
    t = np.random.default_rng([n, len(name)]).standard_normal(n)
    numeric = numeric_gradient(lambda t: float(cost(t)), t)
    assert numeric.evaluations <= min(3.15 * n + 60, 4 * n)
    right = gradient(t)
    usual = np.sqrt(np.mean(right**2))
    assert np.all(np.abs(numeric.values - right) <= numeric.bounds + 1e-15 * usual)
    assert np.median(numeric.bounds) <= 1e-6 * usual
