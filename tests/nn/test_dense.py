"""The dense layer against automatic differentiation."""

import autograd.numpy as anp
import numpy as np
import pytest

from gradlab.nn.dense import dense_backward, dense_forward


@pytest.mark.parametrize("n_in", [1, 3])
def test_backward_is_the_derivative(n_in, rng, shape, true_backward, assert_same):
    n_out, m = shape
    A, W, b = rng.standard_normal((n_in, m)), rng.standard_normal((n_out, n_in)), rng.standard_normal((n_out, 1))
    dZ = rng.standard_normal(shape)

    def formula(A, W, b):
        return anp.dot(W, A) + b

    assert_same(dense_forward(A, W, b), formula(A, W, b), digits=14)
    truth = true_backward(formula, dZ, A, W, b)
    for ours, true in zip(dense_backward(dZ, A, W), truth, strict=True):
        assert_same(ours, true, digits=14)


def test_float32_stays_and_nothing_of_the_callers_is_changed(rng):
    A, W, b, dZ = (rng.standard_normal(shape).astype(np.float32) for shape in [(3, 7), (4, 3), (4, 1), (4, 7)])
    for array in (A, W, b, dZ):
        array.flags.writeable = False
    for result in (dense_forward(A, W, b), *dense_backward(dZ, A, W)):
        assert result.dtype == np.float32


def test_a_flat_bias_is_refused_even_where_numpy_would_spread_it():
    with pytest.raises(ValueError, match=r"b must have shape \(3, 1\), got \(3,\): try b.reshape\(3, 1\)"):
        dense_forward(np.ones((2, 3)), np.ones((3, 2)), np.ones(3))
