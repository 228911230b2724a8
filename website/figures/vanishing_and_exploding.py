"""Figures of learn/vanishing-and-exploding."""

import functools
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from gradlab import Report, check_gradients, nn
from gradlab.nn.activations import ACTIVATIONS
from gradlab.nn.losses import logistic_backward
from website.figures import style
from website.figures.registry import figure, numbers

DEPTH, WIDTH = 20, 64
NETWORKS = {  # name: activation, initialisation, scale of the weights, colour
    "He × 2": ("relu", "he", 2.0, style.WRONG),
    "He": ("relu", "he", 1.0, style.AGREES),
    "He ÷ 2": ("relu", "he", 0.5, style.SOFT),
    "sigmoid": ("sigmoid", "xavier", 1.0, style.INK),
}


@figure("through-the-layers")
def through_the_layers(narrow: bool = False) -> Figure:
    """Size of A in each layer on the way forward, and of dZ on the way back, for four ways to begin."""
    fig = style.sheet(340, 640) if narrow else style.sheet(740, 380)
    left, right = fig.subplots(2, 1) if narrow else fig.subplots(1, 2)
    for name, (hidden, method, scale, colour) in NETWORKS.items():
        forward, backward = _sizes(hidden, method, scale)
        layers = np.arange(1, DEPTH + 1)
        left.plot(layers[:-1], forward, color=colour)
        right.plot(layers, backward, color=colour)
        if name != "sigmoid":
            left.text(19.3, forward[-1], name, color=colour, va="center")
        right.text(0.6, backward[0], name, color=colour, va="center", ha="right")
    left.text(10, 2e-2, "sigmoid", va="top")
    _look(left, "size of A", (0, 24.5), range(-6, 7, 3))
    _look(right, "size of dZ", (-5.5, 20.5), range(-14, 7, 4))
    return fig


def _look(ax: Axes, name: str, layers: tuple[float, float], powers: range) -> None:
    style.powers(ax, y=powers)
    ax.set(xlim=layers, xticks=[1, 5, 10, 15, 20])
    ax.grid(axis="y")
    style.axes(ax, x="layer", y=name)


def _sizes(hidden: str, method: str, scale: float) -> tuple[list[float], list[float]]:
    """Standard deviation of A1 … A19, and of dZ1 … dZ20."""
    rng = np.random.default_rng(0)
    X = rng.standard_normal((WIDTH, 32))
    params = nn.init_params([WIDTH] * DEPTH + [1], method, rng)
    params = {name: scale * value for name, value in params.items()}
    cache = nn.forward(params, X, hidden=hidden)
    dZ: NDArray[Any] = logistic_backward(cache[f"Z{DEPTH}"], (X[:1] > 0).astype(float))
    backward = [float(np.sqrt(np.mean(dZ**2)))]
    for layer in range(DEPTH - 1, 0, -1):
        dZ = ACTIVATIONS[hidden].backward(params[f"W{layer + 1}"].T @ dZ, cache[f"Z{layer}"])
        backward.append(float(np.sqrt(np.mean(dZ**2))))
    return [float(np.std(cache[f"A{layer}"])) for layer in range(1, DEPTH)], backward[::-1]


@figure("under-the-noise")
def under_the_noise(narrow: bool = False) -> Figure:
    """Gradient of each layer of a deep sigmoid network, and the bound of the check beside it."""
    size, bound = layers().values()
    at = np.arange(1, len(size) + 1)
    fig, ax = style.canvas(340, 420) if narrow else style.canvas(740, 420)
    ax.fill_between(at, bound, 1e-19, color=style.BOUND, alpha=0.35, linewidth=0)
    ax.plot(at, size, "o-", color=style.ANALYTIC, markersize=5)
    ax.text(16 if narrow else 15, 3e-17, "bound of the check", color=style.SOFT, ha="center")
    ax.text(12.2, 3e-6, "gradient", color=style.ANALYTIC, ha="right")
    for layer, side in ((16, "left"), (24, "right")):
        digits = np.log10(size[layer - 1] / bound[layer - 1])
        ax.annotate(
            "", (layer, size[layer - 1]), (layer, bound[layer - 1]),
            arrowprops={"arrowstyle": "<->", "color": style.SOFT, "shrinkA": 0, "shrinkB": 4, "linewidth": 0.9},
        )  # fmt: skip
        middle = np.sqrt(size[layer - 1] * bound[layer - 1])
        beside = layer + (0.4 if side == "left" else -0.4)
        ax.text(beside, middle, f"{digits:.0f} digits", ha=side, va="center")
    style.powers(ax, y=range(-18, 1, 6))
    ax.set(xlim=(0.5, 24.8), ylim=(1e-19, 30), xticks=[1, 8, 16, 24])
    style.axes(ax, x="layer", y="size")
    return fig


@numbers("under-the-noise")
def layers() -> dict[str, list[float]]:
    """Root mean square of the gradient of each layer's weights, and of its bound."""
    blocks = _deep().blocks.values()
    return {
        "size": [float(np.sqrt(np.mean(block.analytic**2))) for block in blocks],
        "bound": [float(np.sqrt(np.mean(block.bound**2))) for block in blocks],
    }


@functools.cache
def _deep() -> Report:
    """The weights of 24 sigmoid layers, checked."""
    rng = np.random.default_rng(0)
    X = rng.standard_normal((3, 20))
    params = nn.init_params([3] * 24 + [1], "xavier", rng)
    weights = {name: value for name, value in params.items() if name.startswith("W")}

    def cost(p: dict[str, NDArray[Any]]) -> float:
        return nn.cost(params | p, X, X[:1] > 0, hidden="sigmoid")

    def grads(p: dict[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
        found = nn.gradients(params | p, X, X[:1] > 0, hidden="sigmoid")
        return {name: found[name] for name in p}

    return check_gradients(cost, weights, grads)
