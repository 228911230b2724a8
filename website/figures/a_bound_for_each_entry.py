"""Figures of learn/a-bound-for-each-entry, measured: one entry of a trained network."""

from collections.abc import Callable

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

import gradlab
from gradlab import nn
from website.figures import style
from website.figures.registry import figure

SLIGHTLY = 1e-5
Floats = NDArray[np.float64]


@figure("threshold-bound")
def threshold_bound(narrow: bool = False) -> Figure:
    """Error of one slope against the step, right and very slightly wrong, and the bound that is made from J alone."""
    fig, ax = style.canvas(340, 380) if narrow else style.canvas(740, 420)
    J, exact, sigma = _one_entry()
    steps = 10.0 ** np.linspace(-7, -2, 61)
    slopes, tenfold = (np.array([(J(h) - J(-h)) / (2 * h) for h in k * steps]) for k in (1, 10))
    bound = np.abs(tenfold - slopes) / 99 + 4 * sigma / steps
    ax.fill_between(steps, 1e-16, bound, color=style.BOUND, alpha=0.3, linewidth=0)
    for analytic, colour in ((exact, style.AGREES), ((1 + SLIGHTLY) * exact, style.WRONG)):
        ax.plot(steps, np.abs(slopes - analytic), ".", color=colour, markersize=6)
    ax.text(2.4e-7, bound[4] * 1.6, "bound", color=style.SOFT)
    ax.text(4e-5, np.abs(SLIGHTLY * exact) * 2, "wrong by 1 in 100,000", color=style.WRONG, ha="center")
    ax.text(3e-4, 2e-14, "right", color=style.AGREES)
    style.powers(ax, x=range(-7, -1), y=range(-15, -7, 2))
    style.axes(ax, x="step h", y="|analytic − numeric|")
    ax.set(xlim=(8e-8, 1.3e-2), ylim=(1e-15, 1e-8))
    return fig


def _one_entry() -> tuple[Callable[[float], float], float, float]:
    """J along entry 28 of the trained network of the page, its exact slope, and the noise of J."""
    rng = np.random.default_rng(0)
    start = nn.init_params([4, 5, 3, 1], rng=rng)
    X = rng.standard_normal((4, 20))
    Y = 1 * (X[:1] * X[1:2] > 0)
    params, _ = nn.train(start, X, Y, steps=600, rate=3.0, hidden="tanh")
    layout = gradlab.Parameters(params)

    def cost(theta: Floats) -> float:
        A = nn.predict(layout.like(theta), X, hidden="tanh")
        return float(np.mean(-Y * np.log(A) - (1 - Y) * np.log(1 - A)))

    direction = np.random.default_rng(1).choice([-1.0, 1.0], layout.size)
    values = [cost(layout.theta + k * 1e-7 * direction) for k in range(100)]
    sigma = float(np.sqrt(np.mean(np.diff(values, 4) ** 2) / 70))
    unit = np.eye(layout.size)[28]
    grad = layout.flatten(nn.gradients(params, X, Y, hidden="tanh"))
    return (lambda h: cost(layout.theta + h * unit)), float(grad[28]), sigma
