"""The count of bounds that hold: it sees one that does not, and finds none on what people usually check."""

import numpy as np

import gradlab
from benchmarks import bounds, costs


def test_a_broken_bound_is_counted():
    theta = np.array([1.0, 2.0])
    assert bounds.counted(lambda t: float(np.sum(t**3)), theta, 3 * theta**2)["broken"] == 0
    assert bounds.counted(lambda t: float(np.sum(t**3)), theta, 3 * theta**2 * [1, 1.001])["broken"] == 1


def test_entries_without_a_bound_are_counted():
    found = bounds.counted(lambda t: float(np.abs(t).sum()), np.array([0.0, 1.0]), np.array([0.0, 1.0]))
    assert (found["entries"], found["open"], found["broken"]) == (2, 1, 0)


def test_bounds_hold_on_the_usual_kinds():
    for kind in ("tanh", "relu", "LSTM", "max-pool"):
        assert bounds.counted(*costs.case(kind, 7199))["broken"] == 0, kind


def test_two_steps_are_enough_for_smooth_costs():
    cost, params, _ = costs.case("LSTM", 7199)
    found = gradlab.numeric_gradient(cost, params)
    assert found.evaluations <= 6 * sum(array.size for array in params.values())
