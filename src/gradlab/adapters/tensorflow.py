"""TensorFlow: a function of tensors by name as cost, params and grads in float64."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import tensorflow as tf
from numpy.typing import ArrayLike, NDArray

Arrays = dict[str, NDArray[np.float64]]


def problem(
    function: Callable[[dict[str, Any]], Any], params: Mapping[str, ArrayLike]
) -> tuple[Callable[[Mapping[str, Any]], float], Arrays, Callable[[Mapping[str, Any]], Arrays]]:
    """What `check_gradients` asks for, from a function of a dict of tensors and the values of its parameters.

    Parameters
    ----------
    function
        Maps a dict of float64 tensors to one number. What it closes over must be float64 too.
    params
        Arrays by name.

    Returns
    -------
    cost, params, grads
        For `gradlab.check_gradients(*problem(function, params))`.
    """

    def tensors(values: Mapping[str, Any]) -> dict[str, Any]:
        return {name: tf.convert_to_tensor(np.array(values[name])) for name in params}

    def cost(values: Mapping[str, Any]) -> float:
        return float(function(tensors(values)))

    def grads(values: Mapping[str, Any]) -> Arrays:
        watched = tensors(values)
        with tf.GradientTape() as tape:
            tape.watch(watched)
            out = function(watched)
        found = tape.gradient(out, watched, unconnected_gradients=tf.UnconnectedGradients.ZERO)
        return {name: np.array(tf.convert_to_tensor(found[name])) for name in params}

    return cost, {name: np.array(value, dtype=np.float64) for name, value in params.items()}, grads
