"""Rules on sums and steps: right in sum, summed too far, right at one end of time only."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from gradlab.diagnosis.case import CERTAIN, Case
from gradlab.diagnosis.evidence import tolerance
from gradlab.diagnosis.finding import Finding
from gradlab.diagnosis.structure import is_input
from gradlab.verdict.blocks import Verdict


def right_sums(case: Case) -> Iterator[Finding]:
    """GL137 Sums over an axis are right, the entries are not: the right amount is put in the wrong places."""
    for block in case.entrywise:
        for axis in range(block.analytic.ndim):
            if block.shape[axis] < 2 or block.size < 6:
                continue
            a, n = (np.sum(v, axis=axis) for v in (block.analytic, block.numeric))
            room = np.maximum(3 * np.sum(tolerance(block), axis=axis), 1e-12 * np.max(np.abs(block.numeric)))
            wrong = (block.verdicts == Verdict.WRONG).any(axis=axis)
            clear = np.abs(n) > 1e-3 * np.max(np.abs(block.numeric))
            sharp = n.size > 1 or np.abs(n) > 1e5 * room  # one sum alone must agree to many digits
            if np.all(np.abs(a - n) <= room) and np.mean(wrong) > 0.5 and np.all(clear[wrong]) and sharp:
                yield case.finding(
                    "GL137",
                    [block],
                    f"Summed along axis {axis}, the gradient of {block.name} is right, entry by entry it is not. "
                    "Either the right amount lies in the wrong places (an index, a mask, an order), or a part is "
                    "missing that sums to 0 there.",
                    f"{'the sum agrees' if a.size == 1 else f'all {a.size} sums agree'}, {block.wrong_count} of "
                    f"{block.size} entries do not",
                    4.0,
                )
                return


def last_step(case: Case) -> Iterator[Finding]:
    """GL128 Along one axis only the last, or the first, slice is right: what is handed back in time is missing."""
    layer = case.layer
    for block in case.entrywise:
        if layer is not None and block.analytic.ndim < 3 and not is_input(block.name):
            continue
        for axis in range(block.analytic.ndim):
            wrong = np.moveaxis(block.verdicts == Verdict.WRONG, axis, 0).reshape(block.shape[axis], -1)
            steps, width = wrong.shape
            if steps < 3 or width < 2 or wrong.sum() < 6 or (layer is None and block.analytic.ndim < 3):
                continue
            for right, which, from_ in ((-1, "last", "later"), (0, "first", "earlier")):
                others = np.delete(wrong, right, axis=0)
                if not wrong[right].any() and np.all(others.mean(axis=1) > 0.5):
                    yield case.finding(
                        "GL128",
                        [block],
                        f"Only the {which} slice of {block.name} along axis {axis} is right. If that axis is "
                        f"time, what comes from {from_} steps is missing or wrong: it passes through the weight, the "
                        "decay or the gate of the state, and is added before you multiply by the slope of a step. If "
                        "no state is handed on there, look for a mask between positions.",
                        f"right at the {which} of {steps} steps; wrong entries at the others: "
                        + ", ".join(str(int(k)) for k in wrong.sum(axis=1)),
                        6.0,
                    )
                    return


def summed_too_far(case: Case) -> Iterator[Finding]:
    """GL156 Each entry has the sum, or the mean, of all entries along an axis that should be kept."""
    layers = case.structure.layers if case.structure else ()
    biases = {bias.name for layer in layers for bias in layer.biases}  # their rule speaks of the axis of their sum
    for block in case.entrywise:
        if block.name in biases:
            continue
        N, axes = block.numeric, [axis for axis, n in enumerate(block.shape) if n > 1]
        for axis in axes:
            for how, total in (("sum", N.sum(axis=axis, keepdims=True)), ("mean", N.mean(axis=axis, keepdims=True))):
                room = np.maximum(3 * tolerance(block).sum(axis=axis, keepdims=True), 1e-11 * np.max(np.abs(N)))
                known = block.size > block.shape[axis] or block.shape[axis] > 2
                if (
                    known
                    and np.all(np.abs(block.analytic - total) <= room)
                    and np.max(np.abs(total)) > 1e3 * np.max(room)
                ):
                    yield case.finding(
                        "GL156",
                        [block],
                        f"Along axis {axis} all entries of {block.name} have one gradient, the {how} of what each "
                        "should have. Look for a sum or a mean over an axis that should be kept (axis=, keepdims=, a "
                        "letter that einsum leaves out), or for a choice that is not made (of a max, a gate, a "
                        "label).",
                        f"analytic = {how} of numeric over axis {axis}, in all {block.size} entries",
                        CERTAIN,
                    )
                    return
