"""A rule on stacked gates: where what is handed on in time is cut off, is only one part of the stack wrong?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gradlab.diagnosis.case import Case
from gradlab.diagnosis.finding import Finding
from gradlab.diagnosis.probe import Probe
from gradlab.verdict.blocks import Block

Floats = NDArray[Any]
Mask = NDArray[np.bool_]

RIGHT = 1e-6  # share of a slope within which both sides agree
MOST_EVALUATIONS = 6000  # evaluations of the cost that it may take
MOSTLY_WRONG = 0.8  # share of each wrong block that must be wrong
PARTS = (4, 3)  # gates in a stack: of an LSTM, of a GRU


def part_of_a_stack(case: Case) -> Iterator[Finding]:
    """GL166 With some rows or columns set to 0, so that no state is handed on, only part of a stack is wrong."""
    probe = case.probe
    if case.layer or probe is None or probe.gradient is None or probe.cost is None or probe.outputs is not None:
        return
    if case.structure and len(case.structure.layers) > 1 and case.structure.layers[0].number is not None:
        return  # W1, b1, W2: no gates
    if len(case.entrywise) < len(case.wrong) or any(b.wrong_count < MOSTLY_WRONG * b.size for b in case.wrong):
        return  # not all of it is wrong: where it is says more
    for n in _lengths(case):
        slices = list(_slices(case, n))
        cuts = list(_cuts(case, n))
        if 4 * len(slices) * len(cuts) > MOST_EVALUATIONS:
            continue
        for name, cut in cuts:
            if wrong := _wrong_indices(probe, cut, slices, n):
                for k in PARTS:
                    if n % k == 0 and _whole(wrong, n // k):
                        yield _finding(case, name, n, k, wrong)
                        return


def _finding(case: Case, name: str, n: int, parts: int, wrong: list[int]) -> Finding:
    size = n // parts
    which = sorted({i // size for i in wrong})
    said = " and ".join(f"{k * size}:{(k + 1) * size}" for k in which)
    told = f"part {which[0]}" if len(which) == 1 else f"parts {which[0]} and {which[1]}"
    look = (
        "the derivative of its activation, and the other factor of its product."
        if len(which) == 1
        else "are they put together in another order than they are taken apart, or has one the numbers of the other?"
    )
    return case.finding(
        "GL166",
        case.wrong,
        f"With {name} set to 0, only {said} along the axis of {n} is wrong, and what can be told of the rest is "
        f"right. That is {told} of {parts} equal parts, counted from 0. So if gates are stacked there, and {name} "
        f"hands on the state, begin with {told}: what is wrong elsewhere may come from there, step by step. Look at "
        f"the lines that make {told}: {look}",
        "compared along random directions, slice by slice, with both sides asked anew",
        6.0,
    )


def _lengths(case: Case) -> list[int]:
    """Of axes that all wrong matrices have, and that may be a stack, beside a state as long as its parts."""
    matrices = [block.shape for block in case.wrong if len(block.shape) == 2]
    if any(rows == columns for rows, columns in matrices):
        return []  # which axis is which?
    common = set.intersection(*map(set, matrices)) if matrices else set()
    stacked = (n for n in common if n >= 6 and any(n % k == 0 and _has_state(matrices, n, n // k) for k in PARTS))
    return sorted(stacked, reverse=True)


def _has_state(matrices: Sequence[tuple[int, ...]], n: int, units: int) -> bool:
    return any(shape[1 - shape.index(n)] >= units for shape in matrices)


def _axis(block: Block, n: int) -> int | None:
    return block.shape.index(n) if n in block.shape else None


def _slices(case: Case, n: int) -> Iterator[tuple[int, Mask]]:
    """Of each block with an axis of this length, the entries of theta at each place along it."""
    for block in case.wrong:
        axis = _axis(block, n)
        for i in range(n) if axis is not None else ():
            own = np.zeros(block.shape, dtype=bool)
            own[(slice(None),) * axis + (i,)] = True  # type: ignore[operator]
            yield i, _in_theta(case, block, own)


def _cuts(case: Case, n: int) -> Iterator[tuple[str, Mask]]:
    """What may hand on a state: a matrix, or the last or the first rows or columns of one, across the stack."""
    matrices = [block for block in case.wrong if len(block.shape) == 2 and n in block.shape]
    if len(matrices) > 1:
        yield from ((block.name, case.within(block)) for block in matrices)
    for block in matrices:
        across = 1 - block.shape.index(n)
        m = block.shape[across]
        for k in range(1, m):
            for first, last in ((k, m), (0, k)):
                at = [":", ":"]
                at[across] = f"{first}:{last}"
                own = np.zeros(block.shape, dtype=bool)
                own[tuple(slice(first, last) if axis == across else slice(None) for axis in (0, 1))] = True
                yield f"{block.name}[{', '.join(at)}]", _in_theta(case, block, own)


def _in_theta(case: Case, block: Block, own: Mask) -> Mask:
    mask = case.within(block)
    mask[mask] = own.ravel()
    return mask


def _wrong_indices(probe: Probe, cut: Mask, slices: list[tuple[int, Mask]], n: int) -> list[int]:
    """Places along the axis that are wrong in every block without what is cut; nothing if blocks do not agree."""
    assert probe.gradient is not None
    rng, moved = np.random.default_rng(31), np.where(cut, -probe.theta, 0.0)
    gradient = probe.gradient(probe.theta + moved)
    found: dict[int, set[bool]] = {}
    for i, mask in slices:
        way = probe.scale * rng.choice([-1.0, 1.0], mask.size) * rng.uniform(0.5, 1, mask.size) * (mask & ~cut)
        slope, size = probe.slope_along(moved, way), float(np.abs(way) @ np.abs(gradient))
        off = abs(way @ gradient - slope)
        if not np.isfinite(off):
            return []
        if way.any() and max(size, abs(slope)) > 0:
            found.setdefault(i, set()).add(bool(off > RIGHT * (size + abs(slope))))
    if any(len(seen) > 1 for seen in found.values()):
        return []
    wrong = [i for i, seen in found.items() if True in seen]
    return sorted(wrong) if 2 * len(found) >= n and len(wrong) < len(found) else []


def _whole(wrong: list[int], size: int) -> bool:
    """Are these one or two whole parts of this size?"""
    parts = {i // size for i in wrong}
    return len(parts) <= 2 and len(wrong) == size * len(parts)
