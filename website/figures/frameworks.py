"""Figures of learn/frameworks."""

import math
from fractions import Fraction

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from website.figures import style
from website.figures.registry import figure

X, Y = 1.2, 0.5


@figure("tape")
def tape(narrow: bool = False) -> Figure:
    """x·y + sin x as a graph: values on the way forward, local slopes on the lines, slopes on the way back."""
    if narrow:
        fig, ax = style.drawing(340, 330)
        places = {"x": (40, 90), "y": (40, 250), "×": (165, 250), "sin": (165, 90), "+": (290, 170)}
    else:
        fig, ax = style.drawing(740, 290)
        places = {"x": (110, 80), "y": (110, 210), "×": (350, 210), "sin": (350, 80), "+": (590, 145)}
    product, sine = X * Y, math.sin(X)
    values = {"x": X, "y": Y, "×": product, "sin": sine, "+": product + sine}
    slopes = {"x": Y + math.cos(X), "y": X, "×": 1.0, "sin": 1.0, "+": 1.0}
    lines = {("x", "sin"): math.cos(X), ("x", "×"): Y, ("y", "×"): X, ("sin", "+"): 1.0, ("×", "+"): 1.0}
    for (start, stop), local in lines.items():
        _line(ax, places[start], places[stop], _short(local), above=stop != "×" or start == "x")
    for name, (x, y) in places.items():
        ax.text(x, y, name, ha="center", va="center", fontsize=19, fontstyle="italic" if name in "xy" else "normal")
        ax.text(x, y - 22, _short(slopes[name]), ha="center", va="bottom", color=style.ANALYTIC, fontsize=15)
        ax.text(x, y + 23, _short(values[name]), ha="center", va="top", fontsize=15)
    return fig


def _short(x: float) -> str:
    return f"{x:.2f}".rstrip("0").rstrip(".")


def _line(ax: Axes, start: tuple[int, int], stop: tuple[int, int], local: str, *, above: bool) -> None:
    """From one operation to the next, with the slope of the second with respect to the first."""
    a, b = np.array(start, dtype=float), np.array(stop, dtype=float)
    along = (b - a) / np.linalg.norm(b - a)
    look = {"arrowstyle": "-|>,head_width=.22,head_length=.5", "color": style.BOUND, "shrinkA": 0, "shrinkB": 0}
    ax.annotate("", b - 26 * along, a + 22 * along, arrowprops=look)
    middle = (a + b) / 2
    shift = -7 if above else 7
    ax.text(
        middle[0] + (7 if along[1] > 0.1 else 0), middle[1] + shift, local,
        ha="left" if along[1] > 0.1 else "center", va="bottom" if above else "top",
        color=style.SOFT, fontsize=13,
    )  # fmt: skip


@figure("tape-or-difference")
def tape_or_difference(narrow: bool = False) -> Figure:
    """Relative error of the central difference and of automatic differentiation, for x multiplied twenty times."""
    fig, ax = style.canvas(340, 360) if narrow else style.canvas(740, 380)
    exact = 20 * Fraction(1.1) ** 19
    steps = np.geomspace(1e-12, 1e-1, 250)
    errors = [float(abs(Fraction((_power(1.1 + h) - _power(1.1 - h)) / (2 * h)) / exact - 1)) for h in steps]
    ax.plot(steps, errors, ".", color=style.NUMERIC, markersize=5)
    ax.plot(steps, np.full(len(steps), float(abs(Fraction(_slope(1.1)) / exact - 1))), color=style.ANALYTIC)
    ax.text(1e-8 if narrow else 3e-9, 3e-4, "central difference", color=style.NUMERIC, ha="left")
    ax.text(1e-12, 3e-16, "automatic differentiation", color=style.ANALYTIC, va="bottom")
    style.powers(ax, x=range(-12, 0, 4 if narrow else 2), y=range(-16, 1, 4))
    ax.set(ylim=(2e-17, 30))
    ax.grid(axis="y")
    style.axes(ax, x="step ε", y="relative error")
    return fig


def _power(x: float) -> float:
    product = 1.0
    for _ in range(20):
        product *= x
    return product


def _slope(x: float) -> float:
    """What the tape of the page computes: the products on the way forward, then their slopes, the last one first."""
    products = [1.0]
    for _ in range(20):
        products.append(products[-1] * x)
    total, slope = 0.0, 1.0
    for product in reversed(products[:-1]):
        total += slope * product
        slope *= x
    return total
