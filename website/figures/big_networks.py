"""Figures of learn/big-networks."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from gradlab import Parameters, nn
from website.figures import style
from website.figures.registry import figure, numbers

SIZES = [784, 128, 10]
ENTRY = 44_988  # the one that is wrong on the page
ROWS = 6


def _network() -> Parameters:
    return Parameters(nn.init_params(SIZES, method="zeros"))


@figure("chance-to-notice")
def chance_to_notice(narrow: bool = False) -> Figure:
    """Probability that k sampled entries, or k random directions, show that something is wrong."""
    n = _network().size
    fig, ax = style.canvas(340, 380) if narrow else style.canvas(740, 400)
    draws = np.unique(np.geomspace(1, n, 200).astype(int))
    for wrong in (n // 10, 100, 1):
        chance = 1 - np.exp(np.cumsum(np.log1p(-wrong / np.arange(n, wrong, -1.0))))  # without replacement
        seen = np.append(chance, np.ones(wrong))[draws - 1]
        ax.plot(2 * draws, seen, color=style.NUMERIC)
    k = np.arange(1, 13)
    ax.plot(2 * k, 1 - 0.5**k, "o-", color=style.AGREES, markersize=5)
    labels = (
        (24, 0.42, "a tenth" if narrow else "a tenth wrong", "left"),
        (2200, 0.42, "100 wrong", "left"),
        (8e4, 0.6, "one wrong", "right"),
    )
    for x, y, words, side in labels:
        ax.text(x, y, words, color=style.NUMERIC, ha=side)
    ax.text(2, 1.05, "random directions", color=style.AGREES)
    style.powers(ax, x=range(6))
    ax.set(xlim=(1, 4e5), ylim=(0, 1.14), yticks=[0, 0.5, 1])
    ax.grid(axis="y")
    style.axes(ax, x="forward passes", y="chance to notice")
    return fig


@numbers("bisection")
def entry() -> int:
    """Where the wrong entry is."""
    return ENTRY


@figure("bisection")
def bisection(narrow: bool = False) -> Figure:
    """The halves of theta that are asked one after the other, until one entry is left."""
    width, bar, pitch = (340, 22, 46) if narrow else (740, 24, 50)
    fig, ax = style.drawing(width, 20 + ROWS * pitch + 62)
    left, right = (4, 250) if narrow else (30, 590)
    lo, hi = 0, _network().size
    for row in range(ROWS):
        y, middle = 12 + row * pitch, (lo + hi) // 2
        centre = left + (right - left) * (middle - lo) / (hi - lo)
        wrong_left = middle > ENTRY
        for a, b, wrong in ((left, centre, wrong_left), (centre, right, not wrong_left)):
            _bar(ax, a + 1, b - 1, y, bar, style.WRONG if wrong else style.AGREES)
        ax.text(right + 12, y + bar / 2, f"{hi - lo:,}", va="center", color=style.SOFT)
        lo, hi = (lo, middle) if wrong_left else (middle, hi)
        kept = (left, centre) if wrong_left else (centre, right)
        last = row == ROWS - 1
        if not last:
            for start, stop in zip(kept, (left, right), strict=True):
                ax.plot([start, stop], [y + bar + 2, y + pitch - 2], color=style.BOUND, linewidth=0.8)
    _end(ax, (left + right) / 2, 12 + ROWS * pitch - 12, right)
    return fig


def _bar(ax: Axes, start: float, stop: float, y: float, height: float, colour: str) -> None:
    ax.fill([start, stop, stop, start], [y, y, y + height, y + height], color=colour, alpha=0.85, linewidth=0)


def _end(ax: Axes, x: float, y: float, right: float) -> None:
    """Three dots for the rows that are left out, then the entry."""
    ax.plot([x] * 3, [y, y + 9, y + 18], "o", color=style.SOFT, markersize=3)
    _bar(ax, x - 3, x + 3, y + 32, 22, style.WRONG)
    name, index = _network().where(ENTRY)
    ax.text(x + 12, y + 43, f"{name}[{index[0]}, {index[1]}]", va="center", color=style.WRONG)
    ax.text(right + 12, y + 43, "1", va="center", color=style.SOFT)
