"""Figures of learn/it-failed."""

from typing import Any

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

import gradlab
from gradlab import nn
from website.figures import style
from website.figures.registry import figure, numbers

Grads = dict[str, NDArray[Any]]
ORDER = ("b3", "W3", "b2", "W2", "b1", "W1")  # from the output down
BUGS = ("dZ3 without 1/m", "slope of layer 2", "slope of layer 1", "dW2 from Z1", "db2 is a mean")


@figure("failed-blocks")
def failed_blocks(narrow: bool = False) -> Figure:
    """Formula (2) of each block, where dW2 is twice and db1 four times what it should be."""
    params, X, Y = _network()
    grads = nn.gradients(params, X, Y, hidden="tanh")
    wrong = {**grads, "W2": 2 * grads["W2"], "b1": 4 * grads["b1"]}
    fig, ax = style.canvas(340, 300) if narrow else style.canvas(740, 310)
    for y, name in enumerate(reversed(ORDER)):
        number = gradlab.relative_difference(wrong[name], grads[name])
        colour = style.WRONG if number > 0 else style.AGREES
        ax.plot([0, number], [y, y], color=colour, linewidth=3)
        ax.plot(number, y, "o", color=colour, markersize=11)
    for x, above in ((1 / 3, "2"), (1 / 2, "3"), (3 / 5, "4")):
        ax.axvline(x, color=style.FAINT, linewidth=1, zorder=0)
        ax.text(x, 5.75, above, ha="center", va="bottom", color=style.SOFT)
    ax.text(0, 5.75, "a factor of", va="bottom", color=style.SOFT)
    ax.set_yticks(range(6), reversed(ORDER))
    ax.tick_params(axis="y", length=0, labelsize=style.TEXT + 2)
    ax.set_xticks([0, 1 / 3, 1 / 2, 3 / 5, 1], ["0", "⅓", "½", "⅗", "1"])
    ax.spines["left"].set_visible(False)
    ax.set(xlim=(-0.03, 1.02), ylim=(-0.6, 6.3))
    style.axes(ax, x="relative difference")
    return fig


@figure("failed-ratio")
def failed_ratio(narrow: bool = False) -> Figure:
    """|k − 1| / (|k| + 1) against k, with the ratios that people meet."""
    fig, ax = style.canvas(340, 320) if narrow else style.canvas(740, 340)
    k = np.linspace(-1.6, 5, 1321)
    ax.plot(k, _formula_2(k), color=style.INK)
    for at, name, (dx, dy), place in (
        (-1, "wrong sign" if not narrow else "sign", (0, 14), "center"),
        (0, "zero", (6, 14), "center"),
        (0.5, "½", (-10, -8), "right"),
        (1, "right", (14, 3), "left"),
        (2, "2", (8, -11), "left"),
        (4, "4", (8, -11), "left"),
    ):
        colour, y = style.AGREES if at == 1 else style.WRONG, _formula_2(at)
        ax.plot(at, y, "o", color=colour, markersize=8)
        look: dict[str, Any] = {"color": colour, "ha": place, "va": "center", "fontsize": 16}
        ax.annotate(name, (at, y), (dx, dy), textcoords="offset points", **look)
    ax.set_xticks(range(-1, 6))
    ax.set_yticks([0, 1 / 3, 3 / 5, 1], ["0", "⅓", "⅗", "1"])
    ax.grid(axis="y")
    ax.set(xlim=(-1.6, 5), ylim=(-0.04, 1.14))
    style.axes(ax, x="analytic / numeric", y="formula (2)")
    return fig


def _formula_2(k: NDArray[Any] | float) -> NDArray[Any]:
    return np.asarray(np.abs(np.subtract(k, 1)) / (np.abs(k) + 1))


@figure("failed-pattern")
def failed_pattern(narrow: bool = False) -> Figure:
    """Which blocks each of five mistakes spoils."""
    params, X, Y = _network()
    right = nn.gradients(params, X, Y, hidden="tanh")
    fig, ax = style.canvas(340, 320) if narrow else style.canvas(740, 330)
    for row, bug in enumerate(BUGS):
        grads = _broken(params, X, Y, bug)
        for column, name in enumerate(ORDER):
            if gradlab.relative_difference(grads[name], right[name]) > 1e-9:
                ax.plot(column, row, "X", color=style.WRONG, markersize=15 if not narrow else 11, markeredgewidth=0)
            else:
                ax.plot(column, row, "o", color=style.AGREES, markersize=9 if not narrow else 7, alpha=0.7)
    ax.set_xticks(range(6), ORDER)
    ax.set_yticks(range(5), [bug.replace(" of layer ", " ") for bug in BUGS] if narrow else BUGS)
    ax.tick_params(length=0, labelsize=style.TEXT if narrow else style.TEXT + 2)
    ax.xaxis.tick_top()
    ax.spines[["left", "bottom"]].set_visible(False)
    ax.set(xlim=(-0.6, 5.6), ylim=(4.6, -0.6))
    return fig


@numbers("failed-pattern")
def spoilt() -> dict[str, dict[str, float]]:
    """For each mistake, formula (2) of each block, from the output down."""
    params, X, Y = _network()
    right = nn.gradients(params, X, Y, hidden="tanh")
    broken = {bug: _broken(params, X, Y, bug) for bug in BUGS}
    broken["dW2 doubled, db1 four times"] = {**right, "W2": 2 * right["W2"], "b1": 4 * right["b1"]}
    broken["no mistake"] = right
    return {
        bug: {name: gradlab.relative_difference(grads[name], right[name]) for name in ORDER}
        for bug, grads in broken.items()
    }


def _broken(params: Grads, X: NDArray[Any], Y: NDArray[Any], bug: str) -> Grads:
    """Backprop with one mistake, as on the page."""
    cache, m = nn.forward(params, X, hidden="tanh"), X.shape[1]
    dZ = (1 / (1 + np.exp(-cache["Z3"])) - Y) / (1 if bug == BUGS[0] else m)
    grads: Grads = {}
    for layer in (3, 2, 1):
        A = cache[f"A{layer - 1}"]
        below = cache["Z1"] if (bug, layer) == (BUGS[3], 2) else A
        grads[f"W{layer}"] = dZ @ below.T
        grads[f"b{layer}"] = dZ.sum(axis=1, keepdims=True) / (m if (bug, layer) == (BUGS[4], 2) else 1)
        if layer > 1:
            wrong = bug == f"slope of layer {layer - 1}"
            dZ = params[f"W{layer}"].T @ dZ * (1 - (A if wrong else A**2))
    return grads


def _network() -> tuple[Grads, NDArray[Any], NDArray[Any]]:
    rng = np.random.default_rng(36)
    params = nn.init_params([4, 5, 3, 1], rng=rng)
    return params, rng.standard_normal((4, 7)), rng.integers(0, 2, (1, 7))
