"""W1, b1, …, WL, bL <-> theta: windows without copies, names by name, addresses both ways."""

import copy
import pickle
from typing import NamedTuple

import numpy as np
import pytest

from gradlab import GradlabError, Parameters
from gradlab.problem.parameters import named


class Pair(NamedTuple):
    one: object
    other: object


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


def test_nested_blocks_are_named_by_their_path_and_come_back_as_they_were():
    tree = {"layers": [{"W": np.ones((2, 2)), "b": np.zeros(2)}, {"W": np.ones((1, 2))}], "scale": 2.0}
    p = Parameters(tree)
    assert p.names == ("layers[0].W", "layers[0].b", "layers[1].W", "scale")
    p.views["layers"][1]["W"][0, 1] = 7.0
    assert p.theta[7] == 7.0
    assert p.flatten({"scale": 1.0, "layers": [{"b": [1, 1], "W": np.ones((2, 2))}, {"W": [[0, 0]]}]}).tolist() == [
        *[1.0] * 6, 0.0, 0.0, 1.0,
    ]  # fmt: skip


@pytest.mark.parametrize(
    "make", [lambda *parts: list(parts), lambda *parts: tuple(parts), Pair], ids=["list", "tuple", "named"]
)
def test_sequences_of_dicts_keep_their_type(make):
    p = Parameters({"pair": make({"W": np.ones(2)}, np.zeros(3))})
    assert type(p.views["pair"]) is type(make(1, 2))
    fields = ("pair.one.W", "pair.other") if make is Pair else ("pair[0].W", "pair[1]")
    assert p.names == fields


def test_rows_of_numbers_are_one_array_inside_a_dict():
    assert Parameters({"W": [[1.0, 2.0], [3.0, 4.0]]}).names == ("W",)


@pytest.mark.parametrize(
    ("grads", "says"),
    [
        ([{"V": np.ones(2)}], r"missing: params\[0\]\.W; unknown: params\[0\]\.V"),
        ([np.ones(2)], r"missing: params\[0\]\.W; unknown: params\[0\]"),
        ([], r"missing: params\[0\]\.W"),
        ([{"W": np.ones(2)}, {"W": np.ones(2)}], r"unknown: params\[1\]$"),
    ],
)
def test_gradients_of_another_structure_are_refused_by_path(grads, says):
    with pytest.raises(GradlabError, match=says):
        Parameters([{"W": np.ones(2)}]).flatten(grads)


def test_paths_must_differ():
    with pytest.raises(GradlabError, match="names of params must differ as text"):
        Parameters({"a": {"b": np.ones(2)}, "a.b": np.ones(2)})


STRUCTURES = [network(), tuple(network().values()), list(network().values()), np.ones((2, 3)), {"a": 2.0}]


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy, lambda p: pickle.loads(pickle.dumps(p))])
@pytest.mark.parametrize("params", STRUCTURES)
def test_views_of_a_copy_are_windows_on_its_theta(copied, params):
    original = Parameters(params)
    original.theta[0] = np.inf  # theta may have been moved to where no Parameters could begin
    p = copied(original)
    p.theta[:] = np.arange(p.size) + 5.0
    assert np.concatenate([np.ravel(view) for view in named(p.views).values()]).tolist() == p.theta.tolist()
    assert type(p.views) is type(original.views)


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda p: pickle.loads(pickle.dumps(p))])
def test_a_copy_has_a_theta_of_its_own(copied):
    original = Parameters(network())
    copied(original).theta[:] = 7.0
    assert original.theta[0] == 0.0


class Unit(np.ndarray):
    """Like an array with a unit: its operators may mean something else."""


@pytest.mark.parametrize("kind", [np.matrix, np.ma.MaskedArray, np.ma.asarray, lambda a: a.view(Unit)])
@pytest.mark.filterwarnings("ignore::PendingDeprecationWarning")
def test_arrays_that_calculate_in_another_way_are_refused_by_name(kind):
    for params in ({"W": kind(np.ones((2, 2)))}, [kind(np.ones((2, 2)))], kind(np.ones((2, 2)))):
        with pytest.raises(GradlabError, match=r"(matrix|mask|Unit)"):
            Parameters(params)


def test_a_memory_map_is_a_plain_array(tmp_path):
    mapped = np.memmap(tmp_path / "theta", dtype=np.float64, shape=(3,), mode="w+")
    mapped[:] = 1.0
    assert Parameters(mapped).size == 3


@pytest.mark.parametrize("name", ["a\nb", "\x1b[31mred", "left\u202eright", "\ud800", "tab\t"])
def test_names_that_cannot_be_printed_go_by_their_repr(name):
    p = Parameters({name: np.ones(2), "θ": np.zeros(1)})
    assert p.names == (repr(name), "θ")
    assert list(p.views) == [name, "θ"]
    assert p.flatten({name: [1.0, 2.0], "θ": [3.0]}).tolist() == [1.0, 2.0, 3.0]


class Closed:
    """Somebody else's array that cannot be read, like a tensor that requires a gradient."""

    def __array__(self, *arguments, **keywords):
        raise RuntimeError("call detach() first")


def test_somebody_elses_array_that_cannot_be_read():
    with pytest.raises(GradlabError, match=r"params 'W' must be an array .* can read, got Closed: call detach"):
        Parameters({"W": Closed()})


class Labelled:
    """As pandas' Series and xarray's DataArray: NumPy can read it, and it calculates by its labels."""

    def __array__(self, dtype=None, copy=None):
        return np.ones(3)

    def to_numpy(self):
        return np.ones(3)


@pytest.mark.parametrize(
    "params", [Labelled(), {"W": Labelled()}, [np.ones(2), Labelled()]], ids=["one", "dict", "list"]
)
def test_what_calculates_by_labels_is_refused(params):
    with pytest.raises(GradlabError, match=r"Labelled, which calculates by its labels: .* Pass .to_numpy\(\)"):
        Parameters(params)
