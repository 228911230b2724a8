"""A rule that holds parts of the cost constant: if the gradient is right then, what flows through them is amiss."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import partial

import numpy as np
from numpy.typing import NDArray

from gradlab.diagnosis import evidence
from gradlab.diagnosis.case import Case
from gradlab.diagnosis.finding import Finding
from gradlab.diagnosis.held_parts import HeldPart, best_read, of_a_name, of_one
from gradlab.diagnosis.holding import AstrayError, Held, Holding, Spot, between, sides
from gradlab.diagnosis.probe import Probe
from gradlab.verdict.blocks import Verdict

Floats = NDArray[np.float64]

SECONDS = 5.0  # of the processor, in which all that fits must be found
LONGEST = 20.0  # seconds that are waited for it
LONG, SHORT = 1e-9, 1e-7  # how well a gradient is known; and one that was rounded to float32
TIMES_THE_ERROR = 1e3  # times what slopes may be off by, that the mistake must be
BETTER_BY = 6.0  # digits by which a part must be better than one of so many by accident
MOST_WAYS = 2  # ways that may be told beside each other
WAYS = 30  # of which two are held at once
USUAL = (Fraction(2), Fraction(-1), Fraction(1, 2))  # how often what flows in a circle may count


@dataclass(frozen=True)
class At:
    """What is known at theta moved by so much, along some directions.

    Attributes
    ----------
    ways
        The directions.
    analytic, numeric
        The slopes of the gradient, and of the cost.
    room
        By how much they may differ.
    """

    moved: Floats
    ways: Floats
    analytic: Floats
    numeric: Floats
    room: Floats

    @classmethod
    def along(cls, probe: Probe, gradient: Floats, moved: Floats, ways: Floats) -> At:
        """With the code as it is."""
        assert probe.aside is not None
        slopes = [sides(partial(_moved, probe.aside, moved, way)) for way in ways]
        numeric = np.array([between(*both) for both in slopes])
        apart = np.array([abs(near - far) for near, far in slopes])
        digits = SHORT if np.all(gradient == gradient.astype(np.float32)) else LONG
        known = digits * (np.abs(ways) @ np.abs(gradient)) + 1e-10 * abs(probe.aside(moved))
        return cls(moved, ways, ways @ gradient, numeric, apart + known)

    @property
    def first(self) -> At:
        """Along the first direction alone."""
        return At(self.moved, *(values[:1] for values in (self.ways, self.analytic, self.numeric, self.room)))

    @property
    def wrong(self) -> Floats:
        """By how much the gradient is too large."""
        return self.analytic - self.numeric


@dataclass(frozen=True)
class Fit:
    """A part with which the mistake is told: what flows through it counts so many times."""

    part: HeldPart
    counts: Fraction
    only: bool  # nothing but what flows through it is there
    clean: bool  # nothing flows through it to what is right
    digits: float

    @property
    def rank(self) -> tuple[bool, bool, bool, Fraction]:
        """What is best to tell, first: what is left out is said in fewest words."""
        return not self.clean, self.only, not self.part.is_whole, abs(self.counts)


def _moved(cost: Callable[[Floats], float], moved: Floats, way: Floats, t: float) -> float:
    return cost(moved + t * way)


def held_paths(case: Case) -> Iterator[Finding]:
    """GL167 With a part of the cost held constant the gradient is right: what flows through it is left out.

    GL168 What flows through a part of the cost is there, and counts twice, half, or with the other sign.
    """
    probe = case.double or case.probe
    if probe is None or probe.aside is None or not (SECONDS and probe.edits):
        return
    if len(case.entrywise) < len(case.wrong) or any(b.directions for b in case.blocks.values()):
        return
    if _slow(probe, len(case.blocks)):
        return
    search = Search(replace(case, probe=probe), probe)
    paths = search.found()
    if paths:
        yield _told(case, search, *paths)


def _slow(probe: Probe, blocks: int) -> bool:
    """Would it take too long, only to ask what is asked before anything is held?"""
    assert probe.aside is not None
    began = time.perf_counter()
    probe.aside(np.zeros_like(probe.theta))
    return (time.perf_counter() - began) * 4 * (4 + 4 * blocks) > SECONDS


def _told(case: Case, search: Search, fit: Fit, *others: Fit) -> Finding:
    whole, through = case.gradient(case.wrong), f"what flows through {fit.part.text}"
    if fit.only:
        says = f"Only {through} is in {whole}. {fit.part} What flows by all other ways is left out: add it."
    elif not fit.counts:
        says = (
            f"{_first(through)} is left out of {whole}. {fit.part} Were it a constant, the gradient would be right: "
            "differentiate it as well, and add what comes back through it."
        )
    else:
        says = f"{_first(through)} {_so_often(fit.counts)} in {whole}. {fit.part}"
    for other in others:
        says += f" The same is true of {other.part.text}. {other.part} Look at both."
    elsewhere = f", here and at {len(search.points)} other points" if search.points else ""
    return case.finding(
        "GL168" if fit.counts else "GL167",
        case.wrong,
        says,
        f"{search.tried} parts of the cost were held constant in turn; with this one {search.slopes} slopes "
        f"along random directions agree{elsewhere}",
        fit.digits,
    )


def _first(text: str) -> str:
    return text[0].upper() + text[1:]


def _so_often(counts: Fraction) -> str:
    named = {Fraction(-1): "has the wrong sign", Fraction(2): "counts twice", Fraction(1, 2): "counts half"}
    return named.get(counts, f"counts {counts} times")


class Search:
    """Holds one expression of the cost after the other."""

    def __init__(self, case: Case, probe: Probe) -> None:
        assert probe.aside is not None
        self.case, self.probe = case, probe
        self.until, self.latest, self.tried = time.process_time() + SECONDS, time.perf_counter() + LONGEST, 0
        self.wrong = [case.within(block) for block in case.wrong]
        self.right = [case.within(b) for b in case.tested if b.verdict is Verdict.AGREES]
        self.first, self.here, self.beside, *self.points = self._points()
        self.holding = Holding(probe.aside, probe.theta.size)

    @property
    def slopes(self) -> int:
        """How many are compared."""
        return sum(len(at.ways) for at in (self.first, self.here, *self.points))

    def _points(self) -> Iterator[At]:
        """Here along what is wrong together, each block of it, and what is right; then at two other points."""
        probe, rng, theta = self.probe, np.random.default_rng(31), self.probe.theta
        blocks = self.case.blocks.values()
        given = np.concatenate([block.analytic.astype(np.float64).ravel() for block in blocks])
        if self.case.double is not None and probe.gradient is not None:
            given = probe.gradient(theta)
        together = np.any(self.wrong, axis=0)

        def ways(*inside: NDArray[np.bool_]) -> Floats:
            signs = rng.choice([-1.0, 1.0], (len(inside), theta.size)) * rng.uniform(
                0.5, 1, (len(inside), theta.size)
            )
            return np.asarray(signs * probe.scale * np.reshape(inside, (len(inside), theta.size)))

        still = np.zeros_like(theta)
        yield At.along(probe, given, still, ways(together, together))
        yield At.along(probe, given, still, ways(*self.wrong, *self.wrong))
        yield At.along(probe, given, still, ways(*self.right))
        if probe.gradient is not None:
            for _ in range(2):
                moved = 0.1 * probe.scale * rng.uniform(-1, 1, theta.size)
                yield At.along(probe, probe.gradient(theta + moved), moved, ways(together, *self.wrong))

    def found(self) -> list[Fit]:
        """One of each path with which the mistake is told; nothing if they are more than two."""
        if not self.holding.sources or not np.all(np.abs(self.first.wrong) > TIMES_THE_ERROR * self.first.room):
            return []
        with self.holding.in_place():
            spots = self._spots()
            for parts in (of_one(spots), of_a_name(spots), self._two(spots)):
                if fits := self._fits(parts):
                    return self._one_of_each(fits)
        return []

    def _spots(self) -> list[Spot]:
        try:
            return self.holding.spots()
        except AstrayError:  # the code takes too many steps
            return []

    @property
    def is_late(self) -> bool:
        """Is the time over? A cost that waits for something else takes none of the processor's."""
        return time.process_time() > self.until or time.perf_counter() > self.latest

    def _one_of_each(self, fits: list[Fit]) -> list[Fit]:
        best = min(fit.rank for fit in fits)
        paths: list[list[Fit]] = []
        for fit in (fit for fit in fits if fit.rank == best):
            path = next((path for path in paths if self._on_one_way(path[0].part, fit.part)), None)
            if path is None:
                paths.append(path := [])
            path.append(fit)
        if len(paths) > MOST_WAYS:
            return []
        told = [best_read([fit.part for fit in path]) for path in paths]
        return [fit for fit in fits if fit.part in told]

    def _two(self, spots: list[Spot]) -> Iterator[HeldPart]:
        """Each two of different ways, if there are few: one spot, or one name, of each."""
        seen: dict[tuple[float, ...], HeldPart] = {}
        for part in (*(HeldPart((spot,)) for spot in spots), *of_a_name(spots)):
            if self.is_late:
                return
            through, at = self._through(self.first, part.held), self.first
            if through is None or any(np.all(np.abs(x) <= at.room) for x in (through, at.numeric - through)):
                continue  # nothing flows through it, or all
            seen.setdefault(tuple(float(f"{x:.6g}") for x in through), part)
        for one, other in itertools.combinations([*seen.values()][:WAYS], 2):
            yield HeldPart((*one.spots, *other.spots))

    def _fits(self, parts: Iterator[HeldPart]) -> list[Fit]:
        found: list[Fit] = []
        for part in parts:
            if self.is_late:
                break
            self.tried += 1
            if (fit := self._fit(part)) is not None and fit.digits >= BETTER_BY:
                found.append(fit)
        return found

    def _fit(self, part: HeldPart) -> Fit | None:
        likely: tuple[Fraction | None, ...] = ()
        for at in (self.first.first, self.first):
            through = self._through(at, part.held)
            if through is None or np.all(np.abs(through) <= at.room):
                return None
            counts = _counts(at, through)
            only = counts is None and bool(np.all(np.abs(at.analytic - through) <= at.room))
            likely = (counts,) if counts is not None or only else USUAL if part.again else ()
            if not likely or (at is self.first and np.all(np.abs(at.numeric - through) <= at.room)):
                return None  # of what all flows through a factor says as much
        return next((fit for counts in likely if (fit := self._everywhere(part, counts))), None)

    def _everywhere(self, part: HeldPart, counts: Fraction | None) -> Fit | None:
        """Does it fit in all blocks, and at other points, that the part counts so many times, or (None) it alone?"""
        for at in (self.first, self.here, *self.points):
            through = self._through(at, part.held, float(counts or 0))
            if through is None:
                return None
            expected = through if counts is None else at.numeric - through
            if np.any(np.abs(at.analytic - expected) > 2 * at.room):
                return None
        beside = self._through(self.beside, part.held) if len(self.beside.ways) else np.zeros(0)
        clean = counts is not None and beside is not None and bool(np.all(np.abs(beside) <= self.beside.room))
        return Fit(part, counts or Fraction(0), counts is None, clean, self._digits())

    def _digits(self) -> float:
        """How unlikely it is that one of so many fits by accident."""
        known = float(np.min(np.log10(np.abs(self.first.wrong) / self.first.room)))
        independent = min(int(np.sum(self.wrong)), len(self.first.ways) + len(self.here.ways)) + len(self.points)
        return known * independent - float(np.log10(self.tried))

    def _through(self, at: At, held: Held, counts: float = 0.0) -> Floats | None:
        """The slopes that are gone with what is held, or counts so often; None if the cost cannot be asked so."""
        slopes = self.holding.slopes(at.moved, held, at.ways, counts)
        try:
            found = at.numeric - np.array([*slopes])
        except (Exception, AstrayError):  # noqa: BLE001 (code of which parts stand still may raise anything)
            return None
        return found if np.all(np.isfinite(found)) else None

    def _on_one_way(self, one: HeldPart, other: HeldPart) -> bool:
        """Does the same flow through both?"""
        at, held = self.first, {i: {*one.held.get(i, ()), *other.held.get(i, ())} for i in (*one.held, *other.held)}
        each, both = self._through(at, one.held), self._through(at, held)
        return each is not None and both is not None and bool(np.all(np.abs(both - each) <= 2 * at.room))


def _counts(at: At, through: Floats) -> Fraction | None:
    """How often what flows through it counts, if one simple number says so along all directions."""
    if np.any(np.abs(through) <= at.room):
        return None
    c = at.wrong / through
    half = (1 + np.abs(c)) * at.room / np.abs(through)
    low, high = float(np.max(1 + c - half)), float(np.min(1 + c + half))
    if low > high:
        return None
    if low <= 0 <= high:
        return Fraction(0) if high - low < 1e-2 else None
    return evidence.fraction(evidence.Interval(low, high), expected=1.0)
