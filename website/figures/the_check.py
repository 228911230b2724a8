"""Figures of learn/the-check."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from website.figures import style
from website.figures.registry import figure

CELLS, MOVED = 9, 5


@figure("check-loop")
def check_loop(narrow: bool = False) -> Figure:
    """θ with one cell moved up and down, the two costs, and the cell of gradapprox that they fill."""
    width, height, cell, left, beside = (340, 330, 21, 62, 292) if narrow else (740, 330, 44, 130, 610)
    fig, ax = style.drawing(width, height)
    small = 12 if narrow else 14
    right, centre = left + CELLS * cell, left + (MOVED + 0.5) * cell
    for y, side, sign in ((18, "⁺", "+ε"), (70, "⁻", "−ε")):
        _row(ax, left, y, cell, style.NUMERIC, MOVED)
        ax.text(left - 12, y + 15, f"θ{side}", ha="right", va="center", color=style.NUMERIC, fontsize=18)
        ax.text(centre, y + 15, sign, ha="center", va="center", color=style.NUMERIC, fontsize=small)
        _arrow(ax, (right + 6, y + 15), (beside - 18, y + 15), style.NUMERIC)
        ax.text(beside, y + 15, f"J{side}", ha="center", va="center", color=style.NUMERIC, fontsize=18)
    ax.text(beside, 144, "(J⁺ − J⁻) / 2ε", ha="center", va="center", color=style.NUMERIC, fontsize=small + 2)
    ax.plot([beside - (52 if narrow else 62), centre, centre], [144, 144, 160], color=style.NUMERIC, linewidth=1)
    _arrow(ax, (centre, 160), (centre, 182), style.NUMERIC)
    for y, name, colour, last in ((186, "gradapprox", style.NUMERIC, MOVED), (252, "grad", style.ANALYTIC, CELLS)):
        _row(ax, left, y, cell, colour, last, filled=True)
        name = "approx" if narrow and last == MOVED else name
        ax.text(left - 12, y + 15, name, ha="right", va="center", color=colour)
    ax.text(centre, 234, "the same?", ha="center", va="center", color=style.SOFT, fontsize=small)
    for x, name, side in ((left, "W1", "left"), ((left + right) / 2, "…", "center"), (right, "bL", "right")):
        ax.text(x, 304, name, ha=side, va="center", color=style.SOFT, fontsize=small)
    return fig


def _row(ax: Axes, left: float, top: float, cell: float, colour: str, last: int, filled: bool = False) -> None:
    """A vector as cells; cell `last` has a frame and is coloured, and all before it if the row is being filled."""
    for k in range(CELLS):
        x = left + k * cell
        if k == last or (filled and k < last):
            ax.add_patch(Rectangle((x, top), cell, 30, facecolor=colour, alpha=0.18, linewidth=0))
        ax.add_patch(Rectangle((x, top), cell, 30, facecolor="none", edgecolor=style.SOFT, linewidth=0.8))
    if last < CELLS:
        frame = (left + last * cell, top)
        ax.add_patch(Rectangle(frame, cell, 30, facecolor="none", edgecolor=colour, linewidth=2.5))


@figure("check-triangle")
def check_triangle(narrow: bool = False) -> Figure:
    """Two gradients from one point, and the side that closes the triangle."""
    fig, ax = style.drawing(340, 240) if narrow else style.drawing(740, 270)
    start = np.array([30.0, 200.0]) if narrow else np.array([130.0, 225.0])
    grad = start + ([270.0, -90.0] if narrow else [430.0, -90.0])
    turn = np.deg2rad(15)  # up: in the picture y points down. As the moving picture begins
    approx = start + 0.95 * np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]]) @ (grad - start)
    _arrow(ax, tuple(start), tuple(grad), style.ANALYTIC, 2.5)
    _arrow(ax, (start[0], start[1]), (approx[0], approx[1]), style.NUMERIC, 2.5)
    ax.plot(*np.array([grad, approx]).T, color=style.WRONG, linewidth=2.5)
    below, above = start + (grad - start) * 0.6, start + (approx - start) * 0.5
    ax.text(below[0], below[1] + 28, "grad", color=style.ANALYTIC, ha="center", fontsize=17)
    ax.text(above[0] - 16, above[1] - 8, "gradapprox", color=style.NUMERIC, ha="right", fontsize=17)
    middle = (grad + approx) / 2
    if narrow:
        ax.text(334, 20, "grad − gradapprox", color=style.WRONG, ha="right", fontsize=15)
    else:
        ax.text(middle[0] + 14, middle[1] + 2, "grad − gradapprox", color=style.WRONG, va="center", fontsize=17)
    return fig


def _arrow(ax: Axes, start: tuple[float, float], stop: tuple[float, float], colour: str, width: float = 1) -> None:
    look = {"arrowstyle": "-|>,head_width=.25,head_length=.5", "color": colour, "shrinkA": 0, "shrinkB": 0}
    ax.annotate("", stop, start, arrowprops=look | {"linewidth": width})
