"""Figures of learn/what-comparing-proves."""

from matplotlib.axes import Axes
from matplotlib.figure import Figure

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
