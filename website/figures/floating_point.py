"""Figures of learn/floating-point."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from website.figures import style
from website.figures.registry import figure


@figure("v-curve")
def v_curve(narrow: bool = False) -> Figure:
    """Error of the central difference of exp at 1 against the step, measured in double and in single precision."""
    fig, ax = style.canvas(340, 400) if narrow else style.canvas(740, 460)
    _branch(ax, np.float64, style.NUMERIC, "float64")
    _branch(ax, np.float32, style.SOFT, "float32")
    style.powers(ax, x=range(-12, 1, 3), y=range(-12, 3, 3))
    style.axes(ax, x="step ε", y="error")
    ax.grid(axis="y")
    ax.set(xlim=(2e-13, 3), ylim=(1e-13, 1e3))
    return fig


def _branch(ax: Axes, dtype: type, colour: str, name: str) -> None:
    """One precision: every measured error as a dot, their running median as a line, the best step marked."""
    steps = np.geomspace(1e-12, 1, 400)
    errors = _errors(steps, dtype)
    seen = errors > 0
    some = np.flatnonzero(seen)[::4]
    ax.plot(steps[some], errors[some], ".", color=colour, markersize=4, alpha=0.5)
    level = _running_median(errors)
    ax.plot(steps, level, color=colour)
    best = steps[np.argmin(level)]
    ax.plot(best, level.min(), "o", color=colour, markersize=9, markerfacecolor=style.PAPER, markeredgewidth=2)
    ax.annotate(
        f"{name}, best at {best:.0e}".replace("e-0", "e-"),
        (best, level.min()), (-4, -10), textcoords="offset points", ha="right", va="top", color=colour,
    )  # fmt: skip


def _errors(steps: NDArray[np.float64], dtype: type) -> NDArray[np.float64]:
    """Error of (exp(1 + h) - exp(1 - h)) / 2h, all of it computed in this precision."""
    one = dtype(1)
    h = steps.astype(dtype)
    slope = (np.exp(one + h) - np.exp(one - h)) / (2 * h)
    return np.abs(slope.astype(np.float64) - np.e)


def _running_median(errors: NDArray[np.float64], width: int = 31) -> NDArray[np.float64]:
    padded = np.pad(errors, width // 2, mode="edge")
    return np.median(np.lib.stride_tricks.sliding_window_view(padded, width), axis=1)
