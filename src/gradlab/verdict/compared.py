"""The comparison in the way that was asked for: entry by entry, at one step, or along directions."""

from __future__ import annotations

from gradlab.numeric.answer import Numeric, Reason
from gradlab.problem.problem import Problem
from gradlab.stencils import Stencil
from gradlab.verdict.blocks import Block, compare_blocks
from gradlab.verdict.directions import blocks_along
from gradlab.verdict.entries import at_given_step, entry_by_entry


def compared(problem: Problem, stencil: Stencil, step: float | None, directions: int | None) -> dict[str, Block]:
    """Blocks by name, each with its verdicts."""
    if not problem.cost.steady:
        numeric = Numeric.unknown(problem.parameters.size, Reason.RANDOM)
    elif step is not None:
        numeric = at_given_step(problem, stencil, step)
    elif directions is not None:
        return blocks_along(problem, directions)
    else:
        numeric = entry_by_entry(problem)
    return compare_blocks(problem, numeric.without(problem.unsure))


def evaluations_each(stencil: Stencil, step: float | None) -> int:
    """Evaluations for each entry that agrees: a formula of low order is never so exact that one step is enough."""
    return 2 if step is None else len(stencil.offsets) * (1 if stencil.order > 1 else 2)
