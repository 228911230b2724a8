"""Figures of learn/thresholds, measured: random networks of eight sigmoid layers."""

import functools

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

import gradlab
from gradlab import nn
from website.figures import style
from website.figures.registry import figure, numbers

SIZES = [4, 4, 4, 4, 4, 4, 4, 4, 1]
NETWORKS, WRONG_BY = 12, 1.001
Floats = NDArray[np.float64]
MEASURES = (  # name, where its line usually is, powers of ten that are shown
    ("formula (2), everything", 1e-7, range(-9, -4)),
    ("formula (2), W1 alone", 1e-7, range(-7, 0)),
    ("largest error over its bound", 1.0, range(-1, 5)),
)


@figure("threshold-strips")
def threshold_strips(narrow: bool = False) -> Figure:
    """Right and wrong gradients by formula (2), by formula (2) of W1 alone, and by error over bound."""
    right, wrong = measured()
    fig = style.sheet(340, 430) if narrow else style.sheet(740, 400)
    style.spaced(fig, 0.08)
    strips = fig.subplots(3, 1)
    for k, (ax, (title, line, powers)) in enumerate(zip(strips, MEASURES, strict=True)):
        _strip(ax, right[:, k], wrong[:, k])
        style.powers(ax, x=powers)
        ax.axvline(line, color=style.INK, linewidth=1, linestyle=(0, (4, 3)))
        ax.set_title(title, loc="left", fontsize=style.TEXT)
        ax.set(xlim=(10.0 ** powers[0] / 2, 10.0 ** powers[-1] * 2))
    strips[2].text(1.4, 0.5, "bound", color=style.INK, ha="left", va="center", fontsize=12)
    return fig


def _strip(ax: Axes, right: Floats, wrong: Floats) -> None:
    """One dot a network: right ones above, wrong ones below."""
    for values, y, colour, marker in ((right, 1.0, style.AGREES, "o"), (wrong, 0.0, style.WRONG, "D")):
        ax.plot(values, np.full(len(values), y), marker, color=colour, markersize=8, alpha=0.6, markeredgewidth=0)
    ax.set(ylim=(-0.7, 1.7))
    ax.set_yticks([1, 0], ["right", "wrong"])
    ax.tick_params(axis="y", length=0)
    for label, colour in zip(ax.get_yticklabels(), (style.AGREES, style.WRONG), strict=True):
        label.set_color(colour)
    ax.spines["left"].set_visible(False)


@numbers("threshold-strips")
def strips() -> list[dict[str, object]]:
    """The dots of each strip, for the picture that moves."""
    right, wrong = measured()
    return [
        {
            "title": title,
            "line": line,
            "powers": [powers[0], powers[-1]],
            "right": right[:, k].tolist(),
            "wrong": wrong[:, k].tolist(),
        }
        for k, (title, line, powers) in enumerate(MEASURES)
    ]


@functools.cache
def measured() -> tuple[Floats, Floats]:
    """For each network, right and wrong: formula (2), formula (2) of W1, the largest |error| / bound."""
    rows = np.array([_network(seed) for seed in range(NETWORKS)])
    return rows[:, 0], rows[:, 1]


def _network(seed: int) -> list[list[float]]:
    rng = np.random.default_rng(seed)
    params = nn.init_params(SIZES, "xavier", rng=rng)
    X, Y = rng.standard_normal((4, 10)), rng.integers(0, 2, (1, 10))
    layout = gradlab.Parameters(params)
    grads = nn.gradients(params, X, Y, hidden="sigmoid")
    right, first = layout.flatten(grads), layout.slices["W1"]
    wrong = right.copy()
    wrong[first] *= WRONG_BY

    def cost(stack: dict[str, Floats]) -> Floats:
        A = X
        for layer in range(1, len(SIZES)):
            Z = stack[f"W{layer}"] @ A + stack[f"b{layer}"]
            A = 1 / (1 + np.exp(-Z))
        return np.asarray(np.mean(np.logaddexp(0, Z) - Y * Z, axis=(-2, -1)))

    course = _flat(gradlab.numeric_gradient(cost, params, step=1e-7, vectorized=True).values)
    numeric = gradlab.numeric_gradient(cost, params, vectorized=True)
    values, bounds = _flat(numeric.values), _flat(numeric.bounds)
    return [
        [
            gradlab.relative_difference(g, course),
            gradlab.relative_difference(g[first], course[first]),
            float(np.max(np.abs(g - values) / bounds)),
        ]
        for g in (right, wrong)
    ]


def _flat(blocks: dict[str, Floats]) -> Floats:
    return np.concatenate([array.ravel() for array in blocks.values()])
