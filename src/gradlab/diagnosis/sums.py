"""Rules on sums of a gradient: what a normalisation, a softmax, a recurrence or a symmetry does to them."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gradlab.diagnosis.case import CERTAIN, Case
from gradlab.diagnosis.evidence import explains, tolerance
from gradlab.diagnosis.finding import Finding
from gradlab.diagnosis.structure import is_input
from gradlab.verdict.blocks import Block, Verdict

Array = NDArray[Any]


def normalisation(case: Case) -> Iterator[Finding]:
    """GL125 A term of a normalisation's derivative is missing: the mean of the gradient, or of gradient times Y."""
    for block in case.entrywise:
        for axes in _sets_of_axes(block):
            if not _vanishes(block.numeric, tolerance(block), axes):
                continue
            gains = _gains(case, block)
            for basis, words in (
                ((1.0, block.theta), "1 and x"),
                *(((1.0, block.theta, g, g * block.theta), f"1, x, {n} and {n}·x") for n, g in gains),
            ):
                if _in_span(block, axes, basis):
                    count = int(np.prod([block.shape[axis] for axis in axes]))
                    which = f"axis {axes[0]}" if len(axes) == 1 else f"axes {', '.join(map(str, axes))}"
                    inside = "" if len(basis) == 2 else " The gain belongs inside the means: they are of R·gain."
                    yield case.finding(
                        "GL125",
                        [block],
                        f"A term is missing, or has the wrong count, in the gradient of {block.name} through its "
                        f"normalisation over {which}: subtract the mean of the upstream gradient, and x̂ times "
                        "the mean "
                        f"of upstream gradient · x̂, both over {count} entries.{inside}",
                        f"in each slice numeric − analytic is a sum of multiples of {words}; numeric sums to 0",
                        CERTAIN,
                    )
                    return


def _sets_of_axes(block: Block) -> list[tuple[int, ...]]:
    axes = range(block.analytic.ndim)
    return [s for k in range(1, len(axes) + 1) for s in itertools.combinations(axes, k)]


def _vanishes(values: Array, bound: Array, axes: tuple[int, ...]) -> bool:
    """Does it sum to 0 over these axes, in every slice, though its entries do not vanish?"""
    total, size = np.sum(values, axis=axes), np.sum(np.abs(values), axis=axes)
    room = np.maximum(np.sum(bound, axis=axes), 1e-12 * size)
    return bool(np.all(np.abs(total) <= room) and np.all(room <= 1e-4 * size) and np.any(size > 0))


def _gains(case: Case, block: Block) -> list[tuple[str, Array]]:
    found = []
    for name, value in case.layer.inputs.items() if case.layer else ():
        if name != block.name and value.size > 1 and np.ptp(value) > 0 and value.ndim <= block.analytic.ndim:
            try:
                found.append((name, np.broadcast_to(value, block.shape)))
            except ValueError:
                continue
    return found


def _in_span(block: Block, axes: tuple[int, ...], basis: Sequence[Any]) -> bool:
    """Is the difference a sum of multiples of the basis, in every slice, with equations to spare?"""
    D, bound = block.numeric - block.analytic, tolerance(block)
    rest = [axis for axis in range(D.ndim) if axis not in axes]
    count = int(np.prod([D.shape[axis] for axis in axes]))
    slices = D.size // count
    if count <= len(basis) or (count - len(basis)) * slices < 2:
        return False

    def lay(v: Any) -> Array:
        return np.broadcast_to(v, D.shape).transpose(*rest, *axes).reshape(slices, count)

    target, room = lay(D), np.maximum(5 * lay(bound), 1e-9 * np.max(np.abs(block.numeric)))
    columns = np.stack([lay(v) for v in basis], axis=-1)
    if not np.all(np.isfinite(columns)):
        return False
    for y, M, r in zip(target, columns, room, strict=True):
        found = np.linalg.lstsq(M, y, rcond=None)[0]
        if np.any(np.abs(M @ found - y) > r):
            return False
    return True


