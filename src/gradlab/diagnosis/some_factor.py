"""A rule on entries that are off by one factor while the others of their block are right."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gradlab.diagnosis import evidence
from gradlab.diagnosis.case import Case, always, as_ratio
from gradlab.diagnosis.finding import Finding
from gradlab.verdict.blocks import Block, Verdict

LEAST = 3  # entries that are off, and two that are not
TRIANGLE_INDICES = {"a lower triangle": np.tril_indices, "an upper triangle": np.triu_indices}


def one_factor_in_some(case: Case) -> Iterator[Finding]:
    """GL165 Some entries of a block are off by one simple factor, the others are right."""
    for block in case.entrywise:
        wrong, right = (block.verdicts == kind for kind in (Verdict.WRONG, Verdict.AGREES))
        clear = right & (np.abs(block.numeric) > 1e3 * evidence.tolerance(block))
        if wrong.sum() < LEAST or clear.sum() < 2 or np.any(~wrong & ~right & (block.numeric != 0)):
            continue
        factor = evidence.coefficient(block.analytic[wrong], block.numeric[wrong], evidence.tolerance(block)[wrong])
        simple = evidence.fraction(factor, expected=1.0) if factor else None
        if factor is None or simple is None or max(abs(simple.numerator), simple.denominator) > 100 or 0.0 in factor:
            continue
        scaled = np.where(wrong, float(simple) * block.analytic, block.analytic)
        times = "have the other sign" if simple == -1 else f"be {as_ratio(simple)} what they are"
        yield case.fit(
            "GL165",
            [block],
            always(scaled),
            f"{int(wrong.sum())} of {block.size} entries of {block.name} should {times}, the others are right. "
            f"{_which(block, wrong, simple)}",
            f"numeric = {simple} · analytic in all that are wrong;",
            evidence.fraction_digits(simple) + block.size * np.log10(2),
        )


PAIRED_WITH = (
    "each of these numbers stands for two entries of a symmetric matrix, or is one of two that share a pair, so look "
    "for what is counted once there and should be counted twice, or the reverse."
)
DIAGONAL = "its diagonal: it stands once where what is off it stands twice, in a symmetric matrix."


def _which(block: Block, wrong: NDArray[Any], simple: Fraction) -> str:
    """What sets them apart."""
    return (
        _of_a_matrix(block, wrong, simple)
        or _of_a_triangle(block, wrong)
        or _of_slices(block, wrong)
        or "What sets them apart? Look for a mask or a weight on one side only, for pairs or neighbours that are "
        "counted once instead of twice, and for the border."
    )


def _of_a_matrix(block: Block, wrong: NDArray[Any], simple: Fraction) -> str:
    if len(block.shape) != 2 or block.shape[0] != block.shape[1]:
        return ""
    on = np.eye(block.shape[0], dtype=bool)
    if wrong[on].all() and not wrong[~on].any():
        return f"They are {DIAGONAL}"
    if wrong[on].any():
        return ""
    if wrong[~on].all() and simple == Fraction(1, 2):
        return (
            "The diagonal is right, and what is off it is doubled: 2 · G − diag(G) is right for the entries of one "
            "triangle, and this cost reads each entry by itself."
        )
    return f"The diagonal is right, what is off it is not: {PAIRED_WITH}" if wrong[~on].mean() > 1 / 3 else ""


def _of_a_triangle(block: Block, wrong: NDArray[Any]) -> str:
    """Of a vector that may be one triangle of a matrix."""
    k = int((np.sqrt(8 * block.size + 1) - 1) / 2)
    for triangle, indices in TRIANGLE_INDICES.items():
        rows, columns = indices(k)
        if len(block.shape) != 1 or len(rows) != block.size:
            return ""
        if np.array_equal(wrong, rows != columns):
            return f"Read as {triangle} of {k} rows, the diagonal is right and what is off it is not: {PAIRED_WITH}"
        if np.array_equal(wrong, rows == columns):
            return f"Read as {triangle} of {k} rows, they are {DIAGONAL}"
    return ""


def _of_slices(block: Block, wrong: NDArray[Any]) -> str:
    for axis, n in enumerate(block.shape if len(block.shape) > 1 else ()):
        there = np.moveaxis(wrong, axis, 0).reshape(n, -1)
        which = np.flatnonzero(there.any(axis=1))
        if which.size < n and there[which].all():
            at = [":"] * len(block.shape)
            run = which[-1] - which[0] + 1 == which.size
            at[axis] = f"{which[0]}:{which[-1] + 1}" if run else str(which[:6].tolist())
            return (
                f"They are {block.name}[{', '.join(at)}]. Which gate, head, class or example is that? Look for a "
                "factor that only its lines have, or lack."
            )
    return ""
