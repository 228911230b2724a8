"""Convolution against automatic differentiation of the plainest possible loops."""

import itertools

import autograd.numpy as anp
import numpy as np
import pytest

from gradlab.nn.conv import conv_backward, conv_forward

# images (m, n_H, n_W, n_C), window f, new channels, stride, pad
CASES = {
    "one pixel": ((1, 1, 1, 1), 1, 1, 1, 0),
    "one window": ((1, 3, 3, 2), 3, 2, 1, 0),
    "plain": ((2, 5, 4, 3), 3, 2, 1, 0),
    "padded": ((2, 3, 4, 2), 3, 2, 1, 1),
    "only padding around": ((1, 1, 1, 1), 3, 2, 1, 2),
    "strided": ((2, 7, 5, 2), 3, 2, 2, 0),
    "stride leaves a rest": ((1, 6, 7, 1), 2, 2, 3, 0),
    "stride beyond the window": ((1, 7, 7, 1), 2, 1, 3, 1),
    "strided and padded": ((3, 6, 5, 2), 4, 3, 2, 1),
}


def plain(A, W, b, stride, pad):
    """Z, one number at a time: every image, every stop, every new channel."""
    f, _, _, channels = W.shape
    A = anp.pad(A, ((0, 0), (pad, pad), (pad, pad), (0, 0)), mode="constant")
    down, across = ((n - f) // stride + 1 for n in A.shape[1:3])
    Z = [
        anp.sum(A[k, stride * h : stride * h + f, stride * w : stride * w + f] * W[..., c]) + b[0, 0, 0, c]
        for k, h, w, c in itertools.product(range(len(A)), range(down), range(across), range(channels))
    ]
    return anp.reshape(anp.array(Z), (len(A), down, across, channels))


def case(rng, name, dtype=float):
    shape, f, channels, stride, pad = CASES[name]
    A, W = rng.standard_normal(shape), rng.standard_normal((f, f, shape[3], channels))
    b = rng.standard_normal((1, 1, 1, channels))
    return A.astype(dtype), W.astype(dtype), b.astype(dtype), stride, pad


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("name", CASES)
def test_forward_and_backward(name, seed, true_backward, assert_same):
    rng = np.random.default_rng(seed)
    A, W, b, stride, pad = case(rng, name)
    Z = conv_forward(A, W, b, stride, pad)
    assert_same(Z, plain(A, W, b, stride, pad), digits=13)
    dZ = rng.standard_normal(Z.shape)
    truth = true_backward(lambda A, W, b: plain(A, W, b, stride, pad), dZ, A, W, b)
    for ours, true in zip(conv_backward(dZ, A, W, stride, pad), truth, strict=True):
        assert_same(ours, true, digits=13)


def test_float32_stays_and_nothing_of_the_callers_is_changed(rng):
    A, W, b, stride, pad = case(rng, "strided and padded", np.float32)
    for array in (A, W, b):
        array.flags.writeable = False
    Z = conv_forward(A, W, b, stride, pad)
    for result in (Z, *conv_backward(np.ones_like(Z), A, W, stride, pad)):
        assert result.dtype == np.float32


A, W, b = np.ones((2, 5, 5, 3)), np.ones((3, 3, 3, 4)), np.ones((1, 1, 1, 4))
ERRORS = {
    "one image": ((A[0], W, b), r"A must have shape \(m, n_H, n_W, n_C\), got \(5, 5, 3\)"),
    "other channels": ((A[..., :2], W, b), r"W must have shape \(f, 3, 2, n_C_new\), got \(3, 3, 3, 4\)"),
    "window not square": ((A, W[:2], b), r"W must have shape \(f, 2, 3, n_C_new\), got \(2, 3, 3, 4\)"),
    "flat bias": ((A, W, b.ravel()), r"b must have shape \(1, 1, 1, 4\), got \(4,\)"),
    "window too large": ((A[:, :2], W, b), "a window of 3 pixels does not fit into 2: pad more"),
    "no stride": ((A, W, b, 0), "stride must be a whole number >= 1, got 0"),
    "half a pixel of padding": ((A, W, b, 1, 0.5), "pad must be a whole number >= 0, got 0.5"),
}


@pytest.mark.parametrize("name", ERRORS)
def test_errors(name):
    arguments, message = ERRORS[name]
    with pytest.raises(ValueError, match=message):
        conv_forward(*arguments)


def test_backward_refuses_another_stride():
    dZ = conv_forward(A, W, b, stride=2)
    with pytest.raises(ValueError, match=r"dZ must have shape \(2, 3, 3, 4\), got \(2, 2, 2, 4\)"):
        conv_backward(dZ, A, W, stride=1)
