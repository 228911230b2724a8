"""Figures of learn/what-it-cannot-tell."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from gradlab import Verdict, check_gradients, nn
from website.figures import style
from website.figures.registry import figure


@figure("what-was-tested")
def what_was_tested(narrow: bool = False) -> Figure:
    """The blocks of the page's network, each component filled where the check tested it."""
    rng = np.random.default_rng(36)
    params = nn.init_params([4, 5, 3, 1], rng=rng)
    X, Y = rng.standard_normal((4, 7)), rng.integers(0, 2, (1, 7))
    report = check_gradients(lambda p: nn.cost(p, X, Y), params, lambda p: nn.gradients(p, X, Y))
    size, height = (16, 165) if narrow else (26, 225)
    fig, ax = style.drawing(340 if narrow else 740, height)
    x, gap = (6.0, 13) if narrow else (30.0, 34)
    middle = 2.5 * size + 30
    for block in report.blocks.values():
        rows, columns = block.shape
        top = middle - rows * size / 2
        ax.text(x + columns * size / 2, top - 8, block.name, ha="center", va="bottom")
        for (i, j), verdict in np.ndenumerate(block.verdicts):
            _square(ax, x + j * size, top + i * size, size - 3, _colour(verdict))
        x += columns * size + gap
    _legend(ax, report.blocks.values(), 8 if narrow else 32, height, narrow)
    return fig


def _colour(verdict: Verdict) -> str | None:
    return None if verdict is Verdict.UNTESTED else style.AGREES


def _square(ax: Axes, x: float, y: float, side: float, colour: str | None) -> None:
    ax.add_patch(
        Rectangle((x, y), side, side, facecolor=colour or "none", edgecolor=colour or style.BOUND, linewidth=1)
    )


def _legend(ax: Axes, blocks, x: float, height: float, narrow: bool) -> None:  # type: ignore[no-untyped-def]
    untested = sum(block.counts[Verdict.UNTESTED] for block in blocks)
    words = ((style.AGREES, "tested"), (None, f"dead: {untested} of 47"))
    for colour, word in words:
        _square(ax, x, height - 27, 11, colour)
        ax.text(x + 19, height - 16, word, va="baseline", color=colour or style.SOFT)
        x += (25 if narrow else 60) + 8 * len(word)
