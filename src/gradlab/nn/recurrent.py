"""A layer that walks through time, remembering what it said last, and backprop through time.

Shapes and letters are those of the course: X is (n_x, m, T), what comes in at T times; A is (n_a, m, T), the states
that the layer makes of it; a0 is (n_a, m), the state at the start. The same weights serve at every time, so their
gradients add up over time. The way back walks forward again first, since it needs the states.

Two options turn the result into something else than the gradient of J, on purpose, and a check must respect it.
`truncate=k`: nothing flows back from t = k, 2k, … to the time before. The cost that has this gradient holds the
states before these times constant. `clip=c`: entries beyond ±c are cut to ±c. That is not the gradient of J: check
without it.
"""

from collections.abc import Mapping

import numpy as np

from gradlab.nn.dense import dense_backward
from gradlab.nn.inputs import Array, Params, require_not_negative, require_shape, require_whole


def rnn_forward(params: Params, X: Array, a0: Array) -> Array:
    """Compute a⟨t⟩ = tanh(Waa a⟨t−1⟩ + Wax x⟨t⟩ + ba) for every t.

    Parameters
    ----------
    params
        `"Wax"` (n_a, n_x), `"Waa"` (n_a, n_a) and `"ba"` (n_a, 1).
    X
        (n_x, m, T): what comes in.
    a0
        (n_a, m): the state at the start.

    Returns
    -------
    Array
        A, of shape (n_a, m, T): the state at every time.

    Raises
    ------
    ValueError
        If names or shapes do not fit.

    Examples
    --------
    >>> import numpy as np
    >>> from gradlab.nn.recurrent import rnn_forward
    >>> params = {"Wax": np.array([[1.0]]), "Waa": np.array([[0.5]]), "ba": np.array([[0.0]])}
    >>> rnn_forward(params, X=np.array([[[1.0, 0.0, 0.0]]]), a0=np.array([[0.0]])).round(3)
    array([[[0.762, 0.363, 0.18 ]]])
    """
    n_x, n_a = require_walk(X, a0)
    require_weights(params, {"Wax": (n_a, n_x), "Waa": (n_a, n_a), "ba": (n_a, 1)})
    A, a = [], a0
    for t in range(X.shape[2]):
        a = np.tanh(params["Waa"] @ a + params["Wax"] @ X[:, :, t] + params["ba"])
        A.append(a)
    return np.stack(A, axis=2)


def rnn_backward(
    dA: Array, params: Params, X: Array, a0: Array, *, truncate: int | None = None, clip: float | None = None
) -> tuple[dict[str, Array], Array, Array]:
    """Return the gradients by the names of params, dX and da0, given dA, the slope of J with respect to every state.

    A state moves J in two ways: by what is made of it at once, dA⟨t⟩, and by the next state, through Waa. With z the
    argument of tanh, da⟨t⟩ = dA⟨t⟩ + Waaᵀ dz⟨t+1⟩ and dz⟨t⟩ = da⟨t⟩ (1 − a⟨t⟩²). The rest is a dense layer at each t.
    """
    A = rnn_forward(params, X, a0)
    require_shape("dA", dA, *A.shape)
    grads = {name: np.zeros_like(array) for name, array in params.items()}
    dX, da = np.zeros_like(X), np.zeros_like(a0)
    for t in reversed(range(X.shape[2])):
        dz = (dA[:, :, t] + da) * (1 - A[:, :, t] ** 2)
        before = A[:, :, t - 1] if t > 0 else a0
        da, dWaa, dba = dense_backward(dz, before, params["Waa"])
        dX[:, :, t], dWax, _ = dense_backward(dz, X[:, :, t], params["Wax"])
        add(grads, {"Wax": dWax, "Waa": dWaa, "ba": dba})
        if is_border(t, truncate):
            da = np.zeros_like(da)
    return clipped(grads, clip), dX, da


def add(grads: dict[str, Array], more: Mapping[str, Array]) -> None:
    """Add the gradients of one time to those of all."""
    for name, grad in more.items():
        grads[name] += grad


def is_border(t: int, truncate: int | None) -> bool:
    """Tell whether the way back ends between t − 1 and t. The start, t = 0, is no border: a0 has a gradient."""
    if truncate is None:
        return False
    require_whole("truncate", truncate, least=1)
    return t > 0 and t % truncate == 0


def clipped(grads: dict[str, Array], clip: float | None) -> dict[str, Array]:
    """Cut every entry to −clip … clip, so that one bad batch cannot throw the weights far away."""
    if clip is None:
        return grads
    limit = require_not_negative("clip", clip)
    return {name: np.clip(grad, -limit, limit) for name, grad in grads.items()}


def require_walk(X: Array, a0: Array) -> tuple[int, int]:
    """Refuse inputs and states that do not fit; return n_x and n_a."""
    require_shape("X", X, "n_x", "m", "T")
    require_shape("a0", a0, "n_a", X.shape[1])
    return len(X), len(a0)


def require_weights(params: Params, shapes: Mapping[str, tuple[int, int]]) -> None:
    """Refuse parameters with other names or shapes."""
    if set(params) != set(shapes):
        raise ValueError(f"params must be named {list(shapes)}, got {list(params)}")
    for name, shape in shapes.items():
        require_shape(name, params[name], *shape)
