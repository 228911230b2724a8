"""Figures of learn/kinks."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from website.figures import style
from website.figures.registry import figure

POINT = 0.3  # in steps: how far the point lies from the kink


@figure("relu-kink")
def relu_kink(narrow: bool = False) -> Figure:
    """A secant across the kink of ReLU, and the slope that it gives for each place of the point."""
    if narrow:
        fig = style.sheet(340, 560)
        left, right = fig.subplots(2, 1)
    else:
        fig = style.sheet(740, 330)
        left, right = fig.subplots(1, 2)
    _secant(left)
    _ramp(right)
    return fig


def _secant(ax: Axes) -> None:
    ax.plot([-1.3, 0, 1.9], [0, 0, 1.9], color=style.INK, linewidth=1.5)
    ends = np.array([[POINT - 1, 0], [POINT + 1, POINT + 1]])
    ax.plot(*ends.T, color=style.NUMERIC, linewidth=2.5)
    ax.plot(*ends.T, "o", color=style.NUMERIC, markersize=6)
    ax.plot([POINT - 0.26, POINT + 0.26], [POINT - 0.26, POINT + 0.26], color=style.ANALYTIC, linewidth=3.5)
    ax.plot(POINT, POINT, "o", color=style.ANALYTIC, markersize=7)
    ax.text(0.2, 0.8, f"secant: slope {(POINT + 1) / 2:.2f}", color=style.NUMERIC, ha="right")
    ax.text(0.5, 0.26, "true slope 1", color=style.ANALYTIC)
    ax.set_xticks([POINT - 1, POINT, POINT + 1], ["x − ε", "x", "x + ε"])
    ax.set(xlim=(-1.35, 2), ylim=(-0.12, 1.75), yticks=[0, 1])
    style.axes(ax, y="relu")


def _ramp(ax: Axes) -> None:
    x = np.linspace(-2.2, 2.2, 441)
    for side, level in ((x < 0, 0), (x > 0, 1)):
        ax.plot(x[side], np.full(side.sum(), level), color=style.ANALYTIC, linewidth=3.5)
    relu = np.maximum
    ax.plot(x, (relu(x + 1, 0) - relu(x - 1, 0)) / 2, color=style.NUMERIC)
    ax.plot([0, POINT], [0.5, (POINT + 1) / 2], "o", color=style.NUMERIC, markersize=6)
    ax.annotate("½", (0, 0.5), (-10, 2), textcoords="offset points", ha="right", color=style.NUMERIC)
    ax.text(-2.2, 0.72, "measured", color=style.NUMERIC)
    ax.text(-2.2, 0.86, "true", color=style.ANALYTIC)
    ax.set_xticks([-2, -1, 0, 1, 2], ["−2ε", "−ε", "0", "ε", "2ε"])
    ax.set(xlim=(-2.3, 2.3), ylim=(-0.06, 1.1), yticks=[0, 0.5, 1])
    style.axes(ax, x="x", y="slope of relu at x")
