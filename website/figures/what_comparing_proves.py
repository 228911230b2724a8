"""Figures of learn/what-comparing-proves."""

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from gradlab import nn
from website.figures import style
from website.figures.registry import figure


@figure("two-routes")
def two_routes(narrow: bool = False) -> Figure:
    """From the parameters to the slope by calculus and by measuring, and where the two routes meet."""
    return _narrow() if narrow else _wide()


def _wide() -> Figure:
    fig, ax = style.drawing(740, 260)
    _stop(ax, 74, 130, "parameters", "θ")
    for y, colour in ((60, style.ANALYTIC), (200, style.NUMERIC)):
        _arrow(ax, (120, 130 + (y - 130) * 0.25), (190, y), colour)
        _arrow(ax, (566, y), (628, 130 + (y - 130) * 0.25), colour)
    _stop(ax, 250, 60, "forward", "once", style.ANALYTIC)
    _arrow(ax, (302, 60), (346, 60), style.ANALYTIC)
    _stop(ax, 384, 60, "cost", "J(θ)", style.ANALYTIC)
    _arrow(ax, (422, 60), (452, 60), style.ANALYTIC)
    _stop(ax, 512, 60, "backprop", "chain rule", style.ANALYTIC)
    _stop(ax, 250, 200, "forward", "twice: θ + ε, θ − ε", style.NUMERIC)
    _arrow(ax, (322, 200), (352, 200), style.NUMERIC)
    _stop(ax, 470, 200, "J(θ + ε) − J(θ − ε)", "divided by 2ε", style.NUMERIC)
    ax.text(250, 18, "analytic: calculus", color=style.ANALYTIC, ha="center", fontsize=13)
    ax.text(250, 250, "numeric: forward passes only", color=style.NUMERIC, ha="center", fontsize=13)
    _stop(ax, 678, 130, "compare", "equal?", style.AGREES)
    return fig


def _narrow() -> Figure:
    fig, ax = style.drawing(340, 420)
    _stop(ax, 170, 34, "parameters", "θ")
    for x, colour in ((80, style.ANALYTIC), (260, style.NUMERIC)):
        _arrow(ax, (170 + (x - 170) * 0.3, 62), (x, 112), colour)
        _arrow(ax, (x, 330), (170 + (x - 170) * 0.3, 372), colour)
    ax.text(80, 92, "analytic", color=style.ANALYTIC, ha="right", fontsize=13)
    ax.text(260, 92, "numeric", color=style.NUMERIC, ha="left", fontsize=13)
    for y, above, below in ((140, "forward", "once"), (222, "cost", "J(θ)"), (304, "backprop", "chain rule")):
        _stop(ax, 80, y, above, below, style.ANALYTIC)
    for y in (166, 248):
        _arrow(ax, (80, y), (80, y + 28), style.ANALYTIC)
    _stop(ax, 260, 140, "forward", "twice: θ + ε, θ − ε", style.NUMERIC)
    _arrow(ax, (260, 166), (260, 276), style.NUMERIC)
    _stop(ax, 260, 304, "J(θ + ε) − J(θ − ε)", "divided by 2ε", style.NUMERIC)
    _stop(ax, 170, 396, "compare", "equal?", style.AGREES)
    return fig


def _stop(ax: Axes, x: float, y: float, above: str, below: str, colour: str = style.INK) -> None:
    """One station: what happens, and under it in small what with."""
    ax.text(x, y - 1, above, ha="center", va="bottom", color=colour, fontsize=16)
    ax.text(x, y + 5, below, ha="center", va="top", color=style.SOFT, fontsize=13)


def _arrow(ax: Axes, start: tuple[float, float], stop: tuple[float, float], colour: str) -> None:
    look = {"arrowstyle": "-|>,head_width=.22,head_length=.5", "color": colour, "shrinkA": 0, "shrinkB": 0}
    ax.annotate("", stop, start, arrowprops=look)


X, Y = np.array([0.5, 1.0, 2.0]), np.array([0.2, -0.1, 0.3])  # the page's three examples
POINT, STEP = 0.8, 0.4  # a step as small as the page's could not be seen


