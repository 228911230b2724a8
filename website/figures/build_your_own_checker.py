"""Figure of learn/build-your-own-checker: the four answers as a map."""

import numpy as np
from matplotlib.figure import Figure

from website.figures import style
from website.figures.registry import figure

APART, BOUND = (0.03, 30.0), (1e-10, 1e2)  # what the axes show
WRONG_FROM, AGREES_TO, SHARE = 2.0, 1.0, 0.1  # as the page says: in bounds, in bounds, of the larger slope
CASES = (
    (0.1, 1e-8),
    (10.0, 1e-8),
    (1.5, 1e-8),
    (0.5, 1 / 3),
    (0.1, 10.0),
)  # of the test of step 5, but NaN


@figure("four-answers")
def four_answers(narrow: bool = False) -> Figure:
    """How far apart, in bounds, against the bound's share of the slope: which of the four answers holds where."""
    fig, ax = style.canvas(340, 400) if narrow else style.canvas(740, 440)
    for (left, right), (low, high), colour in (
        ((WRONG_FROM, APART[1]), BOUND, style.WRONG),
        ((APART[0], AGREES_TO), (BOUND[0], SHARE), style.AGREES),
        ((APART[0], WRONG_FROM), (1.0, BOUND[1]), style.BOUND),
    ):
        ax.fill_between([left, right], low, high, color=colour, alpha=0.16, linewidth=0)
    for x, y, name, colour, side in (
        (np.sqrt(WRONG_FROM * APART[1]), 1e-4, "WRONG", style.WRONG, "center"),
        (np.sqrt(APART[0] * AGREES_TO), 1e-5, "AGREES", style.AGREES, "center"),
        (1.2 * APART[0], 1.3, "UNTESTED", style.INK, "left"),
        (1.2 * APART[0], 0.15, "UNDECIDED", style.INK, "left"),
    ):
        ax.text(x, y, name, ha=side, va="bottom", color=colour)
    ax.text(1.42, 1e-4, "UNDECIDED", ha="center", va="center", rotation=90, color=style.INK)
    for x, y in CASES:
        ax.plot(x, y, "o", color=style.INK, markersize=8)
    ax.set(xscale="log", yscale="log", xlim=APART, ylim=BOUND)
    ax.set_xticks([0.1, 1, 2, 10], ["0.1", "1", "2", "10"])
    ax.minorticks_off()
    style.powers(ax, y=range(-10, 3, 2))
    style.axes(ax, x="how far apart, in bounds", y="bound, as a share of the slope")
    return fig
