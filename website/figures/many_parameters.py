"""Figures of learn/many-parameters."""

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Polygon, Rectangle

from website.figures import style
from website.figures.registry import figure

SHAPES = {"W1": (4, 3), "b1": (4, 1), "W2": (2, 4), "b2": (2, 1)}  # the page's network
MARKED = ("W2", 1, 1)


@figure("theta-layout")
def theta_layout(narrow: bool = False) -> Figure:
    """The four arrays as grids, θ and dθ as strips, and one entry marked in all of them."""
    width, height, cell, left = (340, 290, 12, 24) if narrow else (740, 350, 25, 66)
    grid = 15 if narrow else 25
    fig, ax = style.drawing(width, height)
    strip, second = (170, 234) if narrow else (220, 296)
    start, y = 0, 34
    for name, (rows, columns) in SHAPES.items():
        size = rows * columns
        middle = left + (start + size / 2) * cell
        x = middle - columns * grid / 2
        _fan(ax, x, y + rows * grid, columns * grid, left + start * cell, strip, size * cell)
        _block(ax, x, y, rows, columns, grid, name)
        for at, text, colour in ((strip, name, style.INK), (second, f"d{name}", style.ANALYTIC)):
            _block(ax, left + start * cell, at, 1, size, cell)
            ax.text(middle, at + cell + 15, text, ha="center", va="center", color=colour)
        if name == MARKED[0]:
            _mark(ax, x + MARKED[2] * grid, y + MARKED[1] * grid, grid, style.NUMERIC)
            i = start + MARKED[1] * columns + MARKED[2]
            _mark(ax, left + i * cell, strip, cell, style.NUMERIC)
            _mark(ax, left + i * cell, second, cell, style.ANALYTIC)
        start += size
    ax.text(left - 4, strip + cell / 2, "θ", ha="right", va="center", color=style.INK)
    ax.text(left - 4, second + cell / 2, "dθ", ha="right", va="center", color=style.ANALYTIC)
    return fig


@figure("two-orders")
def two_orders(narrow: bool = False) -> Figure:
    """Two rows of cells, θ in the network's order and below it dθ in alphabetical order: which entries meet."""
    width, cell, left = (340, 12, 24) if narrow else (740, 25, 66)
    fig, ax = style.drawing(width, 190)
    names, other = list(SHAPES), sorted(SHAPES)
    owners, theirs = _owners(names), _owners(other)
    above, below = 44, 122
    for i, (one, two) in enumerate(zip(owners, theirs, strict=True)):
        colour = style.AGREES if one == two else style.WRONG
        x = left + (i + 0.5) * cell
        ax.plot([x, x], [above + cell + 3, below - 3], color=colour, linewidth=1 if narrow else 1.5)
    for order, y, prefix, colour in ((names, above, "", style.INK), (other, below, "d", style.ANALYTIC)):
        start = 0
        for name in order:
            size = SHAPES[name][0] * SHAPES[name][1]
            _block(ax, left + start * cell, y, 1, size, cell)
            text = y - 16 if prefix == "" else y + cell + 16
            ax.text(left + (start + size / 2) * cell, text, prefix + name, ha="center", va="center", color=colour)
            start += size
    ax.text(left - 4, above + cell / 2, "θ", ha="right", va="center", color=style.INK)
    ax.text(left - 4, below + cell / 2, "dθ", ha="right", va="center", color=style.ANALYTIC)
    return fig


def _owners(names: Sequence[str]) -> list[tuple[str, int]]:
    return [(name, k) for name in names for k in range(SHAPES[name][0] * SHAPES[name][1])]


def _block(ax: Axes, x: float, y: float, rows: int, columns: int, cell: float, name: str = "") -> None:
    """A grid of cells with a firm outline, its name above."""
    for k in range(1, columns):
        ax.plot([x + k * cell] * 2, [y, y + rows * cell], color=style.FAINT, linewidth=1, solid_capstyle="butt")
    for k in range(1, rows):
        ax.plot([x, x + columns * cell], [y + k * cell] * 2, color=style.FAINT, linewidth=1, solid_capstyle="butt")
    ax.add_patch(Rectangle((x, y), columns * cell, rows * cell, fill=False, edgecolor=style.SOFT, linewidth=1.4))
    if name:
        ax.text(x + columns * cell / 2, y - 13, name, ha="center", va="center", color=style.INK)


def _mark(ax: Axes, x: float, y: float, cell: float, colour: str) -> None:
    ax.add_patch(Rectangle((x, y), cell, cell, facecolor=colour, edgecolor=colour, linewidth=1.4))


def _fan(ax: Axes, x: float, y: float, width: float, to_x: float, to_y: float, to_width: float) -> None:
    """From an array down to its stretch of the strip."""
    corners = [(x, y), (x + width, y), (to_x + to_width, to_y), (to_x, to_y)]
    ax.add_patch(Polygon(corners, facecolor=style.BOUND, alpha=0.16, linewidth=0))