def softmax_coupling(case: Case) -> Iterator[Finding]:
    """GL126 The gradient through a softmax lacks the sum that couples its outputs: only the diagonal is there."""
    layer = case.layer
    for block in case.entrywise if layer else []:
        Y = layer.output  # type: ignore[union-attr]
        if Y.shape != block.shape:
            continue
        for weight in (Y, np.exp(Y)) if np.all(Y < 0) else (Y,):
            for axis in range(Y.ndim):
                if block.shape[axis] < 2 or not _vanishes(block.numeric, tolerance(block), (axis,)):
                    continue
                D, room = block.numeric - block.analytic, np.maximum(5 * tolerance(block), 1e-12)
                own = layer.upstream * Y**2  # type: ignore[union-attr]  # the term that the diagonal has already
                if D.size >= 4 and any(_multiple(d, weight, axis, room) for d in (D, D - own)):
                    yield case.finding(
                        "GL126",
                        [block],
                        f"The gradient of {block.name} has the diagonal of the softmax's derivative only. Its "
                        "outputs "
                        f"are coupled: the gradient is Y·(R − the sum of R·Y over axis {axis}).",
                        "numeric − analytic is a multiple of Y in each slice, but for the diagonal; numeric sums "
                        f"to 0 along axis {axis}",
                        CERTAIN,
                    )
                    return


def _multiple(D: Array, weight: Array, axis: int, room: Array) -> bool:
    """Is D a multiple of the weight in each slice?"""
    c = np.sum(D * weight, axis=axis, keepdims=True) / np.sum(weight**2, axis=axis, keepdims=True)
    return bool(np.all(np.abs(D - c * weight) <= room))


def should_sum_to_zero(case: Case) -> Iterator[Finding]:
    """GL126 The output ignores a shift of the input, so the gradient must sum to 0, and does not."""
    for block in case.entrywise:
        for axis in range(block.analytic.ndim):
            if block.shape[axis] < 2 or block.size < 4 or not _vanishes(block.numeric, tolerance(block), (axis,)):
                continue
            total = np.sum(block.analytic, axis=axis)
            if np.max(np.abs(total)) > 1e-6 * np.max(np.sum(np.abs(block.analytic), axis=axis)):
                yield case.finding(
                    "GL126",
                    [block],
                    f"The gradient of {block.name} should sum to 0 along axis {axis}, for the output does not change "
                    "when a constant is added there (as in a softmax or a normalisation). It does not: look at the "
                    "step that makes the output blind to such a shift.",
                    f"the largest sum is {np.max(np.abs(total)):.3g} in the analytic gradient, 0 in the numeric one",
                    4.0,
                )
                return


def tangential(case: Case) -> Iterator[Finding]:
    """GL141 The gradient is projected onto the tangent of the unit sphere, and the cost is one of all of space."""
    for block in case.entrywise:
        t, a, n = (v.ravel() for v in (block.theta, block.analytic, block.numeric))
        if t.size < 3 or abs(float(t @ t) - 1) > 1e-8 or abs(float(t @ a)) > 1e-8 * np.linalg.norm(a):
            continue
        if explains(block, (a + (t @ n) * t).reshape(block.shape)):
            yield case.finding(
                "GL141",
                [block],
                f"The gradient of {block.name} lacks its part along {block.name}: it is projected onto the unit "
                "sphere, and the cost is not. Compare with a cost of θ/‖θ‖, or do not project.",
                "‖θ‖ = 1, θ·analytic = 0, numeric − analytic = (θ·numeric) θ",
                CERTAIN,
            )


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


def rotated(case: Case) -> Iterator[Finding]:
    """GL149 Analytic and numeric gradient are equally long and point elsewhere: another frame."""
    for block in case.entrywise:
        a, n = block.analytic.ravel(), block.numeric.ravel()
        long, other = float(np.linalg.norm(a)), float(np.linalg.norm(n))
        room = 3 * float(np.linalg.norm(tolerance(block)))
        ordered = np.allclose(np.sort(np.abs(a)), np.sort(np.abs(n)), rtol=1e-6)
        if a.size in (2, 3) and abs(long - other) <= max(room, 1e-9 * other) and room < 1e-5 * other and not ordered:
            angle = float(np.arccos(np.clip(a @ n / long / other, -1, 1)))
            yield case.finding(
                "GL149",
                [block],
                f"The gradient of {block.name} has the right length and another direction, turned by {angle:.4g} "
                f"radians ({np.degrees(angle):.4g}°). Is it in another frame, such as that of the world for that of "
                "the body?",
                f"both lengths are {other:.6g}",
                6.0,
            )


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
                    f"Summed along axis {axis}, the gradient of {block.name} is right: the right amount lies in the "
                    "wrong places. Look at the index, mask or order by which it is spread over that axis.",
                    f"all {a.size} sums agree, {block.wrong_count} of {block.size} entries do not",
                    4.0,
                )
                return
