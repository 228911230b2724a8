"""Rules on sums and steps: right in sum, summed too far, right at one end of time only."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from gradlab.diagnosis.case import Case
from gradlab.diagnosis.evidence import tolerance
from gradlab.diagnosis.finding import Finding
from gradlab.diagnosis.structure import is_input
from gradlab.verdict.blocks import Verdict


def right_sums(case: Case) -> Iterator[Finding]:
    """GL137 Sums over an axis are right, the entries are not: the right amount is put in the wrong places."""
    for block in case.entrywise:
        for axis in range(block.analytic.ndim):
            if block.shape[axis] < 2 or block.size // block.shape[axis] < 2 or block.size < 6:
                continue
            a, n = (np.sum(v, axis=axis) for v in (block.analytic, block.numeric))
            room = np.maximum(3 * np.sum(tolerance(block), axis=axis), 1e-12 * np.max(np.abs(block.numeric)))
            wrong = (block.verdicts == Verdict.WRONG).any(axis=axis)
            clear = np.abs(n) > 1e-3 * np.max(np.abs(block.numeric))
            if np.all(np.abs(a - n) <= room) and np.mean(wrong) > 0.5 and np.all(clear[wrong]):
                yield case.finding(
                    "GL137",
                    [block],
                    f"Summed along axis {axis}, the gradient of {block.name} is right, entry by entry it is not. "
                    "Either "
                    "the right amount lies in the wrong places (an index, a mask, an order), or a part is missing "
                    "that "
                    "sums to 0 there.",
                    f"all {a.size} sums agree, {block.wrong_count} of {block.size} entries do not",
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
                        "time, what "
                        f"comes from {from_} steps is missing: add it before you multiply by the slope of a step.",
                        f"right at the {which} of {steps} steps; wrong entries at the others: "
                        + ", ".join(str(int(k)) for k in wrong.sum(axis=1)),
                        6.0,
                    )
                    return
