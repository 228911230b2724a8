"""Small networks with one place left open: what stands there comes as an argument, right or wrong."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from gradlab import nn
from gradlab.labs.bug import Array, Case, Function, Setup
from gradlab.nn.activations import ACTIVATIONS
from gradlab.nn.dense import dense_backward
from gradlab.nn.losses import LOSSES

Params = Mapping[str, Array]


def network(
    part: str,
    *,
    sizes: Sequence[int] = (4, 5, 5, 3, 1),
    m: int = 6,
    hidden: str = "tanh",
    loss: str = "logistic",
    decay: float = 0.0,
    keep: float = 1.0,
    steps: int = 0,
    scale: float = 1.0,
) -> Setup:
    """A setup: dense layers, in which the function named by `part` is left open.

    Parameters
    ----------
    part
        "dense_backward", "activation_backward", "loss_backward", "dropout_backward" or "add_decay".
    steps
        So many steps of training come first, with the right gradients.
    scale
        Of the inputs.
    """

    def setup(function: Function, seed: int) -> Case:
        rng = np.random.default_rng(seed)
        X, Y = scale * rng.standard_normal((sizes[0], m)), _answers(loss, sizes[-1], m, rng)
        params = nn.init_params(list(sizes), method="xavier", rng=rng)
        settings: dict[str, Any] = {"hidden": hidden, "loss": loss, "decay": decay}
        if steps:
            params, _ = nn.train(params, X, Y, steps=steps, rate=0.5, **settings)
        masks = nn.dropout_masks(params, m, keep, rng) if keep < 1 else None
        parts = _parts(hidden, loss) | {part: function}
        return Case(
            lambda params: nn.cost(params, X, Y, masks=masks, **settings),
            params,
            lambda params: _backprop(params, X, Y, parts, hidden, decay, masks),
        )

    return setup


def layer(forward: Callable[..., Array], inputs: Callable[[np.random.Generator], dict[str, Array]]) -> Setup:
    """A setup: one layer, forward(**inputs), below a cost that weighs what comes out at random.

    The function left open is called as backward(upstream, **inputs), and returns a gradient for each input.
    """

    def setup(function: Function, seed: int) -> Case:
        rng = np.random.default_rng(seed)
        params = inputs(rng)
        upstream = rng.standard_normal(forward(**params).shape)
        return Case(
            lambda params: float(np.sum(upstream * forward(**params))),
            params,
            lambda params: _named(params, function(upstream, **params)),
        )

    return setup


def _parts(hidden: str, loss: str) -> dict[str, Function]:
    """The right functions for every place."""
    return {
        "dense_backward": dense_backward,
        "activation_backward": ACTIVATIONS[hidden].backward,
        "loss_backward": LOSSES[loss].backward,
        "dropout_backward": nn.dropout.dropout_backward,
        "add_decay": lambda grads, params, decay, m: {
            name: grad + decay / m * params[name] if name.startswith("W") else grad for name, grad in grads.items()
        },
    }


def _backprop(
    params: Params,
    X: Array,
    Y: Array,
    parts: Mapping[str, Function],
    hidden: str,
    decay: float,
    masks: Mapping[str, Array] | None,
) -> dict[str, Array]:
    """From the last layer to the first, with the functions given."""
    cache = nn.forward(params, X, hidden=hidden, masks=None if masks is None else dict(masks))
    depth = len(params) // 2
    dZ, grads = parts["loss_backward"](cache[f"Z{depth}"], Y), {}
    for i in range(depth, 0, -1):
        dA, grads[f"W{i}"], grads[f"b{i}"] = parts["dense_backward"](dZ, cache[f"A{i - 1}"], params[f"W{i}"])
        if i > 1:
            dA = dA if masks is None else parts["dropout_backward"](dA, masks[f"D{i - 1}"])
            dZ = parts["activation_backward"](dA, cache[f"Z{i - 1}"])
    grads = {name: grads[name] for name in params}
    total: dict[str, Array] = parts["add_decay"](grads, params, decay, X.shape[1])
    return total


def _answers(loss: str, n: int, m: int, rng: np.random.Generator) -> Array:
    """What the network should say: both classes, every class, or any value."""
    if loss == "softmax":
        return np.eye(n)[:, rng.permutation(np.arange(m) % n)]
    return rng.permuted(np.arange(n * m) % 2.0).reshape(n, m) if loss == "logistic" else rng.standard_normal((n, m))


def _named(params: Params, grads: Array | Sequence[Array]) -> dict[str, Array]:
    return dict(zip(params, grads if isinstance(grads, tuple) else (grads,), strict=True))
