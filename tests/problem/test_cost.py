"""The cost as a function of theta: what it is given, counted, put back, and when it fails."""

import functools
import math
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from gradlab import GradlabError, Parameters, Verdict, check_gradients
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
    assert pickle.loads(pickle.dumps(tasks[0]))((7, [(0, 1.0)])) == (7, [24.0], {})


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
    for answer in (0, 1.5, np.float32(2), np.array(3.0), np.array([[4.0]])):
        assert asked(lambda t, answer=answer: answer).value == float(np.asarray(answer).item())


def test_a_vectorized_cost_must_return_one_value_a_point():
    cost = asked(lambda t: np.sum(t, axis=-1)[:1], vectorized=True)
    with pytest.raises(GradlabError, match=r"shape \(2,\) of floats, got \(1,\)"):
        cost.at([(0, 1.0), (1, 1.0)])


POINTS = [(i % 3, 0.1 * i) for i in range(5 * CHUNK + 7)]


@pytest.mark.parametrize(
    "order",
    [
        lambda n: range(n)[::-1],
        lambda n: np.random.default_rng(3).permutation(n),
        lambda n: [*range(1, n), 0],
    ],
)
def test_workers_that_answer_out_of_order_are_put_in_order(order):
    def unordered(f, tasks):
        return [f(tasks[i]) for i in order(len(tasks))]

    assert asked(total, workers=unordered).at(POINTS).tolist() == asked(total).at(POINTS).tolist()


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        (lambda f, tasks: [f(task) for task in tasks[1:]], "1 of 6 got no answer"),
        (lambda f, tasks: [f(tasks[0]) for _ in tasks], "an answer twice"),
        (lambda f, tasks: None, "got None"),
        (lambda f, tasks: [1.0 for _ in tasks], "got 1.0"),
    ],
)
def test_workers_that_are_no_map(bad, message):
    with pytest.raises(GradlabError, match=f"workers must .*{message}"):
        asked(total, workers=bad).at(POINTS)


@pytest.mark.parametrize("workers", [0, -1, 1.5, math.nan, math.inf, "2", [2], np.array([2]), {}])
def test_workers_must_be_a_number_of_threads_or_a_map(workers):
    with pytest.raises(GradlabError, match="workers must be"):
        asked(total, workers=workers)


class Later:
    """A cost that is a number where it is asked first, and gives another answer beside it."""

    def __init__(self, answer):
        self.answer = answer

    def __call__(self, theta):
        return total(theta) if np.array_equal(theta, THETA) else self.answer(theta)


def ends(theta):
    raise StopIteration


ANSWERS = {
    "None": (lambda t: None, "got None"),
    "list": (lambda t: [1.0], "take .0."),
    "pair": (lambda t: (1.0, t), "take .0."),
    "text": (lambda t: "1", "got str"),
    "bool": (lambda t: bool(t[0] > 1), "got a bool"),
    "NumPy's bool": (lambda t: t[0] > 1, "got a bool"),
    "masked": (lambda t: np.ma.masked, "masked"),
    "complex": (lambda t: complex(t[0]), r"imag"),
    "per example": (lambda t: t, "sum or average it"),
    "no iterator": (ends, "StopIteration"),
    "coroutine": (lambda t: object(), "got object"),
}


@pytest.mark.parametrize("name", ANSWERS)
@pytest.mark.parametrize("workers", [None, 2, map])
def test_what_is_no_number_is_refused_wherever_it_is_returned(name, workers):
    answer, message = ANSWERS[name]
    with pytest.raises(GradlabError, match=message):
        asked(answer)
    with pytest.raises(GradlabError, match=message):
        asked(Later(answer), workers=workers).at([(0, 0.5), (1, 0.5)])


@pytest.mark.parametrize("count", [lambda t: int(t @ t), lambda t: np.sum(t > 0), lambda t: np.array(len(t))])
def test_a_count_is_no_cost(count):
    with pytest.raises(GradlabError, match=r"cost must return a float, got \d+ .*a count"):
        asked(count)


def test_the_whole_zero_that_a_hinge_returns_where_it_is_flat_is_a_cost():
    cost = asked(lambda t: max(0, t[0] - 1.5))
    assert cost.value == 0.0
    assert cost.at([(0, 1.0), (0, 0.2)]).tolist() == [0.5, 0.0]


@pytest.mark.parametrize("error", [AssertionError("t must be positive"), RuntimeError("no convergence")])
@pytest.mark.parametrize("workers", [None, 2])
def test_what_the_cost_raises_beside_theta_is_kept_in_its_words(error, workers):
    def f(theta):
        if theta[0] < 1:
            raise error
        return total(theta)

    cost = asked(f, workers=workers)
    assert cost.raised == ""
    assert np.isnan(cost.at([(1, 0.1), (0, -0.5)])).tolist() == [False, True]
    assert cost.raised == f"{type(error).__name__}: {error}"


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("seed", range(5))
def test_last_bits_that_differ_from_call_to_call_are_noise_and_no_randomness(dtype, seed):
    """As of a sum whose order hangs on where arrays lie in memory, or on threads."""
    rng = np.random.default_rng(seed)
    x = rng.uniform(0.5, 1.5, 6).astype(dtype)

    def cost(x, share):
        return dtype(np.sum(x**3)) * dtype(1 + share * rng.integers(-3, 4))

    eps = float(np.finfo(dtype).eps)
    for factor, verdict in [(1.0, Verdict.AGREES), (1.5, Verdict.WRONG)]:
        report = check_gradients(lambda x: cost(x, eps), x, lambda x, c=factor: c * 3 * x**2)
        assert report.verdict is verdict
    report = check_gradients(lambda x: cost(x, 1e-3), x, lambda x: 3 * x**2)
    assert report.verdict is Verdict.UNDECIDED
