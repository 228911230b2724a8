"""Functions with a backward of their own, right and wrong, written once for PyTorch, JAX and TensorFlow.

`xp` is the framework's NumPy-like module. A slip is a change of a right backward, as people make it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import cycle
from typing import Any

import numpy as np

Pull = Callable[..., tuple[Any, ...]]  # pull(upstream, *inputs) -> a gradient for each input


@dataclass(frozen=True)
class Function:
    """A forward, its backward, the values of its inputs, and whether the backward is right."""

    name: str
    right: bool
    forward: Callable[..., Any]
    pull: Pull
    inputs: tuple[np.ndarray, ...]


def functions(xp: Any) -> list[Function]:
    """All cases for one framework."""
    base = list(_right(xp))
    slips = cycle(_slips(xp).items())
    wrong = []
    for function in base:
        for _ in range(4):
            name, slip = next(slips)
            scale = 1e-6 if "1e-6" in name else 1.0
            wrong.append(
                Function(
                    f"{function.name}, {name}",
                    False,
                    lambda *x, f=function.forward, s=scale: f(*x) * s,
                    lambda g, *x, p=function.pull, k=slip, s=scale: k(lambda u: p(u * s, *x), g),
                    function.inputs,
                )
            )
    return [*base, *wrong, *_structure(xp), *_kinks(xp)]


def _right(xp: Any) -> Iterator[Function]:
    rng = np.random.default_rng(0)
    x, w, row = rng.standard_normal((3, 4)), rng.standard_normal((4, 2)), {"axis": 1, "keepdims": True}

    def softmax(x: Any) -> Any:
        e = xp.exp(x)
        return e / xp.sum(e, **row)

    def normalised(x: Any) -> tuple[Any, Any]:
        centred = x - xp.mean(x, **row)
        sigma = xp.sqrt(xp.mean(centred**2, **row) + 1e-5)
        return centred / sigma, sigma

    def normalised_back(g: Any, x: Any) -> Any:
        y, sigma = normalised(x)
        return ((g - xp.mean(g, **row) - y * xp.mean(g * y, **row)) / sigma,)

    def unit(x: Any) -> tuple[Any, Any]:
        size = xp.sqrt(xp.sum(x**2, **row))
        return x / size, size

    def unit_back(g: Any, x: Any) -> Any:
        y, size = unit(x)
        return ((g - y * xp.sum(g * y, **row)) / size,)

    yield Function("sine", True, lambda x: xp.sin(x), lambda g, x: (g * xp.cos(x),), (x,))
    yield Function("tanh", True, lambda x: xp.tanh(x), lambda g, x: (g * (1 - xp.tanh(x) ** 2),), (x,))
    yield Function("softplus", True, lambda x: xp.log1p(xp.exp(x)), lambda g, x: (g / (1 + xp.exp(-x)),), (x,))
    yield Function("square root", True, lambda x: xp.sqrt(x**2 + 1), lambda g, x: (g * x / xp.sqrt(x**2 + 1),), (x,))
    yield Function("softmax", True, softmax, lambda g, x: (softmax(x) * (g - xp.sum(g * softmax(x), **row)),), (x,))
    yield Function(
        "log of a sum of exponentials",
        True,
        lambda x: xp.log(xp.sum(xp.exp(x), **row)),
        lambda g, x: (g * softmax(x),),
        (x,),
    )
    yield Function("layer norm", True, lambda x: normalised(x)[0], normalised_back, (x,))
    yield Function("unit length", True, lambda x: unit(x)[0], unit_back, (x,))
    yield Function(
        "product of matrices",
        True,
        lambda x, w: x @ w,
        lambda g, x, w: (g @ xp.swapaxes(w, 0, 1), xp.swapaxes(x, 0, 1) @ g),
        (x, w),
    )


def _slips(xp: Any) -> dict[str, Callable[[Callable[[Any], tuple[Any, ...]], Any], tuple[Any, ...]]]:
    """By name: what is done to `pull` at the upstream gradient g."""
    return {
        "sign": lambda pull, g: tuple(-slope for slope in pull(g)),
        "twice": lambda pull, g: tuple(2 * slope for slope in pull(g)),
        "5e-4 off": lambda pull, g: tuple((1 + 5e-4) * slope for slope in pull(g)),
        "sign, at slopes of 1e-6": lambda pull, g: tuple(-slope for slope in pull(g)),
        "upstream ignored": lambda pull, g: pull(xp.ones_like(g)),
        "a term that is not multiplied by the upstream": lambda pull, g: tuple(slope + 0.01 for slope in pull(g)),
        "zero": lambda pull, g: tuple(0 * slope for slope in pull(g)),
    }


def _structure(xp: Any) -> Iterator[Function]:
    """What people really get wrong: terms, transposes, paths."""
    rng = np.random.default_rng(1)
    x, square, row = rng.standard_normal((3, 4)), rng.standard_normal((4, 4)), {"axis": 1, "keepdims": True}
    base = {function.name: function for function in _right(xp)}

    def softmax(x: Any) -> Any:
        return base["softmax"].forward(x)

    def sigma(x: Any) -> Any:
        return xp.sqrt(xp.mean((x - xp.mean(x, **row)) ** 2, **row) + 1e-5)

    yield Function(
        "softmax, its diagonal only", False, softmax, lambda g, x: (g * softmax(x) * (1 - softmax(x)),), (x,)
    )
    yield Function(
        "layer norm, without its means", False, base["layer norm"].forward, lambda g, x: (g / sigma(x),), (x,)
    )
    yield Function(
        "unit length, its own slope left out", False, base["unit length"].forward,
        lambda g, x: (g / xp.sqrt(xp.sum(x**2, **row)),), (x,),
    )  # fmt: skip
    yield Function(
        "product of matrices, W for its transpose", False, lambda x, w: x @ w,
        lambda g, x, w: (g @ w, xp.swapaxes(x, 0, 1) @ g), (x, square),
    )  # fmt: skip
    yield Function(
        "product of matrices, reshape for transpose", False, lambda x, w: x @ w,
        lambda g, x, w: (g @ xp.swapaxes(w, 0, 1), xp.reshape(x, (4, 3)) @ g), (x, square),
    )  # fmt: skip


def _kinks(xp: Any) -> Iterator[Function]:
    """Right at a kink: any slope between those of both sides is one."""
    x = np.array([[0.0, 1.0, -2.0], [0.5, 0.0, -0.3]])
    yield Function(
        "ReLU at 0", True, lambda x: xp.where(x > 0, x, 0 * x), lambda g, x: (xp.where(x > 0, g, 0 * g),), (x,)
    )
    yield Function("absolute value at 0", True, lambda x: xp.abs(x), lambda g, x: (g * xp.sign(x),), (x,))
