"""Embedding against a dense layer on columns of ones and zeros, differentiated automatically."""

import autograd.numpy as anp
import numpy as np
import pytest

from gradlab.nn.embedding import embedding_backward, embedding_forward


@pytest.mark.parametrize("shape", [(1,), (9,), (3, 4), (2, 2, 2)])
def test_forward_and_backward(shape, rng, true_backward, assert_same):
    """Nine words out of four: some come again and again, and their gradients must add up."""
    E, words = rng.standard_normal((3, 4)), rng.integers(0, 4, shape)
    ones = np.eye(4)[words]  # (..., n_words)
    A = embedding_forward(words, E)

    def formula(E):
        return anp.einsum("nv,...v->n...", E, ones)

    assert_same(A, formula(E), digits=15)
    dA = rng.standard_normal(A.shape)
    assert_same(embedding_backward(dA, words, E), true_backward(formula, dA, E)[0], digits=14)


def test_float32_stays_and_nothing_of_the_callers_is_changed(rng):
    E, words = rng.standard_normal((3, 4)).astype(np.float32), rng.integers(0, 4, 6)
    E.flags.writeable = words.flags.writeable = False
    A = embedding_forward(words, E)
    A[:] = 0  # its own memory
    dE = embedding_backward(A, words, E)
    assert A.dtype == dE.dtype == np.float32


def test_errors():
    E = np.ones((3, 4))
    for word in (-1, 4):
        with pytest.raises(ValueError, match=r"words must be from 0 to 3, since E has 4 columns, got"):
            embedding_forward(np.array([0, word]), E)
    with pytest.raises(TypeError, match="words must be an array of whole numbers"):
        embedding_forward(np.array([0.0]), E)
    with pytest.raises(ValueError, match=r"dA must have shape \(3, 2\), got \(3, 1\)"):
        embedding_backward(np.ones((3, 1)), np.array([0, 1]), E)
