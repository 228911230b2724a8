"""How fine numbers are and how near: round-off by dtype, the course's formula (2), the levels that it teaches."""

from __future__ import annotations

import math
from collections.abc import Iterable
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from gradlab import _arguments
from gradlab.errors import GradlabError

LEVELS = MappingProxyType({"great": 1e-7, "look again": 1e-5, "worried": 1e-3})
"""The relative differences that Andrew Ng's course names, for float64."""


def unit_roundoff(dtype: DTypeLike = np.float64) -> float:
    """Largest relative error of rounding to nearest: half of `np.finfo(dtype).eps`.

    Examples
    --------
    >>> print(f"{unit_roundoff():.2e} {unit_roundoff(np.float32):.2e}")
    1.11e-16 5.96e-08
    """
    return float(np.finfo(_arguments.float_dtype(dtype)).eps) / 2


def levels(dtype: DTypeLike = np.float64) -> dict[str, float]:
    """The three levels for numbers of this dtype.

    The course states them for float64. For another dtype they ask for the same share of the
    digits that the dtype has: `1e-7` is 7 of float64's 16 digits, so 3.2 of float32's 7.2.
    This carries a convention over; it is not a derived bound.

    Examples
    --------
    >>> for name, value in levels(np.float32).items():
    ...     print(f"{name:>10} {value:.1e}")
         great 6.8e-04
    look again 5.4e-03
       worried 4.4e-02
    """
    share = math.log(unit_roundoff(dtype)) / math.log(unit_roundoff(np.float64))
    return {name: value**share for name, value in LEVELS.items()}


def level(relative_difference: float, dtype: DTypeLike = np.float64) -> str:
    """What the course says to a relative difference: great up to 1e-7, worried from 1e-3, else look again.

    NaN is never great.

    Examples
    --------
    >>> level(1.9e-10), level(1.2e-7), level(0.285), level(float("nan"))
    ('great', 'look again', 'worried', 'worried')
    """
    marks, relative_difference = levels(dtype), _arguments.real("relative_difference", relative_difference)
    if relative_difference <= marks["great"]:
        return "great"
    return "look again" if relative_difference < marks["worried"] else "worried"


def relative_difference(a: ArrayLike, b: ArrayLike) -> float:
    """Formula (2) of the course: ‖a − b‖ / (‖a‖ + ‖b‖), between 0 (equal) and 1 (opposite, or one is zero).

    0 if both are zero; inf if anything is not finite.

    Raises
    ------
    GradlabError
        If the shapes differ, or something is no real number.

    Examples
    --------
    >>> g = np.array([1.0, -2.0, 3.0])
    >>> f"{relative_difference(g, g):.1f} {relative_difference(g, 2 * g):.4f} {relative_difference(g, -g):.1f}"
    '0.0 0.3333 1.0'
    >>> relative_difference(g, [np.nan, 0.0, 0.0])
    inf
    """
    x, y = _arguments.floats("a", a), _arguments.floats("b", b)
    if x.shape != y.shape:
        raise GradlabError(f"a and b must have the same shape, got {x.shape} and {y.shape}")
    x, y = x.ravel(), y.ravel()
    if not (np.isfinite(x).all() and np.isfinite(y).all()):
        return float("inf")
    size = max(np.abs(x).max(initial=0.0), np.abs(y).max(initial=0.0))
    if size == 0.0:
        return 0.0
    with np.errstate(all="ignore"):
        x, y = x / size, y / size  # so that squares neither overflow nor vanish
        return float(np.linalg.norm(x - y) / (np.linalg.norm(x) + np.linalg.norm(y)))


def format_distinct(one: float, other: float, digits: int = 3) -> tuple[str, str]:
    """Two numbers as text, with as many digits as tell them apart, and at least so many: 17 are always enough.

    Examples
    --------
    >>> format_distinct(1.0001, 1.0), format_distinct(0.5, 2.0)
    (('1.0001', '1'), ('0.5', '2'))
    """
    texts = (f"{one:.{digits}g}", f"{other:.{digits}g}")
    done = texts[0] != texts[1] or one == other or digits == 17  # two NaN are never told apart
    return texts if done else format_distinct(one, other, digits + 1)


def format_magnitude(error: float) -> str:
    """The next power of ten, as text: what can be said of an error that is mostly round-off.

    Its digits are noise and differ from machine to machine.

    Examples
    --------
    >>> format_magnitude(5.7e-11), format_magnitude(1e-3), format_magnitude(0.0)
    ('1e-10', '1e-03', '0')
    """
    if not 0 < error < math.inf:
        return f"{error:g}"
    return f"{10.0 ** math.ceil(math.log10(error) - 1e-9):.0e}"


def format_entry(name: str, index: Iterable[Any]) -> str:
    """An entry as one types it, behind the name of its array; a number that is no array is its name alone.

    Examples
    --------
    >>> format_entry("W1", (0, 2)), format_entry("b", ())
    ('W1[0, 2]', 'b')
    """
    at = ", ".join(map(str, index))
    return f"{name}[{at}]" if at else name
