"""JAX: a function of a pytree as cost, params and grads in float64."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import jax
import jax.experimental
import numpy as np
from numpy.typing import NDArray

Arrays = dict[str, NDArray[np.float64]]


def problem(
    function: Callable[[Any], Any], tree: Any
) -> tuple[Callable[[Mapping[str, Any]], float], Arrays, Callable[[Mapping[str, Any]], Arrays]]:
    """What `check_gradients` asks for, from a function of a pytree and the tree of its parameters.

    Both sides are compiled, and computed in float64, which JAX otherwise refuses.

    Parameters
    ----------
    function
        Maps the tree to one number. Arrays it closes over keep the dtype they have: make them with NumPy, in float64.
    tree
        Parameters: arrays in nested dicts, lists, tuples. Each is checked under its path.

    Returns
    -------
    cost, params, grads
        For `gradlab.check_gradients(*problem(function, tree))`.
    """
    leaves, form = jax.tree_util.tree_flatten_with_path(tree)
    params = {jax.tree_util.keystr(path): np.asarray(leaf, dtype=np.float64).copy() for path, leaf in leaves}
    value, gradient = jax.jit(function), jax.jit(jax.grad(function))
    float64 = jax.enable_x64 if hasattr(jax, "enable_x64") else jax.experimental.enable_x64  # before JAX 0.8

    def unflatten(values: Mapping[str, Any]) -> Any:
        return jax.tree_util.tree_unflatten(form, [jax.numpy.array(values[name]) for name in params])

    def cost(values: Mapping[str, Any]) -> float:
        with float64(True):
            return float(value(unflatten(values)))

    def grads(values: Mapping[str, Any]) -> Arrays:
        with float64(True):
            found = jax.tree_util.tree_leaves(gradient(unflatten(values)))
        return {name: np.array(leaf, dtype=np.float64) for name, leaf in zip(params, found, strict=True)}

    return cost, params, grads
