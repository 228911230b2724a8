"""Attention against automatic differentiation, one query and one key at a time."""

import autograd.numpy as anp
import numpy as np
import pytest

from gradlab.nn.attention import attention_backward, attention_forward


def formula(Q, K, V, allowed):
    """O, one column at a time, with plain sums over the keys that may be seen."""
    columns = []
    for j in range(Q.shape[1]):
        seen = [i for i in range(K.shape[1]) if allowed[i, j]]
        weights = [anp.exp(anp.sum(K[:, i] * Q[:, j]) / len(Q) ** 0.5) for i in seen]
        total = sum(weights)
        columns.append(sum(w / total * V[:, i] for w, i in zip(weights, seen, strict=True)))
    return anp.stack(columns, axis=1)


@pytest.mark.parametrize("sizes", [(1, 1, 1, 1), (3, 2, 4, 5), (4, 6, 6, 2)])  # d, queries, keys, v
@pytest.mark.parametrize("masked", [False, True])
def test_forward_and_backward(masked, sizes, rng, true_backward, assert_same):
    d, n, k, v = sizes
    Q, K, V = rng.standard_normal((d, n)), rng.standard_normal((d, k)), rng.standard_normal((v, k))
    allowed = np.triu(np.ones((k, n), bool), k=k - n if k < n else 0) if masked else np.ones((k, n), bool)
    dO = rng.standard_normal((v, n))
    given = allowed if masked else None
    assert_same(attention_forward(Q, K, V, given), formula(Q, K, V, allowed), digits=13)
    truth = true_backward(lambda Q, K, V: formula(Q, K, V, allowed), dO, Q, K, V)
    for ours, true in zip(attention_backward(dO, Q, K, V, given), truth, strict=True):
        assert_same(ours, true, digits=12)


def test_heads_and_examples_are_carried_along(rng):
    Q, K, V, dO = (rng.standard_normal((2, 3, n, 4)) for n in (5, 5, 6, 6))
    O, back = attention_forward(Q, K, V), attention_backward(dO, Q, K, V)  # noqa: E741  O is what it is called
    for at in np.ndindex(2, 3):
        np.testing.assert_allclose(O[at], attention_forward(Q[at], K[at], V[at]), rtol=1e-12)
        for ours, alone in zip(back, attention_backward(dO[at], Q[at], K[at], V[at]), strict=True):
            np.testing.assert_allclose(ours[at], alone, rtol=1e-10, atol=1e-14)


def test_nobody_learns_from_a_key_that_was_not_allowed(rng):
    Q, K, V, dO = (rng.standard_normal((3, 4)) for _ in range(4))
    allowed = np.ones((4, 4), bool)
    allowed[2] = False
    _, dK, dV = attention_backward(dO, Q, K, V, allowed)
    assert np.all(dK[:, 2] == 0)
    assert np.all(dV[:, 2] == 0)
    changed = K.copy()
    changed[:, 2] = 1e6
    np.testing.assert_array_equal(attention_forward(Q, changed, V, allowed), attention_forward(Q, K, V, allowed))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_huge_scores_stay_finite_and_nothing_of_the_callers_is_changed(dtype, rng):
    Q, K, V = (rng.standard_normal((3, 4)).astype(dtype) for _ in range(3))
    Q *= 1000
    for array in (Q, K, V):
        array.flags.writeable = False
    O = attention_forward(Q, K, V, np.triu(np.ones((4, 4), bool)))  # noqa: E741
    for result in (O, *attention_backward(O, Q, K, V)):
        assert result.dtype == dtype
        assert np.all(np.isfinite(result))


def test_errors():
    Q, K, V = np.ones((3, 2)), np.ones((3, 4)), np.ones((5, 4))
    with pytest.raises(ValueError, match=r"K must have shape \(3, k\), got \(4, 3\): is it transposed"):
        attention_forward(Q, K.T, V)
    with pytest.raises(ValueError, match=r"V must have shape \(v, 4\), got \(5, 3\)"):
        attention_forward(Q, K, V[:, :3])
    with pytest.raises(ValueError, match=r"allowed must have shape \(4, 2\), got \(2, 4\): is it transposed"):
        attention_forward(Q, K, V, np.ones((2, 4), bool))
    with pytest.raises(ValueError, match="each query must be allowed to look at a key"):
        attention_forward(Q, K, V, np.zeros((4, 2), bool))
    with pytest.raises(ValueError, match=r"dO must have shape \(5, 2\), got \(5, 4\)"):
        attention_backward(V, Q, K, V)
