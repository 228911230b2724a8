"""How strong a check was: its gradient is spoiled in many ways, and each is judged by the numbers that are there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gradlab import _arguments
from gradlab.errors import GradlabError
from gradlab.report import Report
from gradlab.verdict.blocks import Block

Array = NDArray[Any]
Mutation = Callable[[Array, Array], Array | None]  # of a gradient and its parameters; None if it does not apply

DECAY = 1e-4


def _transposed(g: Array, theta: Array) -> Array | None:
    return g.T if g.ndim == 2 and g.shape[0] == g.shape[1] > 1 else None


def _shifted(g: Array, theta: Array) -> Array | None:
    return np.roll(g, 1) if g.size > 1 else None


def _first_row_zero(g: Array, theta: Array) -> Array | None:
    if g.ndim < 2 or len(g) < 2:
        return None
    mutant = g.copy()
    mutant[0] = 0
    return mutant


def _without_decay(g: Array, theta: Array) -> Array | None:
    return g - DECAY * theta if theta.any() else None


BLOCK_MUTATIONS: dict[str, Mutation] = {
    "a block's sign flipped": lambda g, theta: -g,
    "a block zero": lambda g, theta: 0 * g,
    "a block doubled": lambda g, theta: 2 * g,
    "a block × 1.001": lambda g, theta: 1.001 * g,
    "a block × 1.0001": lambda g, theta: 1.0001 * g,
    "a block transposed": _transposed,
    "a block shifted by one": _shifted,
    "the first row zero": _first_row_zero,
    "a decay of 1e-4 missing": _without_decay,
}
ENTRY_MUTATIONS: dict[str, Mutation] = {
    "one entry's sign flipped": lambda g, theta: -g,
    "one entry zero": lambda g, theta: 0 * g,
    "one entry + 10 %": lambda g, theta: 1.1 * g,
    "one entry + 1 %": lambda g, theta: 1.01 * g,
}


@dataclass(frozen=True)
class Mutants:
    """One way to spoil one block: at how many places, how many of them the check notices, how many change nothing."""

    way: str
    block: str
    tried: int
    noticed: int
    silent: int


@dataclass(frozen=True)
class Strength:
    """What a check would notice, of the mistakes it was tried with. `print` shows a table."""

    mutants: tuple[Mutants, ...]

    @property
    def tried(self) -> int:
        """How many spoiled gradients were judged."""
        return sum(s.tried for s in self.mutants)

    @property
    def noticed(self) -> int:
        """How many of them would not have passed."""
        return sum(s.noticed for s in self.mutants)

    @property
    def missed(self) -> tuple[Mutants, ...]:
        """The ways and blocks of which something would have passed."""
        return tuple(s for s in self.mutants if s.noticed < s.tried)

    def __str__(self) -> str:
        if not self.tried:
            return "Nothing was spoiled: the report holds no block that can be."
        share = f"{self.noticed / self.tried:.0%}"
        lines = [f"This check would notice {self.noticed} of {self.tried} spoiled gradients ({share}).", ""]
        ways = dict.fromkeys(s.way for s in self.mutants)
        lines += [_row(way, [s for s in self.mutants if s.way == way]) for way in ways]
        silent = sum(s.silent for s in self.mutants)
        if silent:
            lines += ["", f"{silent} of those it misses change nothing here: the gradient is zero at this point."]
            lines += ["Only a check at another point can see them."]
        return "\n".join(lines)


def strength(report: Report) -> Strength:
    """Spoil the gradient in many ways and count how many this check would notice, without asking the cost again.

    Every spoiled gradient is judged by the numeric values and bounds that the report holds. Single entries are
    spoiled one after the other, all of them. What passes is what the check at this point is blind to: entries whose
    gradient is zero here (dead units), and mistakes that are smaller than the bounds.

    Parameters
    ----------
    report
        What `check_gradients` returned. Where it found the gradient wrong, the numeric one is spoiled instead.

    Raises
    ------
    GradlabError
        If it is no report, or the check went along directions: then there are no numbers for single entries.

    Examples
    --------
    >>> import gradlab
    >>> theta = np.array([[1.0, 2.0, 0.0]])
    >>> seen = strength(gradlab.check_gradients(lambda t: float(np.sum(t**2)), theta, 2 * theta))
    >>> seen.noticed, seen.tried, [(s.way, s.silent) for s in seen.missed][-1]
    (15, 19, ('one entry + 1 %', 1))
    """
    _arguments.instance("report", report, Report, "what check_gradients returns")
    if any(block.directions for block in report.blocks.values()):
        raise GradlabError("report must hold a number for every component: check without directions=")
    return Strength(
        tuple(
            found
            for one_by_one, ways in ((False, BLOCK_MUTATIONS), (True, ENTRY_MUTATIONS))
            for way, mutate in ways.items()
            for block in report.blocks.values()
            if (found := _try(way, mutate, block, one_by_one)) is not None
        )
    )


def _try(way: str, mutate: Mutation, block: Block, one_by_one: bool) -> Mutants | None:
    with np.errstate(invalid="ignore"):
        fine = np.abs(block.analytic - block.numeric) <= block.bound
        base = np.where(fine | np.isnan(block.numeric), block.analytic, block.numeric)
        mutant = mutate(base, block.theta)
        if mutant is None:
            return None
        seen = np.abs(mutant - block.numeric) > block.bound
    changed = mutant != base
    if one_by_one:
        return Mutants(way, block.name, base.size, int(np.sum(seen & changed)), int(np.sum(~changed)))
    return Mutants(way, block.name, 1, int(np.any(seen & changed)), int(not changed.any()))


def _row(way: str, mutants: list[Mutants]) -> str:
    noticed, tried = sum(s.noticed for s in mutants), sum(s.tried for s in mutants)
    missed = [f"{s.block} {s.tried - s.noticed}" if s.tried > 1 else s.block for s in mutants if s.noticed < s.tried]
    more = f"missed: {', '.join(missed[:4])}{', …' if len(missed) > 4 else ''}" if missed else ""
    return f"{way:<26}{noticed:>5} of {tried:<5} {more}".rstrip()
