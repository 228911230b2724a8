"""An LSTM: a layer that walks through time with a memory that it keeps, changes and shows by gates, and back.

Hochreiter and Schmidhuber (1997), with the forget gate of Gers, Schmidhuber and Cummins (2000). Shapes, letters and
the options `truncate` and `clip` are those of gradlab.nn.recurrent; c is the memory, and c0 the one at the start.
"""

from typing import NamedTuple

import numpy as np

from gradlab.nn.activations import ACTIVATIONS
from gradlab.nn.dense import dense_backward, dense_forward
from gradlab.nn.inputs import Array, Params, require_shape
from gradlab.nn.recurrent import add, clipped, is_border, require_walk, require_weights

# What the letters of the weights stand for: forget, input, candidate, output. Each is a dense layer on [a; x].
GATES = {"f": "sigmoid", "i": "sigmoid", "c": "tanh", "o": "sigmoid"}


class Moment(NamedTuple):
    """What is known at one time t; the way back needs it all."""

    ax: Array  # (n_a + n_x, m): the state before, and what comes in
    c_before: Array
    Z: dict[str, Array]  # of each gate, before its sigmoid or tanh
    G: dict[str, Array]  # of each gate, after it
    c: Array
    a: Array


def lstm_forward(params: Params, X: Array, a0: Array, c0: Array) -> tuple[Array, Array]:
    """Compute state and memory for every t: c⟨t⟩ = f c⟨t−1⟩ + i g and a⟨t⟩ = o tanh(c⟨t⟩).

    Forget gate f, input gate i and output gate o are sigmoid(W [a⟨t−1⟩; x⟨t⟩] + b), the candidate g is tanh of the
    same, each with weights of its own.

    Parameters
    ----------
    params
        `"Wf"`, `"Wi"`, `"Wc"` (for g), `"Wo"`, each (n_a, n_a + n_x); `"bf"`, `"bi"`, `"bc"`, `"bo"`, each (n_a, 1).
    X
        (n_x, m, T): what comes in.
    a0
        (n_a, m): the state at the start.
    c0
        (n_a, m): the memory at the start.

    Returns
    -------
    A : Array
        (n_a, m, T): the state at every time.
    C : Array
        (n_a, m, T): the memory at every time.

    Raises
    ------
    ValueError
        If names or shapes do not fit.

    Examples
    --------
    >>> import numpy as np
    >>> from gradlab.nn.lstm import lstm_forward
    >>> params = {"W" + gate: np.ones((1, 2)) for gate in "fico"} | {"b" + gate: np.zeros((1, 1)) for gate in "fico"}
    >>> A, C = lstm_forward(params, X=np.array([[[1.0, 0.0]]]), a0=np.zeros((1, 1)), c0=np.zeros((1, 1)))
    >>> C.round(3)
    array([[[0.557, 0.538]]])
    """
    moments = _walk(params, X, a0, c0)
    return np.stack([now.a for now in moments], axis=2), np.stack([now.c for now in moments], axis=2)


def lstm_backward(
    dA: Array,
    params: Params,
    X: Array,
    a0: Array,
    c0: Array,
    *,
    truncate: int | None = None,
    clip: float | None = None,
) -> tuple[dict[str, Array], Array, Array, Array]:
    """Return the gradients by the names of params, dX, da0 and dc0, given dA, the slope of J for every state.

    Both state and memory carry slopes from t + 1 to t: the state through all four gates, the memory through the
    product with f alone, which is why it can carry them far.
    """
    moments = _walk(params, X, a0, c0)
    require_shape("dA", dA, len(a0), *X.shape[1:])
    grads = {name: np.zeros_like(array) for name, array in params.items()}
    dX, da, dc = np.zeros_like(X), np.zeros_like(a0), np.zeros_like(c0)
    for t in reversed(range(X.shape[2])):
        more, dax, dc = _back(dA[:, :, t] + da, dc, params, moments[t])
        da, dX[:, :, t] = dax[: len(a0)], dax[len(a0) :]
        add(grads, more)
        if is_border(t, truncate):
            da, dc = np.zeros_like(da), np.zeros_like(dc)
    return clipped(grads, clip), dX, da, dc


def _walk(params: Params, X: Array, a0: Array, c0: Array) -> list[Moment]:
    n_x, n_a = require_walk(X, a0)
    require_shape("c0", c0, *a0.shape)
    require_weights(params, {f"W{k}": (n_a, n_a + n_x) for k in GATES} | {f"b{k}": (n_a, 1) for k in GATES})
    moments: list[Moment] = []
    a, c = a0, c0
    for t in range(X.shape[2]):
        moments.append(_step(params, X[:, :, t], a, c))
        a, c = moments[-1].a, moments[-1].c
    return moments


def _step(params: Params, x: Array, a: Array, c: Array) -> Moment:
    """One step forward in time, from state a and memory c."""
    ax = np.concatenate([a, x])
    Z = {k: dense_forward(ax, params[f"W{k}"], params[f"b{k}"]) for k in GATES}
    G = {k: ACTIVATIONS[g].forward(Z[k]) for k, g in GATES.items()}
    c_new = G["f"] * c + G["i"] * G["c"]
    return Moment(ax, c, Z, G, c_new, a=G["o"] * np.tanh(c_new))


def _back(da: Array, dc: Array, params: Params, now: Moment) -> tuple[dict[str, Array], Array, Array]:
    """One step back in time: the gradients of this step, d[a; x], and dc for the memory before.

    a = o tanh(c) gives do = da tanh(c), and adds da o (1 − tanh²(c)) to dc. c = f c_before + i g gives
    df = dc c_before, di = dc g, dg = dc i and dc_before = dc f: each factor gets dc times the other one.
    """
    G, tanh_c = now.G, np.tanh(now.c)
    dc = dc + da * G["o"] * (1 - tanh_c**2)
    dG = {"f": dc * now.c_before, "i": dc * G["c"], "c": dc * G["i"], "o": da * tanh_c}
    grads, dax = {}, np.zeros_like(now.ax)
    for k, g in GATES.items():
        dZ = ACTIVATIONS[g].backward(dG[k], now.Z[k])
        from_k, grads[f"W{k}"], grads[f"b{k}"] = dense_backward(dZ, now.ax, params[f"W{k}"])
        dax += from_k
    return grads, dax, dc * G["f"]
