"""Batch normalisation: give each unit mean 0 and variance 1 over the batch, then a scale and a shift of its own.

N = (Z − mean) / root and U = γ N + β, with root = √(variance + TINY). Columns are examples; γ and β are (n, 1).
These are two functions to differentiate. In training, mean and variance come from the batch, and each example
moves the output of all the others. In evaluation they are constants, kept from training. The gradient of one,
checked against a cost with the other, is wrong.

A bias before batch norm has gradient 0, since the mean takes it away again. A cost that just adds up U does not
depend on Z or γ at all, for the same reason: it checks nothing but beta.
"""

import numpy as np

from gradlab.nn.inputs import Array, require_shape

TINY = 1e-5  # keeps the root away from 0; often called epsilon, which here is the step of a check


def batch_norm_forward(Z: Array, gamma: Array, beta: Array) -> Array:
    """Compute U in training, with mean and variance of this batch.

    Examples
    --------
    >>> import numpy as np
    >>> from gradlab.nn.batch_norm import batch_norm_forward
    >>> batch_norm_forward(np.array([[1.0, 2.0, 3.0]]), gamma=np.array([[10.0]]), beta=np.array([[5.0]])).round(3)
    array([[-7.247,  5.   , 17.247]])
    """
    return batch_norm_eval_forward(Z, gamma, beta, *batch_statistics(Z))


def batch_norm_backward(dU: Array, Z: Array, gamma: Array) -> tuple[Array, Array, Array]:
    """Return dZ, dgamma and dbeta in training.

    Take mean and variance for constants first: dZ = dU γ / root. But they move with Z, and each takes something
    back. The mean: whatever all examples have in common, mean(dZ). The variance: whatever only stretches N; the
    slope of root is N / m and that of 1 / root is −1 / root² times that, so it takes N mean(dZ N).
    """
    mean, variance = batch_statistics(Z)
    dZ, dgamma, dbeta = batch_norm_eval_backward(dU, Z, gamma, mean, variance)
    N = _normalise(Z, mean, variance)
    return dZ - _mean(dZ) - N * _mean(dZ * N), dgamma, dbeta


def batch_norm_eval_forward(Z: Array, gamma: Array, beta: Array, mean: Array, variance: Array) -> Array:
    """Compute U in evaluation: mean and variance, both (n, 1), are given."""
    for name, array in {"gamma": gamma, "beta": beta, "mean": mean, "variance": variance}.items():
        require_shape(name, array, len(Z), 1)
    return gamma * _normalise(Z, mean, variance) + beta


def batch_norm_eval_backward(
    dU: Array, Z: Array, gamma: Array, mean: Array, variance: Array
) -> tuple[Array, Array, Array]:
    """Return dZ, dgamma and dbeta in evaluation, where U is a straight line in Z: dZ = dU γ / root.

    γ and β serve every example, so all of them add up: dgamma = Σ dU N and dbeta = Σ dU.
    """
    require_shape("dU", dU, *Z.shape)
    require_shape("gamma", gamma, len(Z), 1)
    N = _normalise(Z, mean, variance)
    dZ = dU * gamma / np.sqrt(variance + TINY)
    return dZ, np.sum(dU * N, axis=1, keepdims=True), np.sum(dU, axis=1, keepdims=True)


def batch_statistics(Z: Array) -> tuple[Array, Array]:
    """Mean and variance of each unit over the examples, both (n, 1). The variance divides by m, not m − 1."""
    require_shape("Z", Z, "n", "m")
    return _mean(Z), _mean((Z - _mean(Z)) ** 2)


def running_statistics(Z: Array, mean: Array, variance: Array, momentum: float = 0.9) -> tuple[Array, Array]:
    """Move mean and variance a little towards those of this batch, for evaluation. The old ones are not changed.

    Examples
    --------
    >>> import numpy as np
    >>> from gradlab.nn.batch_norm import running_statistics
    >>> running_statistics(np.array([[1.0, 3.0]]), mean=np.zeros((1, 1)), variance=np.ones((1, 1)))
    (array([[0.2]]), array([[1.]]))
    """
    new = batch_statistics(Z)
    return momentum * mean + (1 - momentum) * new[0], momentum * variance + (1 - momentum) * new[1]


def _normalise(Z: Array, mean: Array, variance: Array) -> Array:
    N: Array = (Z - mean) / np.sqrt(variance + TINY)
    return N


def _mean(Z: Array) -> Array:
    mean: Array = np.mean(Z, axis=1, keepdims=True)
    return mean
