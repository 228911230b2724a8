"""The analytic side: taken as it is, asked twice where it is a function, and watched."""

import numpy as np
import pytest

from gradlab import GradlabError, Parameters
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
