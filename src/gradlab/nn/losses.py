"""How wrong the last layer is: the cost J of its Z, averaged over the m examples, and the way back: dZ.

All three losses start from Z (the "logits"), not from A: once A has been rounded to 0 or 1, log(A) is lost.
All three end in dZ = (A − Y) / m, where A is what the network predicts; each loss is the one that makes it so
for its prediction. The page "Backprop by hand" derives them.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from gradlab.nn.activations import identity, sigmoid
from gradlab.nn.inputs import Array, require_real, require_shape


def logistic_cost(Z: Array, Y: Array) -> float:
    """Cross-entropy of yes-or-no answers: −Y log(A) − (1 − Y) log(1 − A), with A = sigmoid(Z).

    With A put in, −log(A) is log(1 + exp(−Z)) and −log(1 − A) is log(1 + exp(Z)): sums of positive terms, which
    logaddexp computes without overflow.

    Examples
    --------
    >>> import numpy as np
    >>> from gradlab.nn.losses import logistic_cost
    >>> print(f"{logistic_cost(np.array([[0.0]]), np.array([[1]])):.4f}")
    0.6931
    """
    Y = _probabilities(Z, Y)
    return float(np.sum(Y * np.logaddexp(0, -Z) + (1 - Y) * np.logaddexp(0, Z)) / Z.shape[1])


def logistic_backward(Z: Array, Y: Array) -> Array:
    """dZ: the slope of log(1 + exp(−Z)) is A − 1, that of log(1 + exp(Z)) is A.

    Y of the one and 1 − Y of the other: Y (A − 1) + (1 − Y) A = A − Y.
    """
    dZ: Array = (sigmoid(Z) - _probabilities(Z, Y)) / Z.shape[1]
    return dZ


def softmax(Z: Array) -> Array:
    """Turn each column into probabilities: A = exp(Z) / Σ exp(Z). Axes in front of the last two are carried along.

    The largest entry is subtracted first. It cancels, and exp never overflows.

    Examples
    --------
    >>> import numpy as np
    >>> from gradlab.nn.losses import softmax
    >>> softmax(np.array([[1000.0], [1000.0]]))
    array([[0.5],
           [0.5]])
    """
    E = np.exp(Z - Z.max(axis=-2, keepdims=True))
    A: Array = E / E.sum(axis=-2, keepdims=True)
    return A


def softmax_cost(Z: Array, Y: Array) -> float:
    """Cross-entropy of one class out of n: −Σ Y log(A), with A = softmax(Z), so log(A) = Z − log Σ exp(Z).

    Examples
    --------
    >>> import numpy as np
    >>> from gradlab.nn.losses import softmax_cost
    >>> knows_nothing, class_3 = np.zeros((10, 1)), np.eye(10)[:, [3]]
    >>> print(f"{softmax_cost(knows_nothing, class_3):.4f}")
    2.3026
    """
    Y = _distributions(Z, Y)
    S = Z - Z.max(axis=0)  # shifted, as in softmax
    return float(np.sum(Y * (np.log(np.exp(S).sum(axis=0)) - S)) / Z.shape[1])


def softmax_backward(Z: Array, Y: Array) -> Array:
    """dZ: the slope of log Σ exp(Z) is exp(Z) / Σ exp(Z) = A, that of −Σ Y Z is −Y.

    Together A − Y, but only if each column of Y adds up to 1: that is why Y is checked.
    """
    dZ: Array = (softmax(Z) - _distributions(Z, Y)) / Z.shape[1]
    return dZ


def squared_cost(Z: Array, Y: Array) -> float:
    """Half the squared distance: (Z − Y)² / 2. The half is there to cancel in the gradient."""
    return float(np.sum((Z - _targets(Z, Y)) ** 2) / (2 * Z.shape[1]))


def squared_backward(Z: Array, Y: Array) -> Array:
    """dZ: the slope of (Z − Y)² / 2 is Z − Y."""
    dZ: Array = (Z - _targets(Z, Y)) / Z.shape[1]
    return dZ


class Loss(NamedTuple):
    """What belongs together: J = cost(Z, Y), dZ = backward(Z, Y), and the prediction A = predict(Z)."""

    cost: Callable[[Array, Array], float]
    backward: Callable[[Array, Array], Array]
    predict: Callable[[Array], Array]


LOSSES = {
    "logistic": Loss(logistic_cost, logistic_backward, sigmoid),
    "softmax": Loss(softmax_cost, softmax_backward, softmax),
    "squared": Loss(squared_cost, squared_backward, identity),
}


def _targets(Z: Array, Y: npt.NDArray[Any]) -> Array:
    """Y in the precision of Z: integer labels would turn float32 into float64."""
    require_shape("Z", Z, "n", "m")
    require_real("Y", Y)
    require_shape("Y", Y, *Z.shape)
    return Y.astype(Z.dtype, copy=False)


def _probabilities(Z: Array, Y: npt.NDArray[Any]) -> Array:
    Y = _targets(Z, Y)
    if not np.all((Y >= 0) & (Y <= 1)):  # NaN does not pass
        raise ValueError(f"Y must lie in 0 ... 1 for this loss, got {Y.min():g} ... {Y.max():g}")
    return Y


def _distributions(Z: Array, Y: npt.NDArray[Any]) -> Array:
    Y = _probabilities(Z, Y)
    if not np.allclose(Y.sum(axis=0), 1, rtol=1e-4):
        way_out = "for whole-number labels, np.eye(classes)[:, labels]"
        raise ValueError(f"each column of Y must add up to 1, a 1 at the right class: {way_out}")
    return Y
