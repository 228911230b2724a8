"""The check of one layer: a random upstream gradient turns its output into a cost."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Unpack

import numpy as np

from gradlab.check import Options, check_gradients
from gradlab.errors import GradlabError
from gradlab.report import Report

UPSTREAM_SEED = 1729  # not 0 or 1: inputs are often drawn with those, and R equal to an input would hide mistakes


def check_backward(
    forward: Callable[..., Any],
    backward: Callable[..., Mapping[str, Any]],
    inputs: Mapping[str, Any],
    **options: Unpack[Options],
) -> Report:
    """Check one layer: a random upstream gradient R, and the cost `sum(R * forward(**inputs))`.

    A plain sum of the outputs would be blind to much: after a normalisation it is constant.

    Parameters
    ----------
    forward
        `forward(**inputs)` returns the output array.
    backward
        `backward(upstream, **inputs)` returns a dict: for each input that is differentiated, its gradient
        under the input's name. Inputs that it does not name are held fixed.
    inputs
        Arrays by name: inputs and parameters of the layer alike.
    **options
        The keywords of `check_gradients`. `rng` draws R, too.

    Examples
    --------
    >>> A, W = np.array([[1.0, -2.0], [0.5, 3.0]]), np.array([[0.3, -1.2]])
    >>> def forward(A, W):
    ...     return W @ A
    >>> def backward(dZ, A, W):
    ...     return {"A": W.T @ dZ, "W": dZ @ A.T}
    >>> check_backward(forward, backward, {"A": A, "W": W}).ok
    True
    """
    rng = options.get("rng")
    options["rng"] = generator = np.random.default_rng(UPSTREAM_SEED if rng is None else rng)
    output = np.asarray(forward(**_copies(inputs)))
    upstream = generator.standard_normal(output.shape)
    if output.dtype.kind == "f":
        upstream = upstream.astype(output.dtype)
    grads = backward(upstream.copy(), **_copies(inputs))
    if not isinstance(grads, Mapping) or not grads:
        raise GradlabError(f"backward must return a dict of gradients by input name, got {type(grads).__name__}")
    unknown = [name for name in grads if name not in inputs]
    if unknown:
        raise GradlabError(f"backward returned {unknown[0]!r}, which is no input: the inputs are {', '.join(inputs)}")
    fixed_inputs = {name: value for name, value in inputs.items() if name not in grads}

    def cost(moved: Mapping[str, Any]) -> Any:
        return np.sum(upstream * forward(**moved, **fixed_inputs))

    def gradients(moved: Mapping[str, Any]) -> Mapping[str, Any]:
        return backward(upstream.copy(), **moved, **fixed_inputs)

    return check_gradients(cost, {name: inputs[name] for name in grads}, gradients, **options)


def _copies(inputs: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value.copy() if isinstance(value, np.ndarray) else value for name, value in inputs.items()}
