"""Rules on sums of a gradient: what a normalisation, a softmax, a recurrence or a symmetry does to them."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gradlab.diagnosis.case import CERTAIN, Case
from gradlab.diagnosis.evidence import explains, tolerance
from gradlab.diagnosis.finding import Finding
from gradlab.diagnosis.structure import is_input
from gradlab.verdict.blocks import Block, Verdict

Array = NDArray[Any]


@dataclass(frozen=True)
class Slices:
    """A block cut into slices, each a row, over which a normalisation may run."""

    words: str
    count: int
    lay: Callable[[Any], Array]


def normalisation(case: Case) -> Iterator[Finding]:
    """GL125 A term of a normalisation's derivative is missing: the mean of the gradient, or of gradient times Y."""
    for block in case.entrywise:
        gains = _gains(case, block)
        found = next((f for cut in _cuts(block) if (f := _missing_term(case, block, cut, gains))), None)
        if found:
            yield found


def _missing_term(case: Case, block: Block, cut: Slices, gains: list[tuple[str, Array]]) -> Finding | None:
    """Of a normalisation by mean and spread, to which the numeric gradient sums to 0, or by length alone."""
    x, N = block.theta, block.numeric
    if _vanishes(cut.lay(N), cut.lay(tolerance(block)), (1,)):
        for basis, words in (
            ((1.0, x), "1 and x"),
            *(((1.0, x, g, g * x), f"1, x, {n} and {n}·x") for n, g in gains),
        ):
            if _in_span(block, cut, basis):
                inside = "" if len(basis) == 2 else " The gain belongs inside the means: they are of R·gain."
                return case.finding(
                    "GL125",
                    [block],
                    f"A term is missing, or has the wrong count, in the gradient of {block.name} through its "
                    f"normalisation over {cut.words}: subtract the mean of the upstream gradient, and x̂ times the "
                    f"mean of upstream gradient · x̂, both over {cut.count} entries.{inside}",
                    f"in each slice numeric − analytic is a sum of multiples of {words}; numeric sums to 0",
                    CERTAIN,
                )
    product = cut.lay(N * x)
    if np.all(np.abs(product.sum(axis=1)) <= 1e-4 * np.abs(product).sum(axis=1)):
        for basis, words in (((x,), "x"), *(((x, g * x), f"x and {n}·x") for n, g in gains)):
            if _in_span(block, cut, basis):
                return case.finding(
                    "GL125",
                    [block],
                    f"A term is missing, or has the wrong count, in the gradient of {block.name} through its "
                    "division "
                    f"by a length over {cut.words} (a norm, or a root of the mean square): subtract x̂ times the sum "
                    f"of upstream gradient · x̂ for a norm, times its mean over {cut.count} entries for a root of "
                    "the "
                    "mean square.",
                    f"in each slice numeric − analytic is a multiple of {words}; numeric · x sums to 0",
                    CERTAIN,
                )
    return None


def _cuts(block: Block) -> Iterator[Slices]:
    """By all sets of axes; then by groups of neighbouring channels, which are on axis 1, or on the last one."""
    shape = block.shape
    for axes in _sets_of_axes(block):
        words = f"axis {axes[0]}" if len(axes) == 1 else f"axes {', '.join(map(str, axes))}"
        yield _slices(shape, axes, words)
    for channel in dict.fromkeys((1, len(shape) - 1)) if len(shape) > 1 else ():
        for groups in range(2, shape[channel]):
            if shape[channel] % groups == 0:
                size = shape[channel] // groups
                split = (*shape[:channel], groups, size, *shape[channel + 1 :])
                within = tuple(axis for axis in range(1, len(split)) if axis != channel)
                words = f"groups of {size} along axis {channel}"
                yield _slices(split, within if len(shape) > 2 else (channel + 1,), words)


def _slices(shape: tuple[int, ...], axes: tuple[int, ...], words: str) -> Slices:
    count = math.prod(shape[axis] for axis in axes)
    rest = [axis for axis in range(len(shape)) if axis not in axes]
    return Slices(words, count, lambda v: np.reshape(v, shape).transpose(*rest, *axes).reshape(-1, count))


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


def _in_span(block: Block, cut: Slices, basis: Sequence[Any]) -> bool:
    """Is the difference a sum of multiples of the basis, in every slice, with equations to spare?"""
    D, bound = block.numeric - block.analytic, tolerance(block)
    target = cut.lay(D)
    if cut.count <= len(basis) or (cut.count - len(basis)) * len(target) < 2:
        return False
    room = np.maximum(5 * cut.lay(bound), 1e-9 * np.max(np.abs(block.numeric)))
    columns = np.stack([cut.lay(np.broadcast_to(v, D.shape)) for v in basis], axis=-1)
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
                ones = np.min(weight) > 0 and np.allclose(weight.sum(axis=axis), 1)
                if block.shape[axis] < 2 or not ones or not _vanishes(block.numeric, tolerance(block), (axis,)):
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
        if case.layer and not is_input(block.name) and len(case.blocks) > 1:
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
                    "change "
                    "when one number is added to all of them there (as in front of a softmax, a margin between "
                    "scores, or a normalisation). It does not: often a part of the step that takes the difference is "
                    "missing, such as its sum over that axis.",
                    f"the largest sum is {np.max(np.abs(total)):.3g} in the analytic gradient, 0 in the numeric one",
                    4.0,
                )
                return


def _decay_beside(block: Block, axis: int) -> float | None:
    """The c for which numeric − c·θ sums to 0 along an axis: 0 in most cases, None if there is none."""
    N, t, bound = block.numeric, block.theta, tolerance(block)
    if _vanishes(N, bound, (axis,)):
        return 0.0
    n, total = N.sum(axis=axis).ravel(), t.sum(axis=axis).ravel()
    if n.size < 3 or not np.all(np.isfinite(n)) or not np.any(total):
        return None
    c = float(n @ total / (total @ total))
    return c if _vanishes(N - c * t, bound, (axis,)) else None


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
                    f"Summed along axis {axis}, the gradient of {block.name} is right, entry by entry it is not. "
                    "Either "
                    "the right amount lies in the wrong places (an index, a mask, an order), or a part is missing "
                    "that "
                    "sums to 0 there.",
                    f"all {a.size} sums agree, {block.wrong_count} of {block.size} entries do not",
                    4.0,
                )
                return
