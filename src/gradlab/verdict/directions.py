"""Blocks compared along random directions instead of entry by entry: for gradients of a million parameters."""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from gradlab.errors import GradlabError
from gradlab.numeric.answer import Numeric, Reason
from gradlab.numeric.ladder import Line
from gradlab.numeric.scaling import component_lines
from gradlab.problem.problem import Problem
from gradlab.verdict.bisection import along, wrong_entries
from gradlab.verdict.blocks import (
    FAINT,
    Block,
    Component,
    Verdict,
    compare_block,
    compare_blocks,
    judge,
    with_reasons,
)

Floats = NDArray[np.float64]


def blocks_along(problem: Problem, directions: int) -> dict[str, Block]:
    """Compare every block along so many random ±1 directions, and find the wrong entries of those that are wrong.

    Every entry of a block moves at once, by its scale, up or down by a coin. A wrong entry shows in every direction;
    mistakes in several entries cancel in one direction with a chance of at most 1/2 (whatever the others do, of the
    two signs of one wrong entry at most one can make the sum vanish), so in k directions with 2⁻ᵏ.

    The arrays of a block then hold one number for each direction, not for each entry: slopes along the directions.
    `worst` and `wrong_count` are about single entries that were found by bisection, see `gradlab.locate`.
    A block with no more entries than directions is compared entry by entry: that is cheaper, and says more.

    Raises
    ------
    GradlabError
        If directions is no whole number above 0.
    """
    if directions != int(directions) or directions < 1:
        raise GradlabError(f"directions must be a whole number of at least 1, got {directions}")
    slices = problem.parameters.slices
    large = {name: at for name, at in slices.items() if at.stop - at.start > directions}
    found = _along(problem, large, directions) if large else {}
    small = (at for name, at in slices.items() if name not in large)
    few = np.array([i for at in small for i in range(at.start, at.stop)], dtype=np.int_)
    found |= _by_entry(problem, few, skip=set(large))
    return {name: found[name] for name in slices if name in found}


def missable(blocks: Mapping[str, Block]) -> tuple[str, ...]:
    """What a check along directions can miss, as a note of the report; none if there were no directions."""
    k = max((block.directions for block in blocks.values()), default=0)
    if not k:
        return ()
    return (
        f"Compared along {k} random direction{'s' * (k > 1)} a block, not entry by entry. One wrong entry shows in "
        "every direction, if it is off by more than the bounds; mistakes in several entries cancel in all of them "
        f"with a chance of at most {2.0**-k:.1g}.",
    )


def _along(problem: Problem, slices: Mapping[str, slice], directions: int) -> dict[str, Block]:
    analytic, theta, seen = _slopes(problem, list(slices.values()), directions)
    found = {}
    for j, (name, at) in enumerate(slices.items()):
        value, bound = (
            np.array([x[j] for x in column]) for column in ([s.value for s in seen], [s.bound for s in seen])
        )
        numeric = Numeric(value, bound, np.array([s.reason[j] for s in seen])).without(problem.unsure[at].any())
        usual = float(np.linalg.norm(problem.scale[at] * problem.analytic[at]))
        shape = problem.parameters.shapes[name]
        block = _block(name, shape, analytic[:, j], numeric, theta[:, j], usual)
        wrong = block.verdict is Verdict.WRONG and np.isfinite(problem.analytic[at]).all()
        found[name] = _located(block, problem, at) if wrong else block
    return found


def _block(
    name: str, shape: tuple[int, ...], analytic: Floats, numeric: Numeric, theta: Floats, usual: float
) -> Block:
    """The slopes along directions take the place of the entries. One may be small by chance: the usual one counts."""
    verdicts = judge(analytic, numeric, numeric.bound <= FAINT * usual, usual)
    numeric = with_reasons(numeric, verdicts)
    block = compare_block(name, analytic.shape, analytic, numeric, slice(None), verdicts, theta)
    worst = replace(block.worst, index=())
    return replace(block, shape=shape, directions=len(analytic), worst=worst, wrong_count=0, complete=False)


def _by_entry(problem: Problem, entries: NDArray[np.int_], skip: Container[str]) -> dict[str, Block]:
    """The blocks that are not to be skipped, with these entries compared one by one."""
    if not len(entries):
        return {}
    numeric = Numeric.unknown(problem.parameters.size, Reason.NONE).with_part(entries, _entries(problem, entries))
    return compare_blocks(problem, numeric.without(problem.unsure), skip)


def _entries(problem: Problem, entries: NDArray[np.int_]) -> Numeric:
    """These entries, climbed one by one."""
    scale = problem.scale[entries]
    _, seen = along(problem, component_lines(entries, problem.scale))
    return replace(seen, value=seen.value / scale, bound=seen.bound / scale)


def _slopes(problem: Problem, at: list[slice], k: int) -> tuple[Floats, Floats, list[Numeric]]:
    """Analytic slopes and theta (direction × block), and of each direction the numeric ones."""
    analytic, theta, seen = np.empty((k, len(at))), np.empty((k, len(at))), list[Numeric]()
    for i in range(k):  # one direction is held at a time
        unit = problem.scale * problem.rng.choice([-1.0, 1.0], problem.scale.size)
        theta[i] = [float(problem.parameters.theta[s] @ unit[s]) for s in at]
        analytic[i], found = along(problem, [Line(s, unit[s]) for s in at])
        seen.append(found)
    return analytic, theta, seen


def _located(block: Block, problem: Problem, at: slice) -> Block:
    """The block with its wrong entries, as far as they were looked for; undecided if there are none."""
    entries, complete = wrong_entries(problem, at)
    if not entries:
        return _in_sum(block)
    seen = _entries(problem, np.array(entries))
    components = [
        Component(
            index=tuple(int(k) for k in np.unravel_index(i - at.start, block.shape)),
            analytic=float(problem.analytic[i]),
            numeric=float(seen.value[j]),
            bound=float(seen.bound[j]),
            verdict=Verdict.WRONG,
            reason="",
        )
        for j, i in enumerate(entries)
    ]
    worst = max(components, key=lambda c: abs(c.analytic - c.numeric))
    return replace(block, worst=worst, wrong_count=len(components), located=tuple(components), complete=complete)


def _in_sum(block: Block) -> Block:
    """Wrong along directions, and no entry is: mistakes too small to be seen alone, or kinks that cancel."""
    wrong = block.verdicts == Verdict.WRONG
    verdicts, reason = block.verdicts.copy(), block.reason.copy()
    verdicts[wrong], reason[wrong] = Verdict.UNDECIDED, Reason.IN_SUM
    return replace(
        block,
        verdict=Verdict.UNDECIDED,
        verdicts=verdicts,
        reason=reason,
        counts={v: int(np.sum(verdicts == v)) for v in Verdict},
        reasons={str(r): int(np.sum(reason == r)) for r in np.unique(reason) if r},
        worst=replace(block.worst, verdict=Verdict.UNDECIDED, reason=Reason.IN_SUM),
        complete=True,
    )
