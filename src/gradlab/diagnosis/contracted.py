"""The rule that takes a layer apart: every output by itself, its Jacobian against differences of forward."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from gradlab.diagnosis.case import CERTAIN, Case
from gradlab.diagnosis.finding import Finding
from gradlab.diagnosis.upstream import column_of

Floats = NDArray[np.float64]

MOST_OUTPUTS, MOST_ENTRIES = 100, 10_000
FEW = 12  # wrong entries that are worth a list
OFF = 1e-5  # of the largest entry: what a simple difference of forward tells for sure


def jacobian_entry(case: Case) -> Iterator[Finding]:
    """GL138 Few entries of the layer's Jacobian are wrong: which output, by which input."""
    layer = case.layer
    if layer is None or len(case.blocks) > 1 or not case.entrywise:
        return
    block, R = case.entrywise[0], layer.upstream
    if R.size > MOST_OUTPUTS or R.size * block.size > MOST_ENTRIES or min(R.size, block.size) < 2:
        return
    units = np.eye(R.size).reshape(R.size, *R.shape)
    analytic = np.stack([layer.backward(unit)[block.name].ravel() for unit in units])
    numeric = np.stack([column_of(case, block.name, i) for i in range(block.size)], axis=1)
    size = float(np.max(np.abs(numeric)))
    if np.max(np.abs(R.ravel() @ analytic - block.analytic.ravel())) > 1e-9 * size:  # backward is not linear
        return
    wrong = np.abs(analytic - numeric) > OFF * size
    if analytic.shape[0] == analytic.shape[1] and np.all(np.abs(analytic.T - numeric) <= OFF * size):
        said = f"The Jacobian of the output by {block.name} is transposed."
    elif 0 < wrong.sum() <= max(1, min(wrong.size // 4, FEW)):
        pairs = [(_index(i, R.shape), _index(j, block.shape)) for i, j in np.argwhere(wrong)[:4]]
        places = ", ".join(f"output{i} by {block.name}{j}" for i, j in pairs)
        said = (
            f"Of the layer's Jacobian {'one entry is' if wrong.sum() == 1 else f'{wrong.sum()} entries are'} wrong: "
        )
        said += f"the derivative of {places}{' and others' if wrong.sum() > 4 else ''}."
    else:
        return
    i, j = np.argwhere(wrong)[0]
    says = f"there backward has {analytic[i, j]:.6g}, a difference of forward {numeric[i, j]:.6g}"
    yield case.finding("GL138", [block], f"{said} Look at the line that makes it.", says, CERTAIN)


def _index(i: int, shape: tuple[int, ...]) -> str:
    return f"[{', '.join(str(int(k)) for k in np.unravel_index(i, shape))}]"
