"""Where training starts: shapes, spread, precision, and the same numbers for the same seed."""

import numpy as np
import pytest

from gradlab import nn


@pytest.mark.parametrize("method", ["he", "xavier", "zeros"])
def test_names_and_shapes(method, rng):
    params = nn.init_params([4, 5, 1, 2], method, rng)
    assert {name: array.shape for name, array in params.items()} == {
        "W1": (5, 4), "b1": (5, 1), "W2": (1, 5), "b2": (1, 1), "W3": (2, 1), "b3": (2, 1),
    }  # fmt: skip
    assert all(np.all(params[f"b{layer}"] == 0) for layer in (1, 2, 3))


@pytest.mark.parametrize(("method", "variance"), [("he", 2 / 200), ("xavier", 2 / 500)])
def test_the_spread_of_the_weights(method, variance, rng):
    W = nn.init_params([200, 300], method, rng)["W1"]
    assert abs(W.mean()) < 5 * np.sqrt(variance / W.size)
    assert abs(W.var() / variance - 1) < 5 * np.sqrt(2 / W.size)


def test_zeros_need_no_generator():
    assert np.all(nn.init_params([3, 2], "zeros")["W1"] == 0)


def test_the_same_seed_gives_the_same_network():
    one, other = (nn.init_params([3, 2], rng=np.random.default_rng(7))["W1"] for _ in range(2))
    np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_precision(dtype, rng):
    params = nn.init_params([3, 4, 2], rng=rng, dtype=dtype)
    assert {array.dtype for array in params.values()} == {np.dtype(dtype)}
