"""The rule that takes a layer apart: every output by itself, its Jacobian against differences of forward."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from gradlab.diagnosis.case import CERTAIN, Case
from gradlab.diagnosis.finding import Finding
from gradlab.precision import format_entry
from gradlab.verdict.blocks import Block

Floats = NDArray[np.float64]

MOST_OUTPUTS, MOST_ENTRIES = 100, 10_000
MOST_LISTED = 12  # wrong entries that are worth a list
FORWARD_TELLS = 1e-5  # of the largest entry: what a simple difference of forward tells for sure


def jacobian_entry(case: Case) -> Iterator[Finding]:
    """GL138 The layer's Jacobian is transposed, or wrong in few entries or on its diagonal: which output, by what."""
    layer = case.layer
    if layer is None or not 1 < layer.upstream.size <= MOST_OUTPUTS:
        return
    small = [b for b in case.entrywise if 1 < b.size <= MOST_ENTRIES / layer.upstream.size]
    if not small:
        return
    R = layer.upstream
    for block in small:
        analytic, numeric = layer.jacobians(block.name)
        size = float(np.max(np.abs(numeric)))
        if np.max(np.abs(R.ravel() @ analytic - block.analytic.ravel())) > 1e-9 * size:  # backward is not linear
            continue
        wrong = np.abs(analytic - numeric) > FORWARD_TELLS * size
        said = _said(block, R, analytic, numeric, wrong) or (_few(block, R, wrong) if len(case.blocks) == 1 else "")
        if said:
            i, j = np.argwhere(wrong)[0]
            says = f"there backward has {analytic[i, j]:.6g}, a difference of forward {numeric[i, j]:.6g}"
            yield case.finding("GL138", [block], said, says, CERTAIN)


def _said(block: Block, R: Floats, analytic: Floats, numeric: Floats, wrong: NDArray[np.bool_]) -> str:
    """What is wrong in the Jacobian, if few words tell."""
    square = wrong.shape[0] == wrong.shape[1]
    if square and np.all(np.abs(analytic.T - numeric) <= FORWARD_TELLS * float(np.max(np.abs(numeric)))):
        return f"The Jacobian of the output by {block.name} is transposed. Look at the line that makes it."
    for axis in range(min(block.analytic.ndim, R.ndim)):
        if block.shape[axis] == R.shape[axis] > 1 and max(R.ndim, block.analytic.ndim) > 1:
            turned = analytic.reshape(*R.shape, *block.shape).swapaxes(axis, R.ndim + axis).reshape(analytic.shape)
            if np.all(np.abs(turned - numeric) <= FORWARD_TELLS * float(np.max(np.abs(numeric)))):
                return (
                    f"Along axis {axis} the gradient of {block.name} goes the way of forward, and should go the "
                    "other way round: a matrix that acts on this axis must be transposed (an adjacency, a mixing, a "
                    "filter), and what runs along it must run backwards (a scan, a running sum, a shift)."
                )
    if block.shape == R.shape and wrong.any() and not wrong[~np.eye(block.size, dtype=bool)].any():
        return (
            f"Each entry of the output depends on the entry of {block.name} at the same place in a way of its own, "
            "and that part of the gradient is wrong; all others are right. Look at the path that leads straight "
            "through, entry by entry: a skip connection, a gate, a state that is carried over, a scale."
        )
    return ""


def _few(block: Block, R: Floats, wrong: NDArray[np.bool_]) -> str:
    """Which entries are wrong, if they are few."""
    if not 0 < wrong.sum() <= max(1, min(wrong.size // 4, MOST_LISTED)):
        return ""
    pairs = [(index_of(i, R.shape), index_of(j, block.shape)) for i, j in np.argwhere(wrong)[:4]]
    places = ", ".join(f"output{i} by {block.name}{j}" for i, j in pairs)
    few = "one entry is" if wrong.sum() == 1 else f"{wrong.sum()} entries are"
    more = " and others" if wrong.sum() > 4 else ""
    return f"Of the layer's Jacobian {few} wrong: the derivative of {places}{more}. Look at the line that makes it."


def index_of(i: int, shape: tuple[int, ...]) -> str:
    """The index of entry i of an array, as one types it: `[0, 2]`."""
    return format_entry("", np.unravel_index(i, shape))
