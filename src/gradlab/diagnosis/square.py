"""Rules on square matrices: symmetrised, one triangle, the diagonal, a part that is transposed."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from gradlab.diagnosis.case import CERTAIN, Case
from gradlab.diagnosis.evidence import tolerance
from gradlab.diagnosis.finding import Finding
from gradlab.verdict.blocks import Verdict


def symmetrised(case: Case) -> Iterator[Finding]:
    """GL146 The gradient of a square matrix is symmetrised, or one triangle of it is missing."""
    for block in case.entrywise:
        if len(block.shape) != 2 or block.shape[0] != block.shape[1] or block.shape[0] < 2:
            continue
        n, a = block.numeric, block.analytic
        for guess, text in (
            ((n + n.T) / 2, "is symmetrised: it is the mean of the gradient and its transpose"),
            (n + n.T, "is the sum of the gradient and its transpose"),
            (np.tril(n), "has its lower triangle only"),
            (np.triu(n), "has its upper triangle only"),
        ):
            room = np.maximum(3 * (tolerance(block) + tolerance(block).T), 1e-9 * np.max(np.abs(n)))
            if np.all(np.abs(a - guess) <= room):
                yield case.finding(
                    "GL146",
                    [block],
                    f"The gradient of {block.name} {text}, and the cost reads the entries one by one. Symmetrise the "
                    "matrix inside the cost too, or not at all.",
                    f"in all {block.size} entries",
                    CERTAIN,
                )
                return


def part_transposed(case: Case) -> Iterator[Finding]:
    """GL104 The difference is antisymmetric: one of several terms of a square gradient is transposed."""
    for block in case.entrywise:
        if len(block.shape) != 2 or block.shape[0] != block.shape[1] or block.wrong_count < 2:
            continue
        D, bound = block.numeric - block.analytic, tolerance(block)
        room = np.maximum(3 * (bound + bound.T), 1e-9 * np.max(np.abs(block.numeric)))
        if np.all(np.abs(D + D.T) <= room) and np.max(np.abs(D)) > 10 * np.max(room):
            yield case.finding(
                "GL104",
                [block],
                f"A part of the gradient of {block.name} is transposed: the diagonal is right, and what is too much "
                "in one entry is missing in its mirror image. Look for a .T too many or too few in one of its "
                "terms, or an inverse that should be transposed.",
                f"numeric − analytic changes its sign when it is transposed, in all {block.size} entries",
                CERTAIN,
            )


def diagonal(case: Case) -> Iterator[Finding]:
    """GL151 The diagonal of a square matrix is wrong and all else agrees, or the reverse."""
    for block in case.wrong:
        if block.directions or len(block.shape) != 2 or block.shape[0] != block.shape[1] or block.shape[0] < 3:
            continue
        on = np.eye(block.shape[0], dtype=bool)
        wrong, right = block.verdicts == Verdict.WRONG, block.verdicts == Verdict.AGREES
        for place, there, look in (
            (
                "its diagonal is",
                on,
                "a term of its own, as of a determinant or a trace, or pairs of one index with itself",
            ),
            ("what lies off its diagonal is", ~on, "pairs of two indices: a factor 2, a triangle, or a coupling"),
        ):
            if np.all(wrong[there]) and right[~there].any() and not wrong[~there].any():
                yield case.finding(
                    "GL151",
                    [block],
                    f"Of {block.name} only {place} wrong, the rest agrees. Look at what is done there and not "
                    f"elsewhere: {look}.",
                    f"{block.wrong_count} of {block.size} entries are wrong, all of them there",
                    3.0,
                )
