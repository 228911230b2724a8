"""What a layer does to Z: A = g(Z), entry by entry, and the way back: dZ = dA · g′(Z).

Each g stands beside its backward. An entry of Z moves only the same entry of A, so the chain rule is one
product for each entry. The page "Backprop by hand" derives them with a picture.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from gradlab.nn.inputs import Array

SLOPE = 0.01  # of leaky relu, left of 0


def relu(Z: Array) -> Array:
    """Keep what is positive: A = max(Z, 0).

    Examples
    --------
    >>> import numpy as np
    >>> from gradlab.nn.activations import relu
    >>> relu(np.array([-2.0, 0.0, 3.0]))
    array([0., 0., 3.])
    """
    return np.maximum(Z, 0)


def relu_backward(dA: Array, Z: Array) -> Array:
    """dZ of relu: the slope is 1 where Z > 0, and 0 where Z < 0.

    At Z = 0 there is a kink and no derivative. Any slope from 0 to 1 is as good; 0 is taken.
    """
    return dA * (Z > 0)


def leaky_relu(Z: Array) -> Array:
    """Like relu, but let a hundredth of what is negative through: A = Z or 0.01 Z."""
    return np.where(Z > 0, Z, SLOPE * Z)


def leaky_relu_backward(dA: Array, Z: Array) -> Array:
    """dZ of leaky relu: the slope is 1 where Z > 0, else 0.01 (also at the kink, Z = 0)."""
    return np.where(Z > 0, dA, SLOPE * dA)


def tanh(Z: Array) -> Array:
    """Squash into (-1, 1): A = tanh(Z)."""
    return np.tanh(Z)


def tanh_backward(dA: Array, Z: Array) -> Array:
    """dZ of tanh: since tanh = sinh / cosh, its slope is (cosh² − sinh²) / cosh² = 1 − A²."""
    dZ: Array = dA * (1 - np.tanh(Z) ** 2)
    return dZ


def sigmoid(Z: Array) -> Array:
    """Squash into (0, 1): A = 1 / (1 + exp(−Z)), or exp(Z) / (1 + exp(Z)), which is the same.

    The form in which the exponent is negative is used for each entry, so exp never overflows.

    Examples
    --------
    >>> import numpy as np
    >>> from gradlab.nn.activations import sigmoid
    >>> sigmoid(np.array([-1000.0, 0.0, 1000.0]))
    array([0. , 0.5, 1. ])
    """
    E = np.exp(-np.abs(Z))  # in [0, 1]
    A: Array = np.where(Z >= 0, 1, E) / (1 + E)
    return A


def sigmoid_backward(dA: Array, Z: Array) -> Array:
    """dZ of sigmoid: with E = exp(−Z), the slope of 1 / (1 + E) is E / (1 + E)² = A (1 − A).

    1 − A is sigmoid(−Z). Written so, no digits are lost where A is close to 1.
    """
    return dA * sigmoid(Z) * sigmoid(-Z)


def identity(Z: Array) -> Array:
    """Do nothing: A = Z. A network of such layers is one linear map."""
    return Z


def identity_backward(dA: Array, Z: Array) -> Array:
    """dZ of the identity: the slope is 1."""
    return dA


class Activation(NamedTuple):
    """What belongs together: A = forward(Z) and dZ = backward(dA, Z)."""

    forward: Callable[[Array], Array]
    backward: Callable[[Array, Array], Array]


ACTIVATIONS = {
    "relu": Activation(relu, relu_backward),
    "leaky_relu": Activation(leaky_relu, leaky_relu_backward),
    "tanh": Activation(tanh, tanh_backward),
    "sigmoid": Activation(sigmoid, sigmoid_backward),
    "identity": Activation(identity, identity_backward),
}
