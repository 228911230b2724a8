"""Attention: each query mixes the values, by how well the keys fit it, and the way back.

S = Kᵀ Q / √d, P = softmax(S), O = V P (Vaswani and others, 2017). Columns are places of a sequence: Q is (d, n),
for n queries; K is (d, k) and V is (v, k), for k keys and their values. Each column of P adds up to 1: it says how
much of each value goes into the same column of O. Axes in front, for examples or heads, are carried along.
"""

from math import sqrt

import numpy as np
import numpy.typing as npt

from gradlab.nn.inputs import Array, require_shape
from gradlab.nn.losses import softmax

Allowed = npt.NDArray[np.bool_] | None


def attention_forward(Q: Array, K: Array, V: Array, allowed: Allowed = None) -> Array:
    """Compute O = V softmax(Kᵀ Q / √d).

    Parameters
    ----------
    Q
        Queries, (..., d, n).
    K
        Keys, (..., d, k).
    V
        Values, (..., v, k).
    allowed
        (k, n), True where a query may look at a key; None: everywhere. For a text that is read from left to right,
        `np.triu(np.ones((n, n), bool))`.

    Returns
    -------
    Array
        O, of shape (..., v, n).

    Raises
    ------
    ValueError
        If shapes do not fit, or a query may look at no key at all.

    Examples
    --------
    >>> import numpy as np
    >>> from gradlab.nn.attention import attention_forward
    >>> one_query, two_keys = np.array([[100.0]]), np.array([[1.0, -1.0]])
    >>> attention_forward(one_query, two_keys, V=np.array([[7.0, 8.0]]))
    array([[7.]])
    """
    return V @ _shares(Q, K, V, allowed)


def attention_backward(
    dO: Array, Q: Array, K: Array, V: Array, allowed: Allowed = None
) -> tuple[Array, Array, Array]:
    """Return dQ, dK and dV.

    O = V P and S = Kᵀ Q / √d are dense layers: dV = dO Pᵀ and dP = Vᵀ dO; dQ = K dS / √d and dK = Q dSᵀ / √d.
    Between them is a softmax down each column. P[i] has the slopes P[i] (1 − P[i]) for S[i] and −P[i] P[j] for S[j],
    so dS = P (dP − Σ P dP): the shares add up to 1, and what all of dP has in common moves nothing. A share that is
    0, since it was not allowed, stays 0.
    """
    P = _shares(Q, K, V, allowed)
    require_shape("dO", dO, *V.shape[:-1], Q.shape[-1])
    dP = np.swapaxes(V, -1, -2) @ dO
    dS = P * (dP - np.sum(P * dP, axis=-2, keepdims=True)) / sqrt(Q.shape[-2])
    return K @ dS, Q @ np.swapaxes(dS, -1, -2), dO @ np.swapaxes(P, -1, -2)


def _shares(Q: Array, K: Array, V: Array, allowed: Allowed) -> Array:
    """P, (..., k, n): how much of each value each query takes."""
    d, n, k = *Q.shape[-2:], K.shape[-1]
    require_shape("K", K, *Q.shape[:-2], d, "k")
    require_shape("V", V, *Q.shape[:-2], "v", k)
    S = np.swapaxes(K, -1, -2) @ Q / sqrt(d)
    if allowed is not None:
        require_shape("allowed", allowed, k, n)
        if not np.all(np.any(allowed, axis=0)):
            raise ValueError("each query must be allowed to look at a key: a column of allowed is all False")
        S = np.where(allowed, S, -np.inf)
    return softmax(S)
