"""L dense layers put together: what the network says, its cost J, and the gradients of J by backprop.

X is (n_0, m): each column is an example. For layer 1 ... L:  Z = W A + b,  A = g(Z), with A0 = X; the last Z
goes into the loss as it is. All is computed in the precision of the parameters: X and Y are converted to it.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

from gradlab.nn.activations import ACTIVATIONS
from gradlab.nn.dense import dense_backward, dense_forward
from gradlab.nn.dropout import dropout_backward, dropout_forward
from gradlab.nn.inputs import (
    Array,
    Params,
    choose,
    depth,
    require_masks,
    require_not_negative,
    require_params,
    require_real,
    require_shape,
)
from gradlab.nn.losses import LOSSES

Data = npt.NDArray[Any]  # X and Y may hold integers


def forward(
    params: Params, X: Data, *, hidden: str = "relu", masks: dict[str, Array] | None = None
) -> dict[str, Array]:
    """Compute every Z and A, and keep them all: the way back needs them.

    Parameters
    ----------
    params
        `"W1"` of shape (n_1, n_0), `"b1"` of shape (n_1, 1), ..., `"WL"`, `"bL"`, in floating point.
    X
        (n_0, m): one column for each example. Integers are converted.
    hidden
        The activation of all layers but the last: `"relu"`, `"leaky_relu"`, `"tanh"`, `"sigmoid"` or `"identity"`.
    masks
        Dropout masks `"D1"`, `"D2"`, ..., one for each hidden layer, as `dropout_masks` draws them. None: no dropout.

    Returns
    -------
    dict
        `"A0"` (that is X), `"Z1"`, `"A1"`, `"Z2"`, ..., `"ZL"`, in this order.

    Raises
    ------
    ValueError
        If names or shapes do not fit, the activation is unknown, or a mask is missing.
    TypeError
        If the parameters are not floating-point arrays, or X does not hold real numbers.

    Examples
    --------
    >>> import numpy as np
    >>> from gradlab import nn
    >>> params = nn.init_params([2, 3, 1], rng=np.random.default_rng(0))
    >>> {name: array.shape for name, array in nn.forward(params, np.ones((2, 5))).items()}
    {'A0': (2, 5), 'Z1': (3, 5), 'A1': (3, 5), 'Z2': (1, 5)}
    """
    cache = {"A0": _inputs(params, X, masks)}
    g = choose(ACTIVATIONS, hidden, "hidden").forward
    for layer in range(1, depth(params) + 1):
        Z = dense_forward(cache[f"A{layer - 1}"], params[f"W{layer}"], params[f"b{layer}"])
        cache[f"Z{layer}"] = Z
        if layer < depth(params):
            A = g(Z)
            cache[f"A{layer}"] = A if masks is None else dropout_forward(A, masks[f"D{layer}"])
    return cache


def cost(
    params: Params,
    X: Data,
    Y: Data,
    *,
    hidden: str = "relu",
    loss: str = "logistic",
    decay: float = 0.0,
    masks: dict[str, Array] | None = None,
) -> float:
    """Compute J: the loss averaged over the m examples, plus decay / 2m times the sum of all weights squared.

    Parameters
    ----------
    params, X, hidden, masks
        See `forward`.
    Y
        (n_L, m): the right answers. 0 or 1 for `"logistic"`; columns that add up to 1 for `"softmax"`.
    loss
        `"logistic"`, `"softmax"` or `"squared"`.
    decay
        Strength of L2 regularisation. Weights pay for their size, biases do not.

    Raises
    ------
    ValueError
        As `forward` does; and if Y does not fit the network or the loss, the loss is unknown, or decay negative.

    Examples
    --------
    >>> import numpy as np
    >>> from gradlab import nn
    >>> params = nn.init_params([2, 3, 1], method="zeros")
    >>> print(f"{nn.cost(params, np.ones((2, 5)), np.ones((1, 5))):.4f}")
    0.6931
    """
    decay = require_not_negative("decay", decay)
    Z = _last(forward(params, X, hidden=hidden, masks=masks))
    return choose(LOSSES, loss, "loss").cost(Z, Y) + _penalty(params, decay, m=Z.shape[1])


def gradients(
    params: Params,
    X: Data,
    Y: Data,
    *,
    hidden: str = "relu",
    loss: str = "logistic",
    decay: float = 0.0,
    masks: dict[str, Array] | None = None,
) -> dict[str, Array]:
    """Compute the gradients of J by backprop: from the last layer back to the first.

    Each line of the loop goes back over one line of forward. The arguments are those of cost; the gradients
    have the names, the shapes and the order of params.

    Examples
    --------
    >>> import numpy as np
    >>> from gradlab import nn
    >>> params = nn.init_params([2, 3, 1], rng=np.random.default_rng(0))
    >>> grads = nn.gradients(params, np.ones((2, 5)), np.ones((1, 5)))
    >>> {name: array.shape for name, array in grads.items()}
    {'W1': (3, 2), 'b1': (3, 1), 'W2': (1, 3), 'b2': (1, 1)}
    """
    decay = require_not_negative("decay", decay)
    cache = forward(params, X, hidden=hidden, masks=masks)
    Z, m = _last(cache), cache["A0"].shape[1]
    dZ = choose(LOSSES, loss, "loss").backward(Z, Y)
    grads = {}
    for layer in range(depth(params), 0, -1):
        W = params[f"W{layer}"]
        dA, dW, grads[f"b{layer}"] = dense_backward(dZ, cache[f"A{layer - 1}"], W)
        grads[f"W{layer}"] = dW + decay / m * W  # the slope of decay / 2m times W²
        if layer > 1:
            if masks is not None:
                dA = dropout_backward(dA, masks[f"D{layer - 1}"])
            dZ = ACTIVATIONS[hidden].backward(dA, cache[f"Z{layer - 1}"])
    return {name: grads[name] for name in params}


def predict(params: Params, X: Data, *, hidden: str = "relu", loss: str = "logistic") -> Array:
    """Say what the network thinks: (n_L, m) probabilities, or plain values with `loss="squared"`.

    Nothing is dropped out here. The likeliest class of each example is `predict(...).argmax(axis=0)`.

    Examples
    --------
    >>> import numpy as np
    >>> from gradlab import nn
    >>> nn.predict(nn.init_params([2, 3, 1], method="zeros"), np.ones((2, 4)))
    array([[0.5, 0.5, 0.5, 0.5]])
    """
    return choose(LOSSES, loss, "loss").predict(_last(forward(params, X, hidden=hidden)))


def _inputs(params: Params, X: Data, masks: dict[str, Array] | None) -> Array:
    """X in the precision of the parameters, once everything fits."""
    require_params(params)
    require_real("X", X)
    require_shape("X", X, params["W1"].shape[1], "m")
    if masks is not None:
        require_masks(params, masks, m=X.shape[1])
    return X.astype(np.result_type(*params.values()), copy=False)


def _last(cache: dict[str, Array]) -> Array:
    return next(reversed(cache.values()))


def _penalty(params: Params, decay: float, m: int) -> float:
    if decay == 0:
        return 0.0
    squares = sum(np.sum(W**2) for name, W in params.items() if name.startswith("W"))
    return float(decay / (2 * m) * squares)
