"""Finite-difference formulas as exact data, and the two ways around them: Richardson and complex step."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import factorial
from typing import Any

import numpy as np

from gradlab import _arguments
from gradlab.errors import GradlabError


@dataclass(frozen=True)
class Stencil:
    """Points and weights of a formula for the first derivative, with its own error model.

    `f'(x) ≈ Σ weights[j] · f(x + offsets[j]·h) / h`. The leading error is
    `truncation · hᵖ · f⁽ᵖ⁺¹⁾(x)` with p = `order`; noise δ in every value of f adds at most `noise · δ / h`.
    All numbers are exact fractions.
    """

    offsets: tuple[Fraction, ...]
    weights: tuple[Fraction, ...]
    order: int
    truncation: Fraction

    @property
    def name(self) -> str:
        """`central` and so on for the four that this module names, else the offsets."""
        return _NAMES.get(self.offsets, "offsets " + ", ".join(map(str, self.offsets)))

    @property
    def noise(self) -> Fraction:
        """Sum of the absolute weights: by how much the formula can blow up noise."""
        return sum((abs(w) for w in self.weights), Fraction(0))

    def __call__(self, f: Callable[[float], float], x: float, h: float) -> float:
        """Estimate f'(x) with the points that can really be reached: `(x + o·h) − x` is what is divided by.

        Examples
        --------
        >>> print(f"{CENTRAL(lambda t: t**3, 1.0, 0.01):.4f}")
        3.0001
        """
        with np.errstate(all="ignore"):
            points = [x + _as(x, float(o) * h) for o in self.offsets]
            reach = (points[-1] - points[0]) / _as(x, float(self.offsets[-1] - self.offsets[0]))
        values = [f(p) for p in points]
        with np.errstate(all="ignore"):
            terms = [_as(value, float(w)) * value for w, value in zip(self.weights, values, strict=True)]
            slope: float = sum(terms[1:], start=terms[0]) / reach
        return slope


def _as(like: Any, number: float) -> Any:
    """A number in the precision of another: NumPy 1 makes float64 of np.float32 and a Python float."""
    return type(like)(number) if isinstance(like, np.floating) else number


def stencil(offsets: Sequence[int | Fraction]) -> Stencil:
    """The formula of highest order on the given offsets (in steps), by Taylor's theorem, solved exactly.

    Raises
    ------
    GradlabError
        If there are fewer than two offsets, or one stands twice.

    Examples
    --------
    >>> five = stencil((-2, -1, 1, 2))
    >>> [str(w) for w in five.weights], five.order, str(five.truncation)
    (['1/12', '-2/3', '2/3', '-1/12'], 4, '-1/30')
    """
    rule = "offsets must be two or more different numbers, like (-1, 1)"
    try:
        at = tuple(sorted(Fraction(o) for o in offsets))
    except (TypeError, ValueError, OverflowError, RecursionError):  # no sequence, or no numbers
        raise GradlabError(f"{rule}, got {_arguments.shown(offsets)}") from None
    if len(set(at)) < max(2, len(at)):
        raise GradlabError(f"{rule}, got {', '.join(map(str, at)) or 'none'}")
    # Taylor: the weighted sum of oᵏ must be 1 for k = 1 and 0 for every other k we can still choose.
    weights = _solve([[o**k for o in at] for k in range(len(at))], [Fraction(k == 1) for k in range(len(at))])
    moment, k = Fraction(0), len(at)
    while not moment:
        moment = sum((w * o**k for w, o in zip(weights, at, strict=True)), Fraction(0))
        k += 1
    return Stencil(at, tuple(weights), order=k - 2, truncation=moment / factorial(k - 1))


def formulas(stencils: Any) -> list[Stencil]:
    """Stencils as a list.

    Raises
    ------
    GradlabError
        If there are none, or something else is among them.
    """
    try:
        found = list(stencils)
    except TypeError:
        found = []
    if not found or not all(isinstance(s, Stencil) for s in found):
        given = _arguments.shown(stencils)
        raise GradlabError(f"stencils must be a list of stencils, like [FORWARD, CENTRAL], got {given}")
    return found


def _solve(rows: list[list[Fraction]], right: list[Fraction]) -> list[Fraction]:
    """Gauss–Jordan elimination in exact arithmetic."""
    system = [[*row, r] for row, r in zip(rows, right, strict=True)]
    for i in range(len(system)):
        pivot = next(j for j in range(i, len(system)) if system[j][i])
        system[i], system[pivot] = system[pivot], system[i]
        system[i] = [value / system[i][i] for value in system[i]]
        for j in range(len(system)):
            if j != i:
                system[j] = [a - system[j][i] * b for a, b in zip(system[j], system[i], strict=True)]
    return [row[-1] for row in system]


FORWARD = stencil((0, 1))
BACKWARD = stencil((-1, 0))
CENTRAL = stencil((-1, 1))
FIVE_POINT = stencil((-2, -1, 1, 2))
_NAMES = {
    FORWARD.offsets: "forward",
    BACKWARD.offsets: "backward",
    CENTRAL.offsets: "central",
    FIVE_POINT.offsets: "five-point",
}


def richardson(
    f: Callable[[float], float], x: float, h: float, *, stencil: Stencil = CENTRAL, levels: int = 2
) -> float:
    """Richardson extrapolation: estimates at h, h/2, h/4, … combined so that the leading errors cancel.

    Two levels cancel the first error term, three the first two. The error of a symmetric stencil
    has only even powers of h, so each level of `CENTRAL` or `FIVE_POINT` gains two orders; others gain one.

    Examples
    --------
    >>> from math import cos, sin
    >>> print(f"{CENTRAL(sin, 1.0, 0.1) - cos(1):.1e} {richardson(sin, 1.0, 0.1, levels=3) - cos(1):.1e}")
    -9.0e-04 -1.7e-12
    """
    levels = _arguments.whole("levels", levels, least=1)
    _arguments.function("f", f, of="one number")
    _arguments.instance("stencil", stencil, Stencil, "CENTRAL")
    x, h = _arguments.number("x", x), _arguments.number("h", h, "a positive number", positive=True)
    symmetric = all(-o in stencil.offsets for o in stencil.offsets)
    if x + h / 2**levels == x:
        raise GradlabError(f"h must be larger: {h:g} / 2**{levels} vanishes beside x = {x:g}")
    row = [stencil(lambda t: _arguments.returned("f", f(t)), x, h / 2**k) for k in range(levels)]
    power = stencil.order
    while len(row) > 1:
        with np.errstate(all="ignore"):
            row = [fine + (fine - rough) / (2**power - 1) for rough, fine in itertools.pairwise(row)]
        power += 2 if symmetric else 1
    return row[0]


def complex_step(f: Callable[[complex], complex], x: float, h: float = 1e-20) -> float:
    """f'(x) = Im f(x + ih) / h (Squire and Trapp 1998): nothing is subtracted, so h can be as small as you like.

    Only for functions that are analytic in their code: `abs` and `conj` break it without a word, and
    Python's own comparisons refuse complex numbers.

    Examples
    --------
    >>> import cmath, math
    >>> abs(complex_step(cmath.sin, 1.0) - math.cos(1.0)) < 1e-15
    True
    """
    _arguments.function("f", f, of="one number")
    x, h = _arguments.number("x", x), _arguments.number("h", h, "a positive number", positive=True)
    value = f(complex(x, h))
    if isinstance(value, np.ndarray) and value.ndim == 0:
        value = value[()]
    if not isinstance(value, int | float | complex | np.number):
        raise GradlabError(f"f must return one complex number, got {_arguments.shown(value)}")
    try:
        return complex(value).imag / h
    except OverflowError:  # a whole number beyond 1e308
        raise GradlabError(
            f"f must return a complex number that fits a float, got {_arguments.shown(value)}"
        ) from None
