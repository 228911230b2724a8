"""Figures of learn/what-it-cannot-tell."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from gradlab import Verdict, check_gradients, nn
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


@figure("what-was-tested")
def what_was_tested(narrow: bool = False) -> Figure:
    """The blocks of the page's network, each component filled, hollow or half by what the check says of it."""
    rng = np.random.default_rng(0)
    X, Y = rng.standard_normal((4, 3)), np.array([[1, 1, 0]])
    params = nn.init_params([4, 5, 3, 1], rng=rng)
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
            kink = abs(block.analytic[i, j] - block.numeric[i, j]) > 1e-6
            _square(ax, x + j * size, top + i * size, size - 3, _colour(verdict, kink))
        x += columns * size + gap
    _legend(ax, report.blocks.values(), 8 if narrow else 32, height, narrow)
    return fig


def _colour(verdict: Verdict, kink: bool) -> str | None:
    if verdict is Verdict.UNTESTED:
        return None
    return style.NUMERIC if kink else style.AGREES


def _square(ax: Axes, x: float, y: float, side: float, colour: str | None) -> None:
    ax.add_patch(
        Rectangle((x, y), side, side, facecolor=colour or "none", edgecolor=colour or style.BOUND, linewidth=1)
    )


def _legend(ax: Axes, blocks, x: float, height: float, narrow: bool) -> None:  # type: ignore[no-untyped-def]
    untested = sum(block.counts[Verdict.UNTESTED] for block in blocks)
    words = ((style.AGREES, "tested"), (style.NUMERIC, "on a kink"), (None, f"dead: {untested} of 47"))
    for colour, word in words:
        _square(ax, x, height - 27, 11, colour)
        ax.text(x + 19, height - 16, word, va="baseline", color=colour or style.SOFT)
        x += (25 if narrow else 60) + 8 * len(word)


@figure("dropout-masks")
def dropout_masks(narrow: bool = False) -> Figure:
    """Numeric slope of one bias against the step, with masks drawn anew at each call and with masks held fixed."""
    fig, ax = style.canvas(340, 340) if narrow else style.canvas(740, 380)
    rng = np.random.default_rng(0)
    X, Y = rng.standard_normal((4, 3)), np.array([[1, 1, 0]])
    params = nn.init_params([4, 5, 3, 1], rng=rng)
    held = nn.dropout_masks(params, m=3, keep=0.8, rng=rng)
    steps = np.geomspace(1e-9, 1e-1, 65)

    def slope(step: float, fresh: bool) -> float:
        J = []
        for h in (step, -step):
            masks = nn.dropout_masks(params, m=3, keep=0.8, rng=rng) if fresh else held
            J.append(nn.cost({**params, "b3": params["b3"] + h}, X, Y, masks=masks))
        return abs(J[0] - J[1]) / (2 * step)

    ax.plot(steps, [slope(h, True) for h in steps], "o", color=style.WRONG, markersize=4.5)
    ax.plot(steps, [slope(h, False) for h in steps], color=style.NUMERIC)
    ax.text(3e-9 if narrow else 1.3e-7, 20 if narrow else 6e6, "fresh masks", color=style.WRONG)
    ax.text(1e-9, 8e-3, "masks held fixed", color=style.NUMERIC)
    style.powers(ax, x=range(-9, 0, 2), y=range(-3, 10, 3))
    ax.set(ylim=(5e-4, 1e10))
    style.axes(ax, x="step ε", y="size of the numeric slope")
    ax.grid(axis="y")
    return fig
