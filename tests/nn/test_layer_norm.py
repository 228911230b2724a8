"""Layer norm against automatic differentiation."""

import autograd.numpy as anp
import numpy as np
import pytest

from gradlab.nn.layer_norm import TINY, layer_norm_backward, layer_norm_forward


def formula(Z, gamma, beta):
    mean = anp.sum(Z, axis=0) / len(Z)
    variance = anp.sum((Z - mean) ** 2, axis=0) / len(Z)
    return gamma * (Z - mean) / anp.sqrt(variance + TINY) + beta


@pytest.mark.parametrize("size", [1.0, 3e-3])  # 3e-3: a variance as small as TINY
def test_forward_and_backward(size, rng, shape, true_backward, assert_same):
    n = shape[0]
    Z, gamma, beta = size * rng.standard_normal(shape), 1 + rng.random((n, 1)), rng.standard_normal((n, 1))
    dU = rng.standard_normal(shape)
    assert_same(layer_norm_forward(Z, gamma, beta), formula(Z, gamma, beta), digits=12)
    truth = true_backward(formula, dU, Z, gamma, beta)
    for ours, true in zip(layer_norm_backward(dU, Z, gamma), truth, strict=True):
        assert_same(ours, true, digits=11)


def test_examples_do_not_touch_each_other(rng):
    Z, gamma, dU = rng.standard_normal((4, 6)), rng.random((4, 1)), rng.standard_normal((4, 6))
    alone = [layer_norm_backward(dU[:, [k]], Z[:, [k]], gamma)[0] for k in range(6)]
    np.testing.assert_allclose(layer_norm_backward(dU, Z, gamma)[0], np.hstack(alone), rtol=1e-12)


def test_float32_stays_and_nothing_of_the_callers_is_changed(rng):
    Z, gamma = rng.standard_normal((4, 6)).astype(np.float32), rng.random((4, 1)).astype(np.float32)
    Z.flags.writeable = gamma.flags.writeable = False
    for result in (layer_norm_forward(Z, gamma, gamma), *layer_norm_backward(Z, Z, gamma)):
        assert result.dtype == np.float32


def test_errors():
    with pytest.raises(ValueError, match=r"gamma must have shape \(3, 1\), got \(3,\)"):
        layer_norm_forward(np.ones((3, 3)), np.ones(3), np.ones((3, 1)))
    with pytest.raises(ValueError, match=r"dU must have shape \(3, 3\), got \(3, 1\)"):
        layer_norm_backward(np.ones((3, 1)), np.ones((3, 3)), np.ones((3, 1)))
