"""Laws of few entries: the ratio, or the difference, of both sides as a product of powers of the parameters."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gradlab.diagnosis.case import CERTAIN, Case, as_ratio, place_of
from gradlab.diagnosis.evidence import Interval, fraction
from gradlab.diagnosis.finding import Finding
from gradlab.diagnosis.probe import Probe
from gradlab.diagnosis.values import hint
from gradlab.verdict.blocks import Block

Floats = NDArray[Any]

MOST_NUMBERS = 12  # parameters of which the power is looked for, one at a time
MOST_WRONG = 3  # wrong entries of all blocks: more of them show what they share without being asked again
EXACT = 1e-5  # share within which powers and predictions must hold
LEAST_DIFFERENCE = 1e-3  # share of a slope below which a difference is too small to have a law


@dataclass(frozen=True)
class Law:
    """A constant times powers, or exponentials, of some parameters."""

    constant: float
    powers: Floats
    rates: Floats

    def at(self, theta: Floats) -> float:
        """Its value."""
        powers = np.prod(np.abs(theta[self.powers != 0]) ** self.powers[self.powers != 0])
        return float(self.constant * powers * np.exp(self.rates @ theta))

    def text(self, names: Sequence[str]) -> str:
        """Such as `0.5 · beta · exp(-2·rate)`; without the constant where it is 1."""
        factors = [name if p == 1 else f"{name}^{p:g}" for name, p in zip(names, self.powers, strict=False) if p]
        factors += [f"exp({k:g}·{name})" for name, k in zip(names, self.rates, strict=False) if k]
        number = [] if abs(self.constant - 1) < EXACT and factors else [f"{self.constant:.6g}"]
        return " · ".join(number + factors)


def law_of_few(case: Case) -> Iterator[Finding]:
    """GL157, GL140, GL159 or GL102 The ratio or the difference of an entry follows one law wherever it is asked."""
    probe = case.probe
    if case.layer or probe is None or probe.gradient is None or probe.cost is None:
        return
    names = case.entries(most=MOST_NUMBERS)
    if sum(block.wrong_count for block in case.wrong) > MOST_WRONG:
        return
    for block in case.entrywise:
        if not (block.analytic[block.worst.index] and block.numeric[block.worst.index]):
            continue  # 0 on one side: a gradient that is not there, or a parameter that is not used, and no law
        at = case.place_of_worst(block)
        place = names[at] if names else place_of(block)
        sides = _sides(probe, at)
        numeric, analytic = sides(np.zeros_like(probe.theta))
        if abs(numeric - analytic) < LEAST_DIFFERENCE * abs(numeric):
            continue
        ratio = _law(probe, lambda moved, ask=sides: _ratio(*ask(moved)), bool(names))  # type: ignore[misc]
        if ratio is not None:
            yield _factor(case, block, _subject(block, place), ratio, names)
            continue
        difference = _law(probe, lambda moved, ask=sides: ask(moved)[0] - ask(moved)[1], bool(names))  # type: ignore[misc]
        if difference is not None:
            yield _term(case, block, _subject(block, place), difference, names)


def _sides(probe: Probe, at: int) -> Callable[[Floats], tuple[float, float]]:
    """The numeric and the analytic gradient of one entry, at theta moved by so much."""
    assert probe.gradient is not None
    gradient = probe.gradient
    return lambda moved: (probe.slope(moved, at), float(gradient(probe.theta + moved)[at]))


def _ratio(numeric: float, analytic: float) -> float:
    return numeric / analytic


def _law(probe: Probe, value: Callable[[Floats], float], each: bool) -> Law | None:
    """The law of a value, from moving one parameter at a time, if it holds where all are moved."""
    theta, n = probe.theta, probe.theta.size
    powers, rates, here = np.zeros(n), np.zeros(n), value(np.zeros(n))
    for j in range(n) if each else ():
        found = _one(theta, j, here, value)
        if found is None:
            return None
        powers[j], rates[j] = found
    law = Law(1.0, powers, rates)
    law = Law(here / law.at(theta), powers, rates)
    rng = np.random.default_rng(17)
    for far in (0.03, 0.1):
        moved = far * probe.scale * rng.uniform(-1, 1, n)
        expected = law.at(theta + moved)
        if not abs(value(moved) - expected) <= EXACT * abs(expected):
            return None
    return law


def _one(theta: Floats, j: int, here: float, value: Callable[[Floats], float]) -> tuple[float, float] | None:
    """The power, or the rate, with which a value goes with one parameter; None if it is neither."""
    changes = []
    for k in (0.1, 0.2):
        moved = np.zeros_like(theta)
        moved[j] = k * (theta[j] or 1.0)
        there = value(moved)
        if not np.isfinite(there) or there * here <= 0:
            return None
        changes.append((math.log(there / here), math.log1p(k) if theta[j] else math.inf, moved[j]))
    if all(abs(change) < EXACT for change, *_ in changes):
        return 0.0, 0.0
    for place in (1, 2):
        near = [change / steps[place - 1] for change, *steps in changes]
        whole = round(2 * near[0]) / 2
        if whole and all(abs(v - whole) < 1e-4 for v in near):
            return (whole, 0.0) if place == 1 else (0.0, whole)
    return None


def _subject(block: Block, place: str) -> str:
    """Of the sentence: where it is wrong comes first."""
    if block.size > 1 and block.wrong_count == 1:
        return f"Only {place} is wrong, the rest of {block.name} agrees. It"
    return place


def _factor(case: Case, block: Block, what: str, law: Law, names: Sequence[str]) -> Finding:
    says = "at three points, two of them with all parameters moved"
    if not (np.any(law.powers) or np.any(law.rates)):
        c = law.constant
        simple = fraction(Interval(c - 1e-7 * abs(c), c + 1e-7 * abs(c)), expected=1.0)
        text = as_ratio(simple) if simple is not None else f"{c:.6g} times"
        sign = "The sign is flipped: look for a minus too many or too few." if simple == -1 else hint(simple, case)
        said = f"{what} is off by one factor: it should be {text} what it is, wherever it is asked. {sign}"
        return case.finding("GL102", [block], said, f"numeric = {c:.6g} · analytic {says}", CERTAIN)
    text = law.text(names)
    said = (
        f"{what} is off by a factor that goes with the parameters: it should be {text} times what it is. Look for a "
        "power, an inner derivative or a factor that one side has lost, or has twice."
    )
    return case.finding("GL157", [block], said, f"numeric = {text} · analytic {says}", CERTAIN)


def _term(case: Case, block: Block, what: str, law: Law, names: Sequence[str]) -> Finding:
    text, verb = law.text(names), "lacks"
    if law.constant < 0:
        text, verb = Law(-law.constant, law.powers, law.rates).text(names), "has too much of"
    says = f"numeric − analytic = {'−' if law.constant < 0 else ''}{text} at three points"
    if not (np.any(law.powers) or np.any(law.rates)):
        said = (
            f"{what} {verb} a constant, {text}, the same wherever it is asked. What cost and gradient do not share "
            "there does not depend on the parameters: a count, a normaliser, a target, a term in which this one "
            "stands as it is, or a slope that is constant by pieces, as that of |r|: its size or sign on one side."
        )
        return case.finding("GL159", [block], said, says, CERTAIN)
    said = (
        f"{what} {verb} one term, {text}, wherever it is asked. Look for the term of the cost with this derivative."
    )
    return case.finding("GL140", [block], said, says, CERTAIN)
