"""W1, b1, …, WL, bL <-> theta: windows without copies, names by name, addresses both ways."""

import numpy as np
import pytest

from gradlab import GradlabError, Parameters


def network():
    W1, W2 = np.arange(12.0).reshape(4, 3), np.ones((2, 4))
    return {"W1": W1, "b1": np.zeros((4, 1)), "W2": W2, "b2": np.zeros((2, 1))}


def test_theta_has_the_blocks_in_order_row_by_row():
    p = Parameters(network())
    assert p.names == ("W1", "b1", "W2", "b2")
    assert p.size == 12 + 4 + 8 + 2
    assert p.theta[:12].tolist() == list(range(12))


def test_where_and_component_are_inverse():
    p = Parameters(network())
    assert p.where(21) == ("W2", (1, 1))
    for i in range(p.size):
        assert p.component(*p.where(i)) == i
        name, index = p.where(i)
        p.theta[i] = 100.0 + i
        assert p.views[name][index] == 100.0 + i


@pytest.mark.parametrize("i", [-1, 26])
def test_no_address_beyond_the_ends(i):
    with pytest.raises(GradlabError, match=r"component must be in 0 … 25"):
        Parameters(network()).where(i)


def test_views_are_windows_both_ways():
    p = Parameters(network())
    p.views["b1"][2, 0] = 7.0
    assert p.theta[14] == 7.0
    assert all(np.shares_memory(view, p.theta) for view in p.views.values())


def test_the_callers_arrays_are_copied_once():
    params = network()
    p = Parameters(params)
    p.theta[:] = -1
    assert params["W1"][0, 1] == 1.0


def test_structures_come_back_as_they_were_given():
    arrays = list(network().values())
    assert isinstance(Parameters(arrays).views, list)
    assert isinstance(Parameters(tuple(arrays)).views, tuple)
    assert Parameters(tuple(arrays)).names == ("params[0]", "params[1]", "params[2]", "params[3]")
    assert Parameters(arrays[0]).views.shape == (4, 3)
    assert Parameters(arrays[0]).names == ("theta",)
    assert Parameters([1.0, 2.0]).views.tolist() == [1.0, 2.0]  # numbers are one array, not many


def test_gradients_are_paired_by_name():
    p = Parameters({"W1": np.zeros(2), "W2": np.zeros(1), "W10": np.zeros(2)})
    flat = p.flatten({"W10": np.array([4.0, 5.0]), "W1": np.array([1.0, 2.0]), "W2": np.array([3.0])})
    assert flat.tolist() == [1.0, 2.0, 3.0, 4.0, 5.0]


def test_windows_on_many_vectors_at_once():
    p = Parameters(network())
    stack = np.zeros((7, p.size))
    assert {name: a.shape for name, a in p.blocks(stack).items()} == {
        "W1": (7, 4, 3),
        "b1": (7, 4, 1),
        "W2": (7, 2, 4),
        "b2": (7, 2, 1),
    }


def test_scalars_are_blocks_too():
    p = Parameters({"a": 2.0, "b": np.array(3.0)})
    assert p.where(1) == ("b", ())
    assert p.views["a"].shape == ()
