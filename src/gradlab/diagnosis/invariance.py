"""Rules on what the cost ignores: a shift, or a change of length; the gradient must know nothing of it either."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from gradlab.diagnosis.case import Case
from gradlab.diagnosis.evidence import tolerance, vanishes
from gradlab.diagnosis.finding import Finding
from gradlab.diagnosis.structure import is_input, kind_of
from gradlab.verdict.blocks import Block


def should_sum_to_zero(case: Case) -> Iterator[Finding]:
    """GL126 The output ignores a shift of the input, so the gradient must sum to 0, and does not."""
    for block in case.entrywise:
        if case.layer and kind_of(block) and not is_input(block.name) and len(case.blocks) > 1:
            continue  # a weight may sum to 0 because its input does
        for axis in range(block.analytic.ndim):
            if block.shape[axis] < 2 or block.size < 4 or block.wrong_count < block.size / 2:
                continue  # where few are wrong, these are the question
            decay = _decay_beside(block, axis)
            if decay is None:
                continue
            total = np.sum(block.analytic - decay * block.theta, axis=axis)
            if np.max(np.abs(total)) > 1e-6 * np.max(np.sum(np.abs(block.analytic), axis=axis)):
                aside = f", the decay of {decay:.4g} · θ aside" if decay else ""
                yield case.finding(
                    "GL126",
                    [block],
                    f"The gradient of {block.name} should sum to 0 along axis {axis}{aside}: the cost does not "
                    "change when one number is added to all of them there (as in front of a softmax, a margin "
                    "between scores, or a normalisation). It does not: often a part of the step that takes the "
                    "difference is missing, such as its sum over that axis.",
                    f"the largest sum is {np.max(np.abs(total)):.3g} in the analytic gradient, 0 in the numeric one",
                    4.0,
                )
                return


def _decay_beside(block: Block, axis: int) -> float | None:
    """The c for which numeric − c·θ sums to 0 along an axis: 0 in most cases, None if there is none."""
    N, t, bound = block.numeric, block.theta, tolerance(block)
    if vanishes(N, bound, (axis,)):
        return 0.0
    n, total = N.sum(axis=axis).ravel(), t.sum(axis=axis).ravel()
    if n.size < 3 or not np.all(np.isfinite(n)) or not np.any(total):
        return None
    c = float(n @ total / (total @ total))
    return c if vanishes(N - c * t, bound, (axis,)) else None


def should_stand_at_right_angles(case: Case) -> Iterator[Finding]:
    """GL155 The cost ignores the length of a block, or of its rows, so the gradient must not point along it."""
    for block in case.entrywise:
        for axes, words in _lengths(block):
            along, bound = block.numeric * block.theta, tolerance(block) * np.abs(block.theta)
            if not vanishes(along, bound, axes):
                continue
            wrong = np.abs(np.sum(block.analytic * block.theta, axis=axes))
            if np.max(wrong) <= 1e-4 * np.max(np.sum(np.abs(block.analytic * block.theta), axis=axes)):
                continue
            yield case.finding(
                "GL155",
                [block],
                f"The cost does not change with the length of {words}, only with the direction: it is divided by a "
                "norm on the way, or a normalisation follows. So the gradient must stand at right angles to it, "
                "and the analytic one does not: look at the derivative of that division, whose norm depends on all "
                "entries.",
                f"Σ {block.name} · gradient is 0 in the numeric gradient, up to {np.max(wrong):.3g} in the "
                "analytic one",
                4.0,
            )
            return


def _lengths(block: Block) -> Iterator[tuple[tuple[int, ...], str]]:
    """The axes over which a length may run: all of them, then one at a time."""
    axes = tuple(range(len(block.shape)))
    if block.size >= 3:
        yield axes, block.name
    for axis in axes if len(axes) > 1 else ():
        if block.shape[axis] > 1 and block.size > block.shape[axis]:
            yield (axis,), f"{block.name} along axis {axis}"
