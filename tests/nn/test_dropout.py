"""Dropout: what the masks are, and that the way back uses the same one."""

import numpy as np
import pytest

from gradlab import nn
from gradlab.nn.dropout import dropout_backward, dropout_forward, dropout_mask, dropout_masks


def test_backward_is_the_derivative(rng, shape, true_backward, assert_same):
    A, dA, D = rng.standard_normal(shape), rng.standard_normal(shape), dropout_mask(shape, 0.7, rng)
    assert_same(dropout_forward(A, D), A * D, digits=15)
    assert_same(dropout_backward(dA, D), true_backward(lambda A: A * D, dA, A)[0], digits=15)


@pytest.mark.parametrize("keep", [0.2, 0.8])
def test_a_mask_keeps_the_mean(keep, rng):
    D = dropout_mask((100, 100), keep, rng)
    np.testing.assert_array_equal(np.unique(D), [0, 1 / keep])
    spread = np.sqrt((1 - keep) / keep) / 100  # of the mean of 10,000 entries
    assert abs(D.mean() - 1) < 5 * spread


def test_keep_1_drops_nothing(rng, shape):
    np.testing.assert_array_equal(dropout_mask(shape, 1.0, rng), np.ones(shape))


def test_a_network_gets_a_mask_for_each_hidden_layer(rng):
    masks = dropout_masks(nn.init_params([4, 5, 3, 2], rng=rng), 6, 0.5, rng)
    assert {name: mask.shape for name, mask in masks.items()} == {"D1": (5, 6), "D2": (3, 6)}


def test_float32_stays_whatever_the_mask_is(rng, shape):
    A = rng.standard_normal(shape).astype(np.float32)
    A.flags.writeable = False
    for D in (dropout_mask(shape, 0.5, rng), np.ones(shape, bool), np.ones(shape, int)):
        assert dropout_forward(A, D).dtype == dropout_backward(A, D).dtype == np.float32


def test_a_mask_of_another_shape_is_refused():
    with pytest.raises(ValueError, match=r"D must have shape \(2, 3\), got \(2, 1\)"):
        dropout_forward(np.ones((2, 3)), np.ones((2, 1)))
