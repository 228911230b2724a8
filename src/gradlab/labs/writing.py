"""Assignments to write the backward of a layer: the forward is given, the answer is not in the package's labs."""

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from gradlab.labs.bug import Array


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
        Of its inputs, by name.
    """

    forward: Callable[..., Any]
    upstream: tuple[str, ...]
    shapes: dict[str, tuple[int, ...]]

    @property
    def name(self) -> str:
        """The name of the function that is to be written."""
        return f"{self.forward.__name__}_backward"

    @property
    def source(self) -> str:
        """The forward, and the first line of what is to be written."""
        head = f"def {self.name}({', '.join((*self.upstream, *self.shapes))}):"
        return f'{inspect.getsource(self.forward)}\n\n{head}\n    raise NotImplementedError("write it")\n'

    def inputs(self, seed: int) -> dict[str, Array]:
        """Inputs of a check; the same seed draws the same."""
        rng = np.random.default_rng(seed)
        return {name: 0.8 * rng.standard_normal(shape) for name, shape in self.shapes.items()}


WRITINGS = {
    "dense": Writing(dense, ("dZ",), {"A": (4, 5), "W": (3, 4), "b": (3, 1)}),
    "softmax": Writing(softmax, ("dA",), {"Z": (4, 5)}),
    "batch-norm": Writing(batch_norm, ("dU",), {"Z": (3, 6), "gamma": (3, 1), "beta": (3, 1)}),
    "conv": Writing(conv, ("dZ",), {"X": (2, 2, 5, 4), "F": (3, 2, 3, 2), "c": (3,)}),
    "lstm-step": Writing(
        lstm_step,
        ("dh", "dmemory"),
        {"x": (2, 3), "h": (4, 3), "c": (4, 3), "W": (16, 6), "b": (16, 1)},
    ),
}
