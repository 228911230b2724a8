"""Rules on square matrices: symmetrised, one triangle, the diagonal, a part that is transposed."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from gradlab.diagnosis.case import CERTAIN, Case
from gradlab.diagnosis.evidence import tolerance
from gradlab.diagnosis.finding import Finding


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