@figure("cost-slope")
def cost_slope(narrow: bool = False) -> Figure:
    """The page's cost over its one weight: the measured triangle, and the tangent from the chain rule."""
    fig, ax = style.canvas(340, 300) if narrow else style.canvas(640, 360)
    w = np.linspace(-0.3, 1.5, 200)
    ax.plot(w, [_cost(v) for v in w], color=style.INK, linewidth=1.5)
    a = np.tanh(POINT * X)
    slope = np.mean((a - Y) * (1 - a**2) * X)
    ends = POINT + np.array([-0.45, 0.55])
    ax.plot(ends, _cost(POINT) + slope * (ends - POINT), color=style.ANALYTIC, linewidth=2)
    low, high = _cost(POINT), _cost(POINT + STEP)
    corners = np.array([[POINT, low], [POINT + STEP, low], [POINT + STEP, high]])
    ax.fill(*corners.T, color=style.NUMERIC, alpha=0.16, linewidth=0)
    ax.plot(*corners[[0, 1, 2, 0]].T, color=style.NUMERIC)
    ax.plot(POINT, low, "o", color=style.ANALYTIC, markersize=7)
    ax.text(POINT + STEP / 2, low - 0.008, "step in w", ha="center", va="top", color=style.NUMERIC)
    ax.text(POINT + STEP + 0.03, (low + high) / 2, "change in J", va="center", color=style.NUMERIC)
    ax.text(ends[1], _cost(POINT) + slope * STEP * 1.45, "tangent", ha="right", color=style.ANALYTIC)
    ax.set(xlim=(-0.35, 1.95 if narrow else 1.62), ylim=(0, 0.33), xticks=[0, POINT], yticks=[0, 0.1, 0.2, 0.3])
    style.axes(ax, x="weight w", y="cost J")
    return fig


def _cost(w: float) -> float:
    return float(np.mean((np.tanh(w * X) - Y) ** 2) / 2)


ZEROS = (0, 0.1390881297)  # of the error of the page's wrong formula between -2 and 2


@figure("error-of-wrong")
def error_of_wrong(narrow: bool = False) -> Figure:
    """What the forgetful formula says minus the slope, and the sizes that this has at 100,000 random weights."""
    fig = style.sheet(340, 460) if narrow else style.sheet(700, 430)
    above, below = fig.subplots(2, 1, height_ratios=[4, 3])
    w = np.linspace(-2, 2, 400)
    above.axhline(0, color=style.FAINT, linewidth=1)
    above.plot(w, _error(w), color=style.WRONG)
    above.plot(ZEROS, [0, 0], "o", markerfacecolor=style.PAPER, markeredgecolor=style.INK, markersize=9)
    above.text(0.1, 0.12, "e = 0 at both circles", ha="right", color=style.SOFT)
    above.set(xlim=(-2, 2), ylim=(-1.3, 1), xticks=[-2, -1, 0, 1, 2], yticks=[-1, 0, 1])
    style.axes(above, x="weight w", y="e = forgetful formula − slope")
    sizes = np.log10(np.abs(_error(np.random.default_rng(0).uniform(-2, 2, 100_000))))
    edges = np.arange(-10, 0.5, 0.25)
    counts, _ = np.histogram(np.maximum(sizes, edges[0]), edges)
    below.axvspan(edges[0], -8, color=style.BOUND, alpha=0.16, linewidth=0)
    colours = [style.BOUND if edge < -8 else style.WRONG for edge in edges[:-1]]
    below.bar(edges[:-1], counts, width=0.22, align="edge", color=colours, alpha=0.75, log=True)
    ticks = range(-10, 1, 2)
    below.set(
        xlim=(-10, 0.25), ylim=(0.7, 1e5), xticks=ticks, xticklabels=[style.power(k) if k else "1" for k in ticks]
    )
    below.set_yticks([1, 100, 10_000], ["1", style.power(2), style.power(4)])
    below.minorticks_off()
    style.axes(below, x="size of e", y="100,000 random weights, by the size of e")
    return fig


def _error(w: NDArray[Any]) -> NDArray[Any]:
    a = np.tanh(np.multiply.outer(w, X))
    return np.asarray(np.mean((a - Y) * a**2 * X, axis=-1))


@figure("both-learn")
def both_learn(narrow: bool = False) -> Figure:
    """The cost in training with right gradients, and with two blocks of them wrong: the page's own network."""
    fig, ax = style.canvas(340, 300) if narrow else style.canvas(640, 340)
    for factors, colour, name, above in (
        ({}, style.ANALYTIC, "right gradients", True),
        ({"W2": 2.0, "b1": 4.0}, style.WRONG, "wrong gradients", False),
    ):
        costs = _costs(factors)
        ax.plot(costs, color=colour)
        ax.annotate(
            name, (120, costs[120]), (0, 12 if above else -14), textcoords="offset points",
            va="bottom" if above else "top", color=colour,
        )  # fmt: skip
    ax.set(xlim=(0, 200), ylim=(0, 0.85), xticks=[0, 100, 200], yticks=[0, 0.2, 0.4, 0.6, 0.8])
    style.axes(ax, x="training step", y="cost J")
    return fig


def _costs(factors: dict[str, float]) -> list[float]:
    rng = np.random.default_rng(1)
    X = rng.standard_normal((2, 100))
    Y = X[:1] * X[1:] > 0
    params = nn.init_params([2, 6, 1], rng=rng)
    costs = []
    for _ in range(201):
        costs.append(nn.cost(params, X, Y))
        grads = nn.gradients(params, X, Y)
        params = nn.descend(params, {name: factors.get(name, 1) * grads[name] for name in grads}, rate=0.5)
    return costs
