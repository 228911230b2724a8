"""Figures of learn/backprop-by-hand."""

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from website.figures import style
from website.figures.registry import figure

M = 7
CHAIN = ("X", "Z1", "A1", "Z2", "A2", "Z3", "J")
UNITS = {"X": 4, "Z1": 5, "A1": 5, "Z2": 3, "A2": 3, "Z3": 1}
INPUTS = {"Z1": 4, "Z2": 5, "Z3": 3}
STEPS = {"Z1": "W X + b", "A1": "tanh", "Z2": "W A + b", "A2": "tanh", "Z3": "W A + b", "J": "cost"}
BACK = {"Z3": "(A − Y)/m", "A2": "Wᵀ dZ", "Z2": "· g′(Z)", "A1": "Wᵀ dZ", "Z1": "· g′(Z)"}


@figure("backprop-graph")
def backprop_graph(narrow: bool = False) -> Figure:
    """The chain forward, and under (or beside) it the chain backward, with the shape of everything."""
    return _upright() if narrow else _level()


def _level() -> Figure:
    fig, ax = style.drawing(740, 400)
    at = {name: 42 + 109 * k for k, name in enumerate(CHAIN)}
    for name, x in at.items():
        _value(ax, x, 120, name, _shape(name), style.INK)
        if name != "X":
            _arrow(ax, (x - 86, 120), (x - 24, 120), style.INK)
            ax.text(x - 55, 108, STEPS[name], ha="center", color=style.SOFT, fontsize=12)
        if name in BACK:
            _value(ax, x, 250, f"d{name}", _shape(name), style.ANALYTIC)
            _arrow(ax, (x + 86, 250), (x + 26, 250), style.ANALYTIC)
            ax.text(x + 56, 238, BACK[name], ha="center", color=style.ANALYTIC, fontsize=12)
        if name in INPUTS:
            k = name[1]
            _value(ax, x, 34, f"W{k}, b{k}", f"{UNITS[name]}×{INPUTS[name]}, {UNITS[name]}×1", style.INK)
            _arrow(ax, (x, 66), (x, 98), style.INK)
            _arrow(ax, (x, 284), (x, 330), style.ANALYTIC)
            _value(ax, x, 352, f"dW{k}, db{k}", f"{UNITS[name]}×{INPUTS[name]}, {UNITS[name]}×1", style.ANALYTIC)
    ax.plot([at["J"], at["J"], at["J"] - 23], [152, 250, 250], color=style.ANALYTIC, linewidth=1)
    ax.text(at["Z1"] + 16, 306, "dZ Aᵀ and row sums", color=style.ANALYTIC, fontsize=12, va="center")
    return fig


def _upright() -> Figure:
    fig, ax = style.drawing(340, 620)
    at = {name: 36 + 88 * k for k, name in enumerate(CHAIN)}
    for name, y in at.items():
        _value(ax, 110, y, name, _shape(name), style.INK)
        if name != "X":
            _arrow(ax, (110, y - 58), (110, y - 20), style.INK)
            ax.text(102, y - 42, STEPS[name], ha="right", va="center", color=style.SOFT, fontsize=12)
        if name in BACK:
            _value(ax, 200, y, f"d{name}", _shape(name), style.ANALYTIC)
            _arrow(ax, (200, y + 66), (200, y + 28), style.ANALYTIC)
            ax.text(208, y + 48, BACK[name], va="center", color=style.ANALYTIC, fontsize=12)
        if name in INPUTS:
            k = name[1]
            _value(ax, 32, y, f"W{k}, b{k}", f"{UNITS[name]}×{INPUTS[name]}, {UNITS[name]}×1", style.INK)
            _arrow(ax, (66, y), (88, y), style.INK)
            _arrow(ax, (226, y), (256, y), style.ANALYTIC)
            _value(ax, 300, y, f"dW{k}, db{k}", f"{UNITS[name]}×{INPUTS[name]}, {UNITS[name]}×1", style.ANALYTIC)
    ax.plot([126, 200, 200], [at["J"], at["J"], at["J"] - 22], color=style.ANALYTIC, linewidth=1)
    return fig


def _shape(name: str) -> str:
    return f"{UNITS[name]}×{M}" if name in UNITS else "one number"


def _value(ax: Axes, x: float, y: float, name: str, shape: str, colour: str) -> None:
    ax.text(x, y, name, ha="center", va="center", color=colour, fontsize=18)
    ax.text(x, y + 20, shape, ha="center", va="center", color=style.SOFT, fontsize=12)


def _look(colour: str) -> dict[str, object]:
    return {"arrowstyle": "-|>,head_width=.2,head_length=.45", "color": colour, "shrinkA": 0, "shrinkB": 0}


def _arrow(ax: Axes, start: tuple[float, float], stop: tuple[float, float], colour: str) -> None:
    ax.annotate("", stop, start, arrowprops=_look(colour))


@figure("backprop-shapes")
def backprop_shapes(narrow: bool = False) -> Figure:
    """The three products of a dense layer as rectangles, drawn to scale: layer 2 of 4-5-3-1, seven examples."""
    fig, ax = style.drawing(340, 430) if narrow else style.drawing(740, 290)
    unit = 12 if narrow else 15
    corners = ((12, 30), (12, 180), (12, 330)) if narrow else ((20, 40), (400, 40), (20, 200))
    _product(ax, *corners[0], unit, (("dW", 3, 5), ("=", 0, 2), ("dZ", 3, 7), ("", 0, 2), ("Aᵀ", 7, 5)))
    _product(ax, *corners[1], unit, (("dA", 5, 7), ("=", 0, 2), ("Wᵀ", 5, 3), ("", 0, 2), ("dZ", 3, 7)))
    _product(ax, *corners[2], unit, (("db", 3, 1), ("= row sums of", 0, 9), ("dZ", 3, 7)))
    return fig


def _product(ax: Axes, left: float, top: float, unit: float, terms: tuple[tuple[str, int, int], ...]) -> None:
    """Draw one equation from left to right. A term is (name, rows, columns); one of 0 rows is a sign, such as =."""
    middle = top + max(n for _, n, _ in terms) * unit / 2
    for name, n, m in terms:
        if n:
            _matrix(ax, left, middle, name, n, m, unit)
        else:
            ax.text(left + m * unit / 2, middle, name, ha="center", va="center", fontsize=15)
        left += m * unit


def _matrix(ax: Axes, x: float, middle: float, name: str, n: int, m: int, unit: float) -> None:
    """A rectangle of n by m squares, its name inside (or below, if it is slim), its size above."""
    colour = style.ANALYTIC if name.startswith("d") else style.INK
    top, centre = middle - n * unit / 2, x + m * unit / 2
    ax.add_patch(Rectangle((x, top), m * unit, n * unit, facecolor=colour, alpha=0.12, linewidth=0))
    ax.add_patch(Rectangle((x, top), m * unit, n * unit, facecolor="none", edgecolor=colour, linewidth=1.5))
    ax.text(
        centre, middle if m > 1 else top + n * unit + 14, name, ha="center", va="center", color=colour, fontsize=17
    )
    ax.text(centre, top - 6, f"{n}×{m}", ha="center", va="bottom", color=style.SOFT, fontsize=12)
