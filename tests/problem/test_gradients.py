"""The analytic side: taken as it is, asked twice where it is a function, and watched."""

import numpy as np
import pytest

from gradlab import GradlabError, Parameters
from gradlab.problem.cost import Cost
from gradlab.problem.gradients import analytic_gradients

PARAMS = {"W": np.array([[1.0, 2.0]]), "b": np.array([0.0])}


def asked(grads):
    return analytic_gradients(grads, Parameters(PARAMS))


def test_values_are_copied():
    given = {"W": np.array([[3.0, 4.0]]), "b": np.array([5.0])}
    found = asked(given)
    given["W"][:] = 0
    assert found.theta.tolist() == [3.0, 4.0, 5.0]
    assert found.function is None
    assert (found.mutates, found.reuses, found.shares, found.unsure.tolist()) == (False, (), (), [False] * 3)


def test_a_function_can_be_asked_elsewhere_and_leaves_theta_alone():
    parameters = Parameters(PARAMS)
    found = analytic_gradients(lambda p: {"W": 2 * p["W"], "b": p["b"] + 1}, parameters)
    assert found.theta.tolist() == [2.0, 4.0, 1.0]
    assert found.function(np.array([5.0, 6.0, 7.0])).tolist() == [10.0, 12.0, 8.0]
    assert parameters.theta.tolist() == [1.0, 2.0, 0.0]


def test_views_of_params_are_a_fine_answer():
    """The gradient of half the sum of squares is params itself: the very arrays."""
    found = asked(lambda p: p)
    assert found.theta.tolist() == [1.0, 2.0, 0.0]
    assert found.reuses == ()
    assert not found.mutates


def test_a_buffer_that_is_used_again_is_noticed_even_at_zero_parameters():
    buffer = np.empty(1)

    def grads(p):
        buffer[:] = p["b"] * 3
        return {"W": p["W"] * 1.0, "b": buffer}

    assert asked(grads).reuses == ("b",)


def test_two_names_for_one_array():
    g = np.ones((1, 2))
    parameters = Parameters({"W": np.ones((1, 2)), "V": np.ones((1, 2))})
    assert analytic_gradients({"W": g, "V": g}, parameters).shares == ("W", "V")
    assert analytic_gradients({"W": g, "V": g.copy()}, parameters).shares == ()
    assert analytic_gradients(lambda p: {"W": g, "V": g[:, ::-1]}, parameters).shares == ("W", "V")


@pytest.mark.parametrize(("off", "unsure"), [(1e-12, False), (1e-3, True), (np.nan, True)])
def test_two_answers(off, unsure):
    calls = []

    def grads(p):
        calls.append(1)
        return {"W": np.ones((1, 2)), "b": np.ones(1) + (off if len(calls) > 1 else 0)}

    assert asked(grads).unsure.tolist() == [False, False, unsure]


def test_nan_twice_is_the_same():
    assert not asked(lambda p: {"W": np.full((1, 2), np.nan), "b": np.ones(1)}).unsure.any()


def test_wrong_shapes_of_a_function():
    with pytest.raises(GradlabError, match="is it transposed"):
        asked(lambda p: {"W": p["W"].T, "b": p["b"]})


class Pair:
    """A cost and its gradients that share their state, as SciPy's pairs do: grads returns what cost left behind."""

    def __init__(self, slope):
        self.slope = slope
        self.left = None

    def cost(self, p):
        self.left = {"W": self.slope(p["W"]), "b": np.cos(p["b"])}
        return float(np.sum(p["W"] ** 2) + np.sum(np.sin(p["b"])))

    def grads(self, p):
        return self.left


def test_what_the_cost_leaves_behind_is_an_answer_and_is_told():
    pair, parameters = Pair(lambda W: 2 * W), Parameters(PARAMS)
    found = analytic_gradients(pair.grads, parameters, Cost(pair.cost, parameters))
    assert found.theta.tolist() == [2.0, 4.0, 1.0]
    assert found.follows_cost
    assert not found.unsure.any()
    assert found.function(np.array([5.0, 6.0, 0.0])).tolist() == [10.0, 12.0, 1.0]


def test_a_function_of_its_own_params_does_not_follow_the_cost():
    pair, parameters = Pair(lambda W: 2 * W), Parameters(PARAMS)
    found = analytic_gradients(lambda p: p, parameters, Cost(pair.cost, parameters))
    assert (found.follows_cost, found.accumulates, found.unsure.any()) == (False, (), False)


@pytest.mark.parametrize("returned", [np.copy, lambda a: a])
@pytest.mark.parametrize("size", [1e-200, 1.0, 1e9])
def test_a_gradient_that_adds_up_is_told_from_randomness(returned, size):
    buffer = np.zeros((1, 2))

    def grads(p):
        buffer[:] += size * p["W"]
        return {"W": returned(buffer), "b": np.ones(1)}

    parameters = Parameters(PARAMS)
    found = analytic_gradients(grads, parameters, Cost(lambda p: 1.5, parameters))
    assert found.accumulates == ("W",)
    assert found.theta.tolist() == [size, 2 * size, 1.0]
    assert not found.unsure.any()


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("draw", ["standard_normal", "random"])
def test_randomness_is_neither(seed, draw):
    rng = np.random.default_rng(seed)

    def grads(p):
        return {"W": p["W"] * getattr(rng, draw)((1, 2)), "b": np.ones(1)}

    found = asked(grads)
    assert (found.follows_cost, found.accumulates, found.unsure.tolist()) == (False, (), [True, True, False])


@pytest.mark.parametrize("period", [2, 3, 4, 5])
def test_answers_in_turns_are_not_taken_for_the_costs(period):
    calls = []

    def grads(p):
        calls.append(1)
        return {"W": np.full((1, 2), 1.0 + len(calls) % period), "b": np.ones(1)}

    found = asked(grads)
    assert not found.follows_cost
    assert found.accumulates == ()
