"""Sixteen kinds of cost. Each is written once, against any module with NumPy's functions.

With `numpy` it is what the checkers evaluate; with `autograd.numpy` an independent automatic differentiation
gives the true gradient of the very same formula. Nothing here uses gradlab.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import numpy

Params = dict[str, Any]
Cost = Callable[[Params], Any]


def dense(sizes: list[int], rng: numpy.random.Generator, gain: float = 2.0) -> Params:
    """He's initialisation (gain 2), or Xavier's (gain 1), with small biases so that no unit sits on a kink."""
    params = {}
    for layer, (fan_in, fan_out) in enumerate(itertools.pairwise(sizes), 1):
        params[f"W{layer}"] = rng.standard_normal((fan_out, fan_in)) * numpy.sqrt(gain / fan_in)
        params[f"b{layer}"] = 0.1 * rng.standard_normal((fan_out, 1))
    return params


def logits(np: Any, p: Params, A: Any, activation: Callable[[Any], Any]) -> Any:
    """Forward through L dense layers; no activation after the last."""
    layers = len(p) // 2
    for layer in range(1, layers + 1):
        Z = p[f"W{layer}"] @ A + p[f"b{layer}"]
        A = activation(Z) if layer < layers else Z
    return A


def logistic(np: Any, Z: Any, Y: Any) -> Any:
    """Cross-entropy from logits, averaged over the examples."""
    return np.sum(np.logaddexp(0.0, Z) - Y * Z) / Y.shape[1]


def softmax(np: Any, Z: Any, Y: Any) -> Any:
    """Cross-entropy of softmax from logits, averaged over the examples."""
    shifted = Z - np.max(Z, axis=0, keepdims=True)
    return np.sum(Y * (np.log(np.sum(np.exp(shifted), axis=0, keepdims=True)) - shifted)) / Y.shape[1]


def _network(
    np: Any, rng: Any, sizes: list[int], activation: Any, m: int = 8, gain: float = 2.0
) -> tuple[Cost, Params]:
    params, X = dense(sizes, rng, gain), rng.standard_normal((sizes[0], m))
    Y = rng.integers(2, size=(sizes[-1], m)).astype(float)
    return (lambda p: logistic(np, logits(np, p, X, activation), Y)), params


def tanh(np: Any, rng: Any) -> tuple[Cost, Params]:
    return _network(np, rng, [4, 6, 3, 1], np.tanh)


def relu(np: Any, rng: Any) -> tuple[Cost, Params]:
    return _network(np, rng, [4, 8, 5, 1], lambda Z: np.maximum(Z, 0.0))


def relu_deep(np: Any, rng: Any) -> tuple[Cost, Params]:
    return _network(np, rng, [5, 8, 8, 8, 8, 8, 1], lambda Z: np.maximum(Z, 0.0), m=16)


def sigmoid_8(np: Any, rng: Any) -> tuple[Cost, Params]:
    return _network(np, rng, [5, *[6] * 7, 1], lambda Z: 0.5 * (1.0 + np.tanh(0.5 * Z)), gain=1.0)


def decay(np: Any, rng: Any) -> tuple[Cost, Params]:
    params, X = dense([5, 7, 4], rng), rng.standard_normal((5, 10))
    Y = numpy.eye(4)[:, rng.integers(4, size=10)]

    def cost(p: Params) -> Any:
        weights = np.sum(p["W1"] ** 2) + np.sum(p["W2"] ** 2)
        return softmax(np, logits(np, p, X, np.tanh), Y) + 0.1 / (2 * 10) * weights

    return cost, params


def large_inputs(np: Any, rng: Any) -> tuple[Cost, Params]:
    params, X = dense([4, 5, 1], rng), 1e4 * rng.standard_normal((4, 8))
    params["W1"] = params["W1"] / 1e4
    Y = rng.standard_normal((1, 8))
    return (lambda p: np.sum((logits(np, p, X, np.tanh) - Y) ** 2) / 16.0), params


def batch_norm(np: Any, rng: Any) -> tuple[Cost, Params]:
    params, X = dense([4, 6, 2], rng), rng.standard_normal((4, 12))
    params |= {"gamma": 1 + 0.1 * rng.standard_normal((6, 1)), "beta": 0.1 * rng.standard_normal((6, 1))}
    Y = numpy.eye(2)[:, rng.integers(2, size=12)]

    def cost(p: Params) -> Any:
        Z = p["W1"] @ X + p["b1"]  # the bias before a normalisation has gradient 0
        centred = Z - np.mean(Z, axis=1, keepdims=True)
        hat = centred / np.sqrt(np.mean(centred**2, axis=1, keepdims=True) + 1e-5)
        return softmax(np, p["W2"] @ np.tanh(p["gamma"] * hat + p["beta"]) + p["b2"], Y)

    return cost, params


def rnn(np: Any, rng: Any) -> tuple[Cost, Params]:
    X, Y = rng.standard_normal((6, 3, 4)), rng.standard_normal((6, 2, 4))
    params = {
        "Wx": 0.5 * rng.standard_normal((5, 3)),
        "Wh": 0.4 * rng.standard_normal((5, 5)),
        "bh": 0.1 * rng.standard_normal((5, 1)),
        "Wy": 0.5 * rng.standard_normal((2, 5)),
    }

    def cost(p: Params) -> Any:
        h, J = np.zeros((5, 4)), 0.0
        for x, y in zip(X, Y, strict=True):
            h = np.tanh(p["Wx"] @ x + p["Wh"] @ h + p["bh"])
            J = J + np.sum((p["Wy"] @ h - y) ** 2)
        return J / 48.0

    return cost, params


def lstm(np: Any, rng: Any) -> tuple[Cost, Params]:
    X, target = rng.standard_normal((5, 3, 4)), rng.standard_normal((4, 4))
    params = {f"W{gate}": 0.4 * rng.standard_normal((4, 7)) for gate in "ifog"}
    params |= {f"b{gate}": 0.1 * rng.standard_normal((4, 1)) for gate in "ifog"}

    def sigmoid(Z: Any) -> Any:
        return 0.5 * (1.0 + np.tanh(0.5 * Z))

    def cost(p: Params) -> Any:
        h, c = np.zeros((4, 4)), np.zeros((4, 4))
        for x in X:
            both = np.concatenate([h, x])
            i, f, o = (sigmoid(p[f"W{gate}"] @ both + p[f"b{gate}"]) for gate in "ifo")
            c = f * c + i * np.tanh(p["Wg"] @ both + p["bg"])
            h = o * np.tanh(c)
        return np.sum((h - target) ** 2) / 8.0

    return cost, params


def attention(np: Any, rng: Any) -> tuple[Cost, Params]:
    X, target = rng.standard_normal((6, 5)), rng.standard_normal((6, 5))
    params = {f"W{name}": rng.standard_normal((5, 5)) / numpy.sqrt(5) for name in "qkvo"}
    params |= {"gamma": 1 + 0.1 * rng.standard_normal(5), "beta": 0.1 * rng.standard_normal(5)}

    def cost(p: Params) -> Any:
        scores = (X @ p["Wq"]) @ (X @ p["Wk"]).T / numpy.sqrt(5)
        weights = np.exp(scores - np.max(scores, axis=1, keepdims=True))
        mixed = (weights / np.sum(weights, axis=1, keepdims=True)) @ (X @ p["Wv"]) @ p["Wo"] + X
        centred = mixed - np.mean(mixed, axis=1, keepdims=True)
        hat = centred / np.sqrt(np.mean(centred**2, axis=1, keepdims=True) + 1e-5)
        return np.sum((p["gamma"] * hat + p["beta"] - target) ** 2) / 12.0

    return cost, params


def poisson(np: Any, rng: Any) -> tuple[Cost, Params]:
    X = rng.standard_normal((6, 40))
    counts = rng.poisson(3.0, size=(1, 40)).astype(float)
    params = {"w": 0.3 * rng.standard_normal((1, 6)), "b": numpy.ones((1, 1))}

    def cost(p: Params) -> Any:
        eta = p["w"] @ X + p["b"]
        return np.sum(np.exp(eta) - counts * eta)

    return cost, params


def offset(np: Any, rng: Any) -> tuple[Cost, Params]:
    cost, params = tanh(np, rng)
    return (lambda p: 1e6 + cost(p)), params


def oscillating(np: Any, rng: Any) -> tuple[Cost, Params]:
    params = {"w": rng.standard_normal(12), "phase": rng.standard_normal(12)}
    frequency = 10.0 ** rng.uniform(1, 3, 12)
    return (lambda p: np.sum(np.sin(frequency * p["w"] + p["phase"]) * np.exp(-(p["w"] ** 2)))), params


def wide_scales(np: Any, rng: Any) -> tuple[Cost, Params]:
    size = 10.0 ** numpy.tile([6.0, 0.0, -6.0], 5)
    params = {"theta": size * (1 + rng.random(15)), "w": rng.standard_normal(15)}
    return (lambda p: np.sum(p["w"] * np.tanh(p["theta"] / size)) + np.sum(np.log(p["theta"])) / 15.0), params


def max_pool(np: Any, rng: Any) -> tuple[Cost, Params]:
    X, target = rng.standard_normal((6, 20)), rng.standard_normal((4, 5))
    params = {"W": rng.standard_normal((4, 6)) / numpy.sqrt(6), "b": 0.1 * rng.standard_normal((4, 1))}

    def cost(p: Params) -> Any:
        pooled = np.max(np.reshape(p["W"] @ X + p["b"], (4, 5, 4)), axis=2)
        return np.sum((pooled - target) ** 2) / 10.0

    return cost, params


KINDS: dict[str, Callable[[Any, Any], tuple[Cost, Params]]] = {
    "tanh": tanh,
    "relu": relu,
    "relu, 6 layers": relu_deep,
    "sigmoid, 8 layers": sigmoid_8,
    "softmax with L2": decay,
    "inputs of 1e4": large_inputs,
    "batch norm": batch_norm,
    "RNN": rnn,
    "LSTM": lstm,
    "attention, layer norm": attention,
    "Poisson regression": poisson,
    "offset of 1e6": offset,
    "oscillating": oscillating,
    "1e6 beside 1e-6": wide_scales,
    "max-pool": max_pool,
    "float32": tanh,
}


def case(kind: str, seed: int) -> tuple[Cost, Params, Params]:
    """(cost, params, true gradient) of a kind at a seed; the truth is autograd's, in float64."""
    import autograd
    import autograd.numpy

    cost, params = KINDS[kind](numpy, numpy.random.default_rng(seed))
    twin, same = KINDS[kind](autograd.numpy, numpy.random.default_rng(seed))
    if kind == "float32":  # the cost is computed in float32; the truth is that of the rounded parameters
        params = {name: value.astype(numpy.float32) for name, value in params.items()}
        same = {name: value.astype(numpy.float64) for name, value in params.items()}
        cost = _in_float32(numpy.random.default_rng(seed))
    return cost, params, dict(autograd.grad(twin)(same))


def _in_float32(rng: numpy.random.Generator) -> Cost:
    dense([4, 6, 3, 1], rng)
    X = rng.standard_normal((4, 8)).astype(numpy.float32)
    Y = rng.integers(2, size=(1, 8)).astype(numpy.float32)
    return lambda p: logistic(numpy, logits(numpy, p, X, numpy.tanh), Y)
