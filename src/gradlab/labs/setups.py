"""Small networks with one place left open: what stands there comes as an argument, right or wrong."""

import copy
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import FunctionType
from typing import Any

import numpy as np

from gradlab import nn
from gradlab.labs import pieces
from gradlab.labs.bug import Array, CheckInput, Function, Gradients, source_of

Params = Mapping[str, Array]


@dataclass(frozen=True)
class network:
    """A setup: dense layers, in which the function named by `part` is left open.

    Attributes
    ----------
    part
        "dense_backward", "activation_backward", "loss_backward", "dropout_backward" or "add_decay".
    steps
        So many steps of training come first, with the right gradients.
    scale
        Of the inputs.
    """

    part: str
    sizes: Sequence[int] = (4, 5, 5, 3, 1)
    m: int = 6
    hidden: str = "tanh"
    loss: str = "logistic"
    decay: float = 0.0
    keep: float = 1.0
    steps: int = 0
    scale: float = 1.0

    def __call__(self, function: Function, seed: int, more: int = 0) -> CheckInput:
        """The case in which `function` stands at the open place, with so many examples more."""
        params, data = self._drawn(seed, more)
        parts = self._parts() | {self.part: function}
        masks = data.get("D")
        return CheckInput(
            lambda params: nn.cost(params, data["X"], data["Y"], masks=masks, **self._settings()),
            params,
            lambda params: _whole(self._backprop(params, data, parts)),
        )

    def listing(self, source: str) -> str:
        """The function in the network around it, as one piece of code, of which `gradients` is the last function."""
        used = self._parts()
        used.pop("add_decay" if not self.decay else "", None)
        used.pop("dropout_backward" if self.keep == 1 else "", None)
        others = [source_of(function) for part, function in used.items() if part != self.part]
        around = _AROUND.format(
            activation=_ACTIVATION[self.hidden],
            activation_backward=used["activation_backward"].__name__,
            loss_backward=used["loss_backward"].__name__,
            D=", D" if self.keep < 1 else "",
            decay=", decay" if self.decay else "",
            drop='        if i < depth:\n            A[i] = A[i] * D[f"D{i}"]\n' if self.keep < 1 else "",
            undrop='            dA = dropout_backward(dA, D[f"D{i - 1}"])\n' if self.keep < 1 else "",
            add="    grads = add_decay(grads, params, decay, X.shape[1])\n" if self.decay else "",
        )
        return "\n\n".join([source, *others, around.lstrip("\n")])

    def gradients(self, name: str, seed: int) -> Gradients:
        """What a listing says the gradient is."""
        params, data = self._drawn(seed)
        decay = {"decay": self.decay} if self.decay else {}
        # Copies, since a line with a slip may change what it was given.
        return lambda namespace: namespace["gradients"](**copy.deepcopy({"params": params} | data), **decay)

    def _backprop(self, params: Params, data: Mapping[str, Any], parts: Mapping[str, Function]) -> dict[str, Array]:
        """From the last layer to the first, with the functions given."""
        masks = data.get("D")
        cache = nn.forward(params, data["X"], hidden=self.hidden, masks=masks)
        depth = len(params) // 2
        dZ, grads = parts["loss_backward"](cache[f"Z{depth}"], data["Y"]), {}
        for i in range(depth, 0, -1):
            dA, grads[f"W{i}"], grads[f"b{i}"] = parts["dense_backward"](dZ, cache[f"A{i - 1}"], params[f"W{i}"])
            if i > 1:
                dA = dA if masks is None else parts["dropout_backward"](dA, masks[f"D{i - 1}"])
                dZ = parts["activation_backward"](dA, cache[f"Z{i - 1}"])
        grads = {name: grads[name] for name in params}
        total: dict[str, Array] = parts["add_decay"](grads, params, self.decay, data["X"].shape[1])
        return total

    def _drawn(self, seed: int, more: int = 0) -> tuple[dict[str, Array], dict[str, Any]]:
        rng, m = np.random.default_rng(seed), self.m + more
        X = self.scale * rng.standard_normal((self.sizes[0], m))
        Y = _answers(self.loss, self.sizes[-1], m, rng)
        params = nn.init_params(list(self.sizes), method="xavier", rng=rng)
        if self.steps:
            params, _ = nn.train(params, X, Y, steps=self.steps, rate=0.5, **self._settings())
        data = {"X": X, "Y": Y}
        return params, data | ({"D": nn.dropout_masks(params, m, self.keep, rng)} if self.keep < 1 else {})

    def _settings(self) -> dict[str, Any]:
        return {"hidden": self.hidden, "loss": self.loss, "decay": self.decay}

    def _parts(self) -> dict[str, Function]:
        """The right functions for every place."""
        return {
            "dense_backward": pieces.dense_backward,
            "activation_backward": getattr(pieces, f"{self.hidden}_backward"),
            "loss_backward": getattr(pieces, f"{'softmax_cost' if self.loss == 'softmax' else self.loss}_backward"),
            "dropout_backward": pieces.dropout_backward,
            "add_decay": pieces.add_decay,
        }


