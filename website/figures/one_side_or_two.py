"""Figures of learn/one-side-or-two."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from website.figures import style
from website.figures.registry import figure

POINT, STEP = 1.0, 0.5


@figure("two-triangles")
def two_triangles(narrow: bool = False) -> Figure:
    """θ³ at 1 with the forward and the central secant, side by side; ε is exaggerated so that it can be seen."""
    if narrow:
        fig = style.sheet(340, 640)
        left, right = fig.subplots(2, 1, sharex=True)
    else:
        fig = style.sheet(740, 400)
        left, right = fig.subplots(1, 2, sharey=True)
    _secant(left, "one side", POINT, POINT + STEP, style.SOFT)
    _secant(right, "two sides", POINT - STEP, POINT + STEP, style.NUMERIC)
    return fig


def _secant(ax: Axes, title: str, start: float, stop: float, colour: str) -> None:
    """The curve, its tangent at the point, and the triangle that one formula measures."""
    theta = np.linspace(0.25, 1.7, 200)
    ax.plot(theta, theta**3, color=style.INK, linewidth=1.5)
    tangent = np.array([0.55, 1.62])
    ax.plot(tangent, 1 + 3 * (tangent - POINT), color=style.ANALYTIC, linewidth=1.5)
    corners = np.array([[start, start**3], [stop, start**3], [stop, stop**3]])
    ax.fill(*corners.T, color=colour, alpha=0.16, linewidth=0)
    ax.plot(*corners.T, color=colour, linewidth=1)
    ax.plot(*corners[[0, 2]].T, color=colour, linewidth=2.5)
    ax.plot(*corners[[0, 2]].T, "o", color=colour, markersize=6)
    ax.plot(POINT, 1, "o", color=style.ANALYTIC, markersize=7)
    rise, run = stop**3 - start**3, stop - start
    ax.text((start + stop) / 2, start**3 - 0.12, "ε" if start == POINT else "2ε", ha="center", va="top", color=colour)
    ax.text(stop + 0.04, (start**3 + stop**3) / 2, f"{rise:.2f}", va="center", color=colour)
    ax.text(0.27, 4.2, f"secant {rise / run:.2f}", color=colour)
    ax.text(0.27, 3.75, "tangent 3", color=style.ANALYTIC)
    ticks = {start: "1 − ε", POINT: "1", stop: "1 + ε"}
    ax.set_xticks(list(ticks), list(ticks.values()))
    ax.set(xlim=(0.2, 1.85), ylim=(-0.6, 4.6), yticks=[0, 1, 2, 3, 4])
    ax.set_title(title, loc="left", fontsize=style.TEXT + 2)
    ax.text(1.57, 4.2, "θ³", color=style.INK, ha="right")


@figure("error-orders")
def error_orders(narrow: bool = False) -> Figure:
    """Errors of both formulas for sin at 1 against ε, as far down as rounding leaves them alone."""
    fig, ax = style.canvas(340, 360) if narrow else style.canvas(640, 400)
    eps = np.geomspace(1e-4, 1, 41)
    one = (np.sin(1 + eps) - np.sin(1)) / eps
    two = (np.sin(1 + eps) - np.sin(1 - eps)) / (2 * eps)
    for slope, colour, name, below in (
        (one, style.SOFT, "one side, O(ε)", False),
        (two, style.NUMERIC, "two sides, O(ε²)", True),
    ):
        error = np.abs(slope - np.cos(1))
        ax.plot(eps, error, color=colour)
        ax.plot(eps[::10], error[::10], "o", color=colour, markersize=6)
        ax.annotate(
            name, (eps[15], error[15]), (10, -6) if below else (-6, 10), textcoords="offset points",
            ha="left" if below else "right", va="top" if below else "bottom", color=colour,
        )  # fmt: skip
    style.powers(ax, x=range(-4, 1), y=range(-10, 1, 2))
    ax.set(xlim=(6e-5, 1.6), ylim=(1e-10, 3))
    ax.grid(axis="y")
    style.axes(ax, x="step ε", y="error")
    return fig
