"""Blocks compared along random directions instead of entry by entry: for gradients of a million parameters."""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from gradlab.errors import GradlabError
from gradlab.numeric.gradient import component_lines, scales
from gradlab.numeric.ladder import Line
from gradlab.problem.cost import Cost
from gradlab.verdict.bisection import Slopes, slopes, wrong_entries
from gradlab.verdict.blocks import (
    FAINT,
    Block,
    Component,
    Numeric,
    Verdict,
    compare_block,
    compare_blocks,
    judge,
    with_reasons,
)
from gradlab.verdict.entries import nothing

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]

IN_SUM = "in sum"


def blocks_along(
    cost: Cost, noise: float, analytic: Floats, unsure: Mask, directions: int, rng: np.random.Generator
) -> dict[str, Block]:
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
    scale, slices = scales(cost.parameters), cost.parameters.slices
    large = {name: at for name, at in slices.items() if at.stop - at.start > directions}
    found = _along(cost, noise, analytic, unsure, scale, large, directions, rng) if large else {}
    small = (at for name, at in slices.items() if name not in large)
    few = np.array([i for at in small for i in range(at.start, at.stop)], dtype=np.int_)
    found |= _by_entry(cost, noise, analytic, unsure, scale, few, skip=set(large))
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


def _along(
    cost: Cost,
    noise: float,
    analytic: Floats,
    unsure: Mask,
    scale: Floats,
    slices: Mapping[str, slice],
    directions: int,
    rng: np.random.Generator,
) -> dict[str, Block]:
    seen, theta = _slopes(cost, noise, analytic, scale, list(slices.values()), directions, rng)
    found = {}
    for j, (name, at) in enumerate(slices.items()):
        numeric = Numeric(seen.value[:, j], seen.bound[:, j], seen.reason[:, j]).without(unsure[at].any())
        usual = float(np.linalg.norm(scale[at] * analytic[at]))
        block = _block(name, cost.parameters.shapes[name], seen.analytic[:, j], numeric, theta[:, j], usual)
        wrong = block.verdict is Verdict.WRONG and np.isfinite(analytic[at]).all()
        found[name] = _located(block, cost, noise, analytic, scale, at, rng) if wrong else block
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


def _by_entry(
    cost: Cost,
    noise: float,
    analytic: Floats,
    unsure: Mask,
    scale: Floats,
    entries: NDArray[np.int_],
    skip: Container[str],
) -> dict[str, Block]:
    """The blocks that are not to be skipped, with these entries compared one by one."""
    if not len(entries):
        return {}
    seen = slopes(cost, noise, component_lines(entries, scale), analytic)
    numeric = nothing(cost.parameters.size, "")
    numeric.value[entries], numeric.bound[entries] = seen.value / scale[entries], seen.bound / scale[entries]
    numeric.reason[entries] = seen.reason
    return compare_blocks(analytic, numeric.without(unsure), scale, cost.parameters, skip)


def _slopes(
    cost: Cost, noise: float, analytic: Floats, scale: Floats, at: list[slice], k: int, rng: np.random.Generator
) -> tuple[Slopes, Floats]:
    """Slopes (direction × block), and theta along the same directions. One direction is held at a time."""
    found, theta = [], np.empty((k, len(at)))
    for i in range(k):
        unit = scale * rng.choice([-1.0, 1.0], scale.size)
        theta[i] = [float(cost.parameters.theta[s] @ unit[s]) for s in at]
        found.append(slopes(cost, noise, [Line(s, unit[s]) for s in at], analytic))
    return Slopes(*(np.array([vars(s)[field] for s in found]) for field in vars(found[0]))), theta


def _located(
    block: Block, cost: Cost, noise: float, analytic: Floats, scale: Floats, at: slice, rng: np.random.Generator
) -> Block:
    """The block with its wrong entries, as far as they were looked for; undecided if there are none."""
    entries, complete = wrong_entries(cost, noise, analytic, scale, at, rng)
    if not entries:
        return _in_sum(block)
    seen = slopes(cost, noise, component_lines(np.array(entries), scale), analytic)
    components = [
        Component(
            index=tuple(int(k) for k in np.unravel_index(i - at.start, block.shape)),
            analytic=float(analytic[i]),
            numeric=float(seen.value[j] / scale[i]),
            bound=float(seen.bound[j] / scale[i]),
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
    verdicts[wrong], reason[wrong] = Verdict.UNDECIDED, IN_SUM
    return replace(
        block,
        verdict=Verdict.UNDECIDED,
        verdicts=verdicts,
        reason=reason,
        counts={v: int(np.sum(verdicts == v)) for v in Verdict},
        reasons={str(r): int(np.sum(reason == r)) for r in np.unique(reason) if r},
        worst=replace(block.worst, verdict=Verdict.UNDECIDED, reason=IN_SUM),
        complete=True,
    )