@dataclass(frozen=True)
class layer:
    """A setup: one layer, forward(**inputs), below a cost that weighs what comes out at random.

    The function left open is called as backward(upstream, **inputs), and returns a gradient for each input.
    """

    forward: Callable[..., Array]
    inputs: Callable[[np.random.Generator], dict[str, Array]]

    def __call__(self, function: Function, seed: int, more: int = 0) -> CheckInput:
        """The case in which `function` is the layer's backward. Its sizes are what they are."""
        params, upstream = self._drawn(seed)
        return CheckInput(
            lambda params: float(np.sum(upstream * self.forward(**params))),
            params,
            lambda params: _named(params, function(upstream.copy(), **params)),  # it may be used for scratch
        )

    def listing(self, source: str) -> str:
        """The function alone."""
        return source

    def gradients(self, name: str, seed: int) -> Gradients:
        """What a listing says the gradient is."""
        params, upstream = self._drawn(seed)
        # Copies, since a line with a slip may change what it was given.
        return lambda namespace: _named(params, namespace[name](upstream.copy(), **copy.deepcopy(params)))

    def _drawn(self, seed: int) -> tuple[dict[str, Array], Array]:
        rng = np.random.default_rng(seed)
        params = self.inputs(rng)
        return params, rng.standard_normal(np.shape(self.forward(**params)))


@dataclass(frozen=True)
class within:
    """A setup: a function of few lines, called by the backward pass of a larger layer.

    Attributes
    ----------
    outer
        The larger layer.
    backward
        Its backward pass, which calls the function left open by its name.
    part
        That name.
    """

    outer: layer
    backward: Function
    part: str

    def __call__(self, function: Function, seed: int, more: int = 0) -> CheckInput:
        """The case in which the backward pass calls `function`."""
        names = self.backward.__globals__ | {self.part: function}
        return self.outer(FunctionType(self.backward.__code__, names), seed, more)

    def listing(self, source: str) -> str:
        """The function, and the backward pass that calls it."""
        return f"{source}\n\n{source_of(self.backward)}"

    def gradients(self, name: str, seed: int) -> Gradients:
        """What a listing says the gradient is."""
        return self.outer.gradients(self.backward.__name__, seed)


_ACTIVATION = {
    "tanh": "np.tanh(Z[i])",
    "sigmoid": "1 / (1 + np.exp(-Z[i]))",
    "relu": "np.maximum(Z[i], 0)",
    "leaky_relu": "np.where(Z[i] > 0, 1, 0.01) * Z[i]",
}
_AROUND = """
def gradients(params, X, Y{D}{decay}):
    depth = len(params) // 2
    A, Z = {{0: X}}, {{}}
    for i in range(1, depth + 1):
        Z[i] = params[f"W{{i}}"] @ A[i - 1] + params[f"b{{i}}"]
        A[i] = {activation}
{drop}    grads = {{}}
    dZ = {loss_backward}(Z[depth], Y)
    for i in reversed(range(1, depth + 1)):
        dA, grads[f"W{{i}}"], grads[f"b{{i}}"] = dense_backward(dZ, A[i - 1], params[f"W{{i}}"])
        if i > 1:
{undrop}            dZ = {activation_backward}(dA, Z[i - 1])
{add}    return grads
"""


def _answers(loss: str, n: int, m: int, rng: np.random.Generator) -> Array:
    """What the network should say: both classes, every class, or any value."""
    if loss == "softmax":
        return np.eye(n)[:, rng.permutation(np.arange(m) % n)]
    return rng.permuted(np.arange(n * m) % 2.0).reshape(n, m) if loss == "logistic" else rng.standard_normal((n, m))


def _named(params: Params, grads: Array | Sequence[Array]) -> dict[str, Array]:
    return _whole(dict(zip(params, grads if isinstance(grads, tuple) else (grads,), strict=True)))


def _whole(grads: dict[str, Array]) -> dict[str, Array]:
    """None would hold a block fixed, and it would not be checked: a repair gives a gradient of each."""
    if missing := [name for name, grad in grads.items() if grad is None]:
        raise ValueError(f"no gradient of {', '.join(missing)}: None is not one, return an array for each")
    return grads
