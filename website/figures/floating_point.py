"""Figures of learn/floating-point."""

import cmath
from collections.abc import Callable

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from gradlab.precision import unit_roundoff
from gradlab.stencils import CENTRAL, FIVE_POINT, FORWARD, complex_step
from gradlab.steps import best_step, roundoff_error, truncation_error
from website.figures import style
from website.figures.registry import figure

Floats = NDArray[np.float64]


@figure("v-curve")
def v_curve(narrow: bool = False) -> Figure:
    """Error of the central quotient of the page's function at 0 against the step: bound, and what was measured."""
    fig, ax = style.canvas(340, 420) if narrow else style.canvas(740, 480)
    _branch(ax, np.float32, style.SOFT, (-36 if narrow else -56, -20))
    _branch(ax, np.float64, style.NUMERIC, (-14, -40))
    style.powers(ax, x=range(-12, 1, 3), y=range(-12, 3, 3))
    style.axes(ax, x="step ε", y="error")
    ax.grid(axis="y")
    ax.set(xlim=(3e-13, 2), ylim=(3e-15, 1e2))
    ax.plot([1e-7, 1e-7], [3e-10, 4], color=style.SOFT, linewidth=1, linestyle=(0, (2, 4)))
    ax.text(1e-7, 6, "the course’s ε", ha="center", va="bottom", color=style.SOFT)
    if not narrow:
        ax.text(2e-11, 2e-8, "rounding", ha="center", va="top", color=style.SOFT)
        ax.text(1.5e-4, 1e-10, "truncation", ha="left", va="top", color=style.SOFT)
    return fig


def _branch(ax: Axes, dtype: type, colour: str, label: tuple[float, float]) -> None:
    """One precision: the bound in grey, the measured errors as dots, the best step named."""
    u, best = unit_roundoff(dtype), best_step(CENTRAL, dtype=dtype)
    steps = np.geomspace(1e-12, 1, 97)
    bound = [truncation_error(CENTRAL, h) + roundoff_error(CENTRAL, h, u) for h in steps]
    ax.plot(steps, np.minimum(bound, 1.5), color=style.BOUND, linewidth=5, alpha=0.35, solid_capstyle="butt")
    errors = np.array([_error(dtype(h)) for h in steps])
    ax.plot(steps[errors > 0], errors[errors > 0], "o", color=colour, markersize=3, markeredgewidth=0)
    ax.plot(best.step, best.error, "o", color=colour, markersize=9, markerfacecolor=style.PAPER, markeredgewidth=2)
    mantissa, exponent = f"{best.step:.0e}".split("e")
    for k, line in enumerate((np.dtype(dtype).name, f"best at {mantissa} · {style.power(int(exponent))}")):
        ax.annotate(
            line, (best.step, best.error), (label[0], label[1] - 18 * k), textcoords="offset points",
            ha="right", va="top", color=colour,
        )  # fmt: skip


def _error(h: np.floating) -> float:
    """|(f(h) − f(−h)) / 2h − 1|, all of it in the precision of h."""
    plus, minus = (((t / 6 + 0.5) * t + 1) * t + 1 for t in (h, -h))
    return abs(float((plus - minus) / (2 * h)) - 1)


@figure("cancellation")
def cancellation(narrow: bool = False) -> Figure:
    """The digits of f(0.7 + ε), f(0.7 − ε) and of their difference, one under the other, for ε = 1e-10."""
    width, left, pitch = (340, 68, 14.2) if narrow else (640, 150, 24)
    fig, ax = style.drawing(width, 170)
    plus, minus = (((t / 6 + 0.5) * t + 1) * t + 1 for t in (0.7 + 1e-10, 0.7 - 1e-10))
    texts = [f"{value:.16f}" for value in (plus, minus, plus - minus)]
    same = next(k for k, (a, b) in enumerate(zip(texts[0], texts[1], strict=True)) if a != b)
    edges = [left - pitch / 2, left + (same - 0.5) * pitch]
    ax.fill_between(edges, 18, 98, color=style.BOUND, alpha=0.2, linewidth=0)
    names, size = (("plus", "minus", ""), 14) if narrow else (("f(0.7 + ε)", "f(0.7 − ε)", "difference"), 18)
    for row, (text, name) in enumerate(zip(texts, names, strict=True)):
        y = 38 + 38 * row + 10 * (row == 2)
        ax.text(left - pitch * 0.9, y, name, ha="right", va="center", color=style.INK)
        for k, digit in enumerate(text):
            gone = k < same
            colour = style.SOFT if gone else style.NUMERIC
            if not (row == 2 and gone):
                ax.text(left + k * pitch, y, digit, ha="center", va="center", color=colour, fontsize=size)
    ax.plot([left - pitch / 2, left + (len(texts[0]) - 0.5) * pitch], [100, 100], color=style.INK, linewidth=1)
    ax.text(left + (same - 1) / 2 * pitch, 124, "the same: gone", ha="center", va="center", color=style.SOFT)
    ax.text(left + (same + len(texts[0]) - 1) / 2 * pitch, 154, "all that is left", ha="center", color=style.NUMERIC)
    return fig


@figure("four-formulas")
def four_formulas(narrow: bool = False) -> Figure:
    """Median error of four formulas for the slope of sin, against the step."""
    fig, ax = style.canvas(340, 420) if narrow else style.canvas(740, 460)
    steps = np.geomspace(1e-12, 1, 97)
    points = np.random.default_rng(0).uniform(0.5, 1.5, 60)
    curves: list[tuple[str, str, Callable[[float, float], float], float, tuple[int, int]]] = [
        ("one side", style.SOFT, lambda x, h: FORWARD(np.sin, x, h), 2e-4, (-6, 8)),
        ("two sides", style.NUMERIC, lambda x, h: CENTRAL(np.sin, x, h), 6e-4, (-4, 8)),
        ("four points", style.INK, lambda x, h: FIVE_POINT(np.sin, x, h), 1.2e-3, (-2, -16)),
        ("complex step", style.ANALYTIC, lambda x, h: complex_step(cmath.sin, x, h), 4e-8, (-12, 14)),
    ]
    for name, colour, slope, at, shift in curves:
        level = _medians(slope, points, steps)
        wide = name == "complex step"  # its truncation is that of the two-sided quotient, which lies on it
        ax.plot(steps, level, color=colour, linewidth=5 if wide else 2, zorder=1 if wide else 2)
        k = int(np.argmin(np.abs(np.log(steps / at))))
        ax.annotate(
            name, (steps[k], level[k]), shift, textcoords="offset points", ha="right", va="center", color=colour
        )
    style.powers(ax, x=range(-12, 1, 3), y=range(-15, 1, 3))
    style.axes(ax, x="step ε", y="error")
    ax.grid(axis="y")
    ax.set(xlim=(6e-13, 2), ylim=(3e-18, 3))
    return fig


def _medians(slope: Callable[[float, float], float], points: Floats, steps: Floats) -> Floats:
    errors = [[abs(slope(float(x), float(h)) - np.cos(x)) for x in points] for h in steps]
    return np.asarray(np.maximum(np.median(errors, axis=1), 2.0**-55))  # half of the spacing of numbers near 0.5
