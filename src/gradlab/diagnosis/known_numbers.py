"""Numbers that are no fraction, and that people write: roots, π, logarithms to another base, degrees."""

from __future__ import annotations

import math
from collections.abc import Callable

from gradlab.diagnosis.evidence import Interval

ANGLE, TURNS = "degrees on one side and radians on the other", "a π of a normal density, an angle or a frequency"
BASE, CURVE = "a logarithm to another base", "the constant of an error function, or of a GELU"
FURTHER_NUMBERS = (
    (math.pi / 180, "π/180", ANGLE),
    (math.pi, "π", TURNS),
    (2 * math.pi, "2π", TURNS),
    (4 * math.pi, "4π", TURNS),
    (math.pi**2, "π²", TURNS),
    (4 * math.pi**2, "4π²", TURNS),
    (math.sqrt(math.pi), "√π", TURNS),
    (math.sqrt(2 * math.pi), "√(2π)", TURNS),
    (math.log(2), "ln 2", BASE),
    (math.log(10), "ln 10", BASE),
    (math.log(10) / 10, "ln 10 / 10", "decibels on one side"),
    (math.log(10) / 20, "ln 10 / 20", "decibels on one side"),
    (2 / math.sqrt(math.pi), "2/√π", CURVE),
    (math.sqrt(2 / math.pi), "√(2/π)", CURVE),
)
KNOWN_WITHIN = 1e-5  # share of a number to which it must be known, to be one of these
CHANCE = 1e-3  # with which a number so well known may lie at a root
LARGEST = 10_000  # number under a root


def known_number(factor: Interval, named: Callable[[int], str]) -> str:
    """What this number is, in a sentence, if it is a number that people write; else nothing.

    Parameters
    ----------
    factor
        Where the number lies. Its sign does not count.
    named
        What in the problem has such a size, in words.

    Examples
    --------
    >>> known_number(Interval(0.35355338, 0.35355340), lambda k: "")
    'It is 1/√8: look for the scale 1/√d of attention, or a √n of a norm, a spread or initial weights.'
    >>> known_number(Interval(-57.2957796, -57.2957794), lambda k: "")
    'It is 180/π: look for degrees on one side and radians on the other.'
    >>> bool(known_number(Interval(0.35, 0.36), lambda k: ""))
    False
    """
    low, high = sorted((abs(factor.low), abs(factor.high)))
    if low <= 0 or high - low > KNOWN_WITHIN * high or factor.low * factor.high < 0:
        return ""
    for inverse, here in ((False, Interval(low, high)), (True, Interval(1 / high, 1 / low))):
        for number, text, words in FURTHER_NUMBERS:
            if number in here:
                return f"It is {_inverse(text) if inverse else text}: look for {words}."
        k = round(here.middle**2)
        root = math.sqrt(k)
        apart = (here.high - here.low) * 2 * root < CHANCE  # from its neighbours, 1 / (2 √k) away
        if apart and 1 < k <= LARGEST and root in here and math.isqrt(k) ** 2 != k:
            also = f"; {k} is {named(k)}" if named(k) else ""
            scale = "the scale 1/√d of attention, or a √n of a norm, a spread or initial weights"
            return f"It is {'1/' if inverse else ''}√{k}: look for {scale}{also}."
    return ""


def _inverse(text: str) -> str:
    upper, slash, lower = text.partition("/")
    upper, lower = upper.strip(), lower.strip()
    if slash:
        return f"{lower}/{upper}" if " " not in upper else f"{lower}/({upper})"
    return f"1/{text}" if " " not in text else f"1/({text})"
