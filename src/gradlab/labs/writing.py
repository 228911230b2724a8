"""Assignments to write the backward of a layer: the forward is given, the answer is not in the package's labs."""

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from gradlab.labs.bug import Array, source_of


def dense(A, W, b):
    return W @ A + b


def softmax(Z):
    E = np.exp(Z - Z.max(axis=0))
    return E / E.sum(axis=0)


def batch_norm(Z, gamma, beta):
    root = np.sqrt(Z.var(axis=1, keepdims=True) + 1e-3)
    return gamma * (Z - Z.mean(axis=1, keepdims=True)) / root + beta


def conv(X, F, c):
    rows, columns = X.shape[2] - F.shape[2] + 1, X.shape[3] - F.shape[3] + 1
    Z = np.zeros((len(X), len(F), rows, columns))
    for i in range(rows):
        for j in range(columns):
            window = X[:, :, i : i + F.shape[2], j : j + F.shape[3]]
            Z[:, :, i, j] = np.tensordot(window, F, axes=([1, 2, 3], [1, 2, 3])) + c
    return Z


def lstm_step(x, h, c, W, b):
    n = len(h)
    gates = W @ np.vstack([h, x]) + b
    f, i, o = (1 / (1 + np.exp(-gates[k * n : (k + 1) * n])) for k in range(3))
    memory = f * c + i * np.tanh(gates[3 * n :])
    return o * np.tanh(memory), memory


@dataclass(frozen=True)
class Writing:
    """A layer whose backward is to be written.

    Attributes
    ----------
    forward
        The layer. Its source is what a student sees.
    upstream
        Names of the gradients of what it returns.
    shapes
        Of its inputs, in their order, for sizes that may be any.
    """

    forward: Callable[..., Any]
    upstream: tuple[str, ...]
    shapes: Callable[..., tuple[tuple[int, ...], ...]]

    @property
    def name(self) -> str:
        """The name of the function that is to be written."""
        return f"{self.forward.__name__}_backward"

    @property
    def variables(self) -> tuple[str, ...]:
        """The inputs whose gradients are asked for."""
        return tuple(inspect.signature(self.forward).parameters)

    @property
    def source(self) -> str:
        """The forward, and the first line of what is to be written."""
        head = f"def {self.name}({', '.join((*self.upstream, *self.variables))}):"
        return f'{source_of(self.forward)}\n\n{head}\n    raise NotImplementedError("write it")\n'

    def inputs(self, seed: int, turn: int = 0) -> dict[str, Array]:
        """Inputs of a check; the same seed draws the same. In three turns each size is 3, 4 and 5."""
        count = len(inspect.signature(self.shapes).parameters)
        shapes = self.shapes(*(3 + (k + turn) % 3 for k in range(count)))
        rng = np.random.default_rng(seed)
        return {name: 0.8 * rng.standard_normal(shape) for name, shape in zip(self.variables, shapes, strict=True)}


WRITINGS = {
    "dense": Writing(dense, ("dZ",), lambda m, n, k: ((n, m), (k, n), (k, 1))),
    "softmax": Writing(softmax, ("dA",), lambda m, n: ((n, m),)),
    "batch-norm": Writing(batch_norm, ("dU",), lambda n, m: ((n, m), (n, 1), (n, 1))),
    "conv": Writing(
        conv,
        ("dZ",),
        lambda N, C, K, height, width, h, w: ((N, C, height + h - 1, width + w - 1), (K, C, h, w), (K,)),
    ),
    "lstm-step": Writing(
        lstm_step, ("dh", "dmemory"), lambda p, n, m: ((p, m), (n, m), (n, m), (4 * n, n + p), (4 * n, 1))
    ),
}
