"""Pooling against automatic differentiation of the plainest possible loops, and what happens at ties."""

import itertools

import autograd.numpy as anp
import numpy as np
import pytest

from gradlab.nn.pooling import (
    average_pool_backward,
    average_pool_forward,
    max_pool_backward,
    max_pool_forward,
)

POOLS = {
    "max": (max_pool_forward, max_pool_backward, anp.max),
    "average": (average_pool_forward, average_pool_backward, anp.mean),
}
# For each case: the shape of the images, the size of the window, its stride.
CASES = {
    "one pixel": ((1, 1, 1, 1), 1, 1),
    "plain": ((2, 4, 6, 3), 2, 2),
    "overlapping": ((2, 5, 7, 2), 3, 1),
    "half overlapping": ((1, 7, 5, 2), 3, 2),
    "rest and gaps": ((2, 8, 7, 1), 2, 3),
}


def plain(A, size, stride, keep):
    m, n_H, n_W, n_C = A.shape
    down, across = (n_H - size) // stride + 1, (n_W - size) // stride + 1
    P = [
        keep(A[k, stride * h : stride * h + size, stride * w : stride * w + size, c])
        for k, h, w, c in itertools.product(range(m), range(down), range(across), range(n_C))
    ]
    return anp.reshape(anp.array(P), (m, down, across, n_C))


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("ties", [False, True])
@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("kind", POOLS)
def test_forward_and_backward(kind, name, ties, seed, true_backward, assert_same):
    """Autograd shares a tie equally too, so ties can be compared."""
    rng = np.random.default_rng(seed)
    shape, size, stride = CASES[name]
    A = rng.integers(0, 3, shape).astype(float) if ties else rng.standard_normal(shape)
    forward, backward, keep = POOLS[kind]
    P = forward(A, size, stride)
    assert_same(P, plain(A, size, stride, keep), digits=14)
    dP = rng.standard_normal(P.shape)
    true = true_backward(lambda A: plain(A, size, stride, keep), dP, A)[0]
    assert_same(backward(dP, A, size, stride), true, digits=14)


def test_a_tie_of_two_gets_what_the_central_difference_says_and_five_share():
    """Five equal zeros are a published question: every split that adds up to 1 is as good as another."""
    two, five = np.zeros((1, 2, 2, 1)), np.zeros((1, 3, 3, 1))
    two[0, 0] = 1.0
    five.ravel()[5:] = -1.0
    assert max_pool_backward(np.ones((1, 1, 1, 1)), two, 2, 2).ravel().tolist() == [0.5, 0.5, 0, 0]
    np.testing.assert_allclose(max_pool_backward(np.ones((1, 1, 1, 1)), five, 3, 3).ravel(), [0.2] * 5 + [0] * 4)


@pytest.mark.parametrize("kind", POOLS)
def test_float32_stays_and_nothing_of_the_callers_is_changed(kind, rng):
    forward, backward, _ = POOLS[kind]
    A = rng.standard_normal((2, 5, 5, 3)).astype(np.float32)
    A.flags.writeable = False
    P = forward(A, 3, 1)
    P.flags.writeable = False
    assert P.dtype == backward(P, A, 3, 1).dtype == np.float32


@pytest.mark.parametrize("kind", POOLS)
def test_errors(kind):
    forward, backward, _ = POOLS[kind]
    A = np.ones((2, 4, 4, 3))
    with pytest.raises(ValueError, match=r"A must have shape \(m, n_H, n_W, n_C\), got \(4, 4, 3\)"):
        forward(A[0])
    with pytest.raises(ValueError, match="a window of 5 pixels does not fit into 4"):
        forward(A, 5)
    with pytest.raises(ValueError, match="size must be a whole number >= 1, got 0"):
        forward(A, 0)
    with pytest.raises(ValueError, match=r"dP must have shape \(2, 3, 3, 3\), got \(2, 2, 2, 3\)"):
        backward(forward(A), A, 2, 1)
