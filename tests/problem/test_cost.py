"""The cost as a function of theta: what it is given, counted, put back, and when it fails."""

import functools
import math
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from gradlab import GradlabError, Parameters
from gradlab.problem.cost import CHUNK, Cost, untouched

THETA = np.array([1.0, 2.0, 4.0])


def asked(f, theta=THETA, **keywords):
    return Cost(f, Parameters(theta), **keywords)


def total(theta):
    return float(np.sum(theta**2))


def test_value_and_counting():
    cost = asked(total)
    assert (cost.value, cost.evaluations, cost.steady, cost.mutates) == (21.0, 2, True, False)
    cost.at([(0, 1.0), (2, -4.0)])
    assert cost.evaluations == 4


def test_points_are_single_components_slices_or_many():
    points = [(0, 1.0), (slice(1, 3), np.array([1.0, -4.0])), (np.array([0, 2]), np.array([-1.0, 0.0]))]
    assert asked(total).at(points).tolist() == [24.0, 10.0, 20.0]


def test_theta_is_put_back_exactly():
    theta = np.random.default_rng(0).standard_normal(1000)
    cost = asked(total, theta)
    cost.at([(i, 1e-7 * (-1) ** i) for i in range(1000)])
    assert np.array_equal(cost.parameters.theta, theta)  # not -=: (x + h) - h is often not x


@pytest.mark.parametrize("error", [ValueError("math domain error"), OverflowError(), ZeroDivisionError()])
def test_an_arithmetic_error_is_no_value(error):
    def f(theta):
        if theta[0] < 1:
            raise error
        return total(theta)

    assert np.isnan(asked(f).at([(0, -0.5)])).tolist() == [True]


def test_another_error_is_the_callers_and_theta_is_put_back():
    def f(theta):
        if theta[0] < 1:
            raise KeyError("mine")
        return total(theta)

    cost = asked(f)
    with pytest.raises(KeyError, match="mine"):
        cost.at([(0, -0.5)])
    assert np.array_equal(cost.parameters.theta, THETA)


def test_overflow_and_leaving_the_domain_are_no_values_and_no_warnings():
    cost = asked(lambda t: np.log(t[0]) + np.exp(t[1]))
    assert np.isnan(cost.at([(0, -2.0), (1, 1e4), (1, np.nan)])).all()
    assert asked(lambda t: math.exp(t[1])).at([(1, 1.0)]) == pytest.approx([math.exp(3)])


def test_warnings_of_the_caller_are_not_hidden():
    def f(theta):
        import warnings

        warnings.warn("an old call", DeprecationWarning, stacklevel=1)
        return total(theta)

    with pytest.warns(DeprecationWarning, match="an old call"):
        asked(f).at([(0, 1.0)])


def test_vectorized_costs_get_stacks():
    shapes = []

    def f(p):
        shapes.append({name: a.shape for name, a in p.items()})
        return np.sum(p["W"] ** 2, axis=(-2, -1)) + p["b"]

    params = Parameters({"W": np.ones((2, 3)), "b": np.array(1.0)})
    cost = Cost(f, params, vectorized=True)
    assert cost.at([(0, 1.0), (6, 2.0), (1, 0.0)]).tolist() == [10.0, 9.0, 7.0]
    assert shapes[-1] == {"W": (3, 2, 3), "b": (3,)}
    assert cost.evaluations == 5


def test_large_stacks_are_cut():
    sizes = []

    def f(theta):
        sizes.append(len(theta))
        return np.sum(theta, axis=-1)

    cost = asked(f, np.ones(2**20), vectorized=True)
    cost.at([(0, 1.0)] * 6)
    assert max(sizes) == 4


def test_workers_are_threads_or_any_map():
    plain = asked(total).at([(i % 3, 0.1 * i) for i in range(3 * CHUNK)])
    for workers in (2, map, lambda f, parts: [f(part) for part in parts]):
        assert np.array_equal(asked(total, workers=workers).at([(i % 3, 0.1 * i) for i in range(3 * CHUNK)]), plain)
    with ThreadPoolExecutor(2) as pool:
        assert np.array_equal(asked(total, workers=pool.map).at([(i % 3, 0.1 * i) for i in range(3 * CHUNK)]), plain)


def test_tasks_for_other_processes_can_be_pickled():
    import pickle

    tasks = []
    asked(total, workers=lambda f, parts: [tasks.append(f) or f(part) for part in parts]).at([(0, 1.0)])
    assert pickle.loads(pickle.dumps(tasks[0]))([(0, 1.0)]) == [24.0]


def test_progress_is_told():
    told = []
    cost = asked(total)
    cost.watch = told.append
    cost.at([(0, 1.0)] * (CHUNK + 3))
    assert told == [CHUNK, 3]


def test_single_precision_is_noticed():
    assert asked(lambda t: np.float32(total(t))).dtype == np.float32
    cost = asked(lambda t: float(np.float32(np.sin(total(t)))))
    cost.at([(0, 0.1 * k) for k in range(1, 5)])
    assert (cost.single, cost.moved) == (True, 4)
    cost = asked(lambda t: float(np.sin(total(t))))
    cost.at([(0, 0.1 * k) for k in range(5)])
    assert (cost.single, cost.moved) == (False, 4)


def test_untouched_tells_and_restores():
    parameters = Parameters({"W": np.ones(2), "b": np.zeros(1)})
    cases = {
        False: [lambda p: p["W"] * 2],
        True: [
            lambda p: p["W"].fill(3),
            lambda p: p.pop("b"),
            lambda p: p.update(W=np.ones(2)),
            lambda p: p.update(new=1),
        ],
    }
    for changed, functions in cases.items():
        for f in functions:
            assert untouched(f, parameters)[1] is changed
            assert parameters.theta.tolist() == [1.0, 1.0, 0.0]


def test_a_cost_given_as_a_partial_works():
    assert asked(functools.partial(lambda k, t: k * total(t), 2.0)).value == 42.0


def test_numbers_of_every_kind_are_a_cost():
    for answer in (1, 1.5, True, np.float32(2), np.array(3.0), np.array([[4.0]])):
        assert asked(lambda t, answer=answer: answer).value == float(np.asarray(answer).item())


def test_a_vectorized_cost_must_return_one_value_a_point():
    cost = asked(lambda t: np.sum(t, axis=-1)[:1], vectorized=True)
    with pytest.raises(GradlabError, match=r"shape \(2,\), got \(1,\)"):
        cost.at([(0, 1.0), (1, 1.0)])
