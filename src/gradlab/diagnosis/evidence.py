"""How well an explanation fits a numeric block, counted in digits, and what its one free number must be.

This is the principle of minimum description length: the best explanation is the one with which the numeric block
takes the fewest digits to write down. An explanation predicts the numeric block from the analytic one. It saves the
digits by which the analytic block misses the numeric one, less those by which the prediction does, less the digits
that it takes to state the explanation. So a free factor explains nothing of a block with one entry, and a chance fit
never pays.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gradlab.verdict.blocks import Block

Floats = NDArray[np.float64]

STRAYS = 0.005  # share of a block that may lie outside its bounds: bounds hold in 99.9 %, not always
ROUND = 6.0  # digits that a round number speaks with: few numbers are round
VANISHING = 6.0  # digits by which the sums of all slices together must be smaller than their terms
MOST_DIGITS = 16.0  # digits that one entry can speak with


def tolerance(block: Block) -> Floats:
    """The bounds, but never less than the rounding of the largest entry."""
    rounding = 4 * np.finfo(np.float64).eps * float(np.nanmax(np.abs(block.numeric), initial=0.0))
    return np.asarray(np.maximum(block.bound, max(rounding, 1e-300)))


def excess(block: Block, prediction: NDArray[Any]) -> Floats:
    """|prediction − numeric| / bound for every entry that has a numeric value; 0 for the others."""
    with np.errstate(all="ignore"):
        share = np.abs(prediction - block.numeric) / tolerance(block)
    return np.where(np.isfinite(block.numeric) & np.isfinite(block.bound), share, 0.0)


def description_length(block: Block, prediction: NDArray[Any]) -> float:
    """Digits that the block takes to write down for one who knows the prediction: 0 if that is within all bounds."""
    over = np.nan_to_num(excess(block, prediction), nan=10**MOST_DIGITS, posinf=10**MOST_DIGITS)
    return float(np.sum(np.log10(np.clip(over, 1.0, 10**MOST_DIGITS))))


def explains(block: Block, prediction: NDArray[Any]) -> bool:
    """Does the prediction lie within the bounds, but for a few strays? Where half is unknown, nothing does."""
    outside, known = ~(excess(block, prediction) <= 1), np.isfinite(block.numeric + block.bound)
    return int(np.sum(outside)) <= _strays(outside.size) and float(np.mean(known)) > 0.5


def digits_saved(block: Block, prediction: NDArray[Any], cost: float = 0.0) -> float:
    """Digits that the prediction saves, after the cost of stating it."""
    return description_length(block, block.analytic) - description_length(block, prediction) - cost


def vanishes(values: NDArray[Any], bound: NDArray[Any], axes: tuple[int, ...]) -> bool:
    """Does it sum to 0 over these axes, in every slice, though its entries do not vanish?

    Many slices need fewer digits each, as in float32: what counts is how unlikely it is that all of them do.
    """
    total, size = np.sum(values, axis=axes), np.sum(np.abs(values), axis=axes)
    room = np.maximum(np.sum(bound, axis=axes), 1e-12 * size)
    seen = size > 0
    if not np.any(seen) or not np.all(np.abs(total) <= room) or not np.all(room <= 1e-2 * size):
        return False
    return float(np.sum(np.log10(size[seen] / room[seen]))) >= VANISHING


def _strays(size: int) -> int:
    return int(STRAYS * size)


@dataclass(frozen=True)
class Interval:
    """Where a number must lie."""

    low: float
    high: float

    def __contains__(self, number: float) -> bool:
        return self.low <= number <= self.high

    def __and__(self, other: Interval) -> Interval | None:
        low, high = max(self.low, other.low), min(self.high, other.high)
        return Interval(low, high) if low <= high else None

    @property
    def middle(self) -> float:
        """The middle of the interval, which is the best guess of the number."""
        return (self.low + self.high) / 2

    def digits(self, expected: float) -> float:
        """What it costs to state a number in here, for one who expects another."""
        width = max((self.high - self.low) / 2, 1e-16 * abs(self.middle), 1e-300)
        return float(np.clip(np.log10(max(abs(self.middle - expected) / width, 1.0)), 0.0, MOST_DIGITS))

    def __str__(self) -> str:
        """The shortest number in here, of six digits at most; of more where six say a round number that is not."""
        texts = [f"{self.middle:.{digits}g}" for digits in range(1, 13)]
        if texts[5] != texts[2]:
            texts[6:] = []
        return next((text for text in texts if float(text) in self), texts[5])


def coefficient(x: NDArray[Any], y: NDArray[Any], bound: NDArray[Any]) -> Interval | None:
    """All c with |y − c·x| ≤ bound in every entry, but for a few strays; None if there is no such c.

    Each entry allows an interval of c. They have a point in common, or no single number explains the block.
    """
    known = np.isfinite(x) & np.isfinite(y) & np.isfinite(bound)
    x, y, bound = x[known], y[known], bound[known]
    moves, strays = x != 0, _strays(x.size)
    strays -= int(np.sum(np.abs(y[~moves]) > bound[~moves]))
    if strays < 0 or not moves.any():
        return None
    with np.errstate(over="ignore"):
        middle, half = y[moves] / x[moves], bound[moves] / np.abs(x[moves])
    strays = min(strays, middle.size - 1)
    low, high = np.sort(middle - half)[-1 - strays], np.sort(middle + half)[strays]
    return Interval(float(low), float(high)) if low <= high else None


def fraction(where: Interval, expected: float) -> Fraction | None:
    """The simplest fraction in an interval, if it is much simpler than a number at random would be.

    An integer k costs about twice its digits, a fraction those of both its parts.
    """
    c = abs(where.middle)
    if not 1e-9 < c < 1e9:
        return None
    for small in range(1, 100):
        large = round(small * max(c, 1 / c))
        best = Fraction(large, small) if c >= 1 else Fraction(small, large)
        signed = best if where.middle > 0 else -best
        if float(signed) in where:
            return signed if fraction_digits(signed) + 1 <= where.digits(expected) else None
    return None


def fraction_digits(number: Fraction) -> float:
    """Digits that it takes to state a fraction: none for 1, 0.9 for 2, 4.3 for 1/100."""
    return 2 * math.log10(abs(number.numerator)) + 2 * math.log10(number.denominator) + (0.3 if number != 1 else 0.0)


def is_round(number: float) -> bool:
    """Is this a number that people write, such as 1, 5 or 0.25, to eight digits?"""
    return number > 0 and abs(float(f"{number:.1e}") / number - 1) < 1e-8
