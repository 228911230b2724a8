"""Layer normalisation: give each example mean 0 and variance 1 over its units, then scale and shift each unit.

N = (Z − mean) / root and U = γ N + β, with root = √(variance + TINY), as in batch norm, but down the columns: each
example has a mean and variance of its own. So examples do not touch each other, and there is only one mode.
"""

import numpy as np

from gradlab.nn.inputs import Array, require_shape

TINY = 1e-5  # keeps the root away from 0; often called epsilon, which here is the step of a check


def layer_norm_forward(Z: Array, gamma: Array, beta: Array) -> Array:
    """Compute U, for Z of shape (n, m), and gamma and beta of shape (n, 1).

    Examples
    --------
    >>> import numpy as np
    >>> from gradlab.nn.layer_norm import layer_norm_forward
    >>> Z = np.array([[1.0, 10.0], [2.0, 20.0], [3.0, 30.0]])
    >>> layer_norm_forward(Z, gamma=np.ones((3, 1)), beta=np.zeros((3, 1))).round(3)
    array([[-1.225, -1.225],
           [ 0.   ,  0.   ],
           [ 1.225,  1.225]])
    """
    require_shape("Z", Z, "n", "m")
    require_shape("gamma", gamma, len(Z), 1)
    require_shape("beta", beta, len(Z), 1)
    return gamma * _normalised(Z)[0] + beta


def layer_norm_backward(dU: Array, Z: Array, gamma: Array) -> tuple[Array, Array, Array]:
    """Return dZ, dgamma and dbeta.

    As in batch norm, dN = γ dU would give dZ = dN / root, but the mean takes mean(dN) of it away and the variance
    N mean(dN N); here, means go over the units of one example. γ differs from unit to unit, so it has to be inside
    of these means. γ and β serve every example: dgamma = Σ dU N and dbeta = Σ dU, along the rows.
    """
    require_shape("dU", dU, *Z.shape)
    require_shape("gamma", gamma, len(Z), 1)
    N, root = _normalised(Z)
    dN = gamma * dU
    dZ = (dN - _mean(dN) - N * _mean(dN * N)) / root
    return dZ, np.sum(dU * N, axis=1, keepdims=True), np.sum(dU, axis=1, keepdims=True)


def _normalised(Z: Array) -> tuple[Array, Array]:
    """N and the root by which it was divided, which is (1, m)."""
    root = np.sqrt(_mean((Z - _mean(Z)) ** 2) + TINY)
    return (Z - _mean(Z)) / root, root


def _mean(Z: Array) -> Array:
    mean: Array = np.mean(Z, axis=0, keepdims=True)
    return mean
