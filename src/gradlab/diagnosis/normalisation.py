"""Rules on what couples the entries of a slice: a normalisation by mean and spread, or length, and a softmax."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gradlab.diagnosis.case import CERTAIN, Case
from gradlab.diagnosis.evidence import tolerance, vanishes
from gradlab.diagnosis.finding import Finding
from gradlab.verdict.blocks import Block

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
    if vanishes(cut.lay(N), cut.lay(tolerance(block)), (1,)):
        name = block.name
        for basis, words in (
            ((1.0, x), f"a sum of multiples of 1 and {name}"),
            *(((1.0, x, g, g * x), f"a sum of multiples of 1, {name}, {n} and {n}·{name}") for n, g in gains),
        ):
            if _in_span(block, cut, basis):
                inside = "" if len(basis) == 2 else " The gain belongs inside the means: they are of R·gain."
                return case.finding(
                    "GL125",
                    [block],
                    f"A term is missing, or has the wrong count, in the gradient of {block.name} through its "
                    f"normalisation over {cut.words}: subtract the mean of R, and N times the mean of R·N, both over "
                    f"{cut.count} entries (R is the upstream gradient, N the normalised {name}).{inside}",
                    f"in each slice numeric − analytic is {_one_term(block, cut) or words}; numeric sums to 0",
                    CERTAIN,
                )
    product = cut.lay(N * x)
    if np.all(np.abs(product.sum(axis=1)) <= 1e-4 * np.abs(product).sum(axis=1)):
        name = block.name
        for basis, words in (((x,), name), *(((x, g * x), f"{name} and {n}·{name}") for n, g in gains)):
            if _in_span(block, cut, basis):
                return case.finding(
                    "GL125",
                    [block],
                    f"A term is missing, or has the wrong count, in the gradient of {block.name} through its "
                    f"division by a length over {cut.words} (a norm, or a root of the mean square): subtract N times "
                    f"the sum of R·N for a norm, times its mean over {cut.count} entries for a root of the mean "
                    f"square (R is the upstream gradient, N the normalised {name}).",
                    f"in each slice numeric − analytic is a multiple of {words}; numeric · x sums to 0",
                    CERTAIN,
                )
    if not case.layer or cut.count < 4 or _in_span(block, cut, (x,)):
        return None
    if _in_span(block, cut, (1.0,)):
        return case.finding(
            "GL125",
            [block],
            f"All entries of {block.name} in a slice over {cut.words} are off by one number. Something comes back "
            "through their sum or their mean, alike for all of them, and it is missing or wrong: a pooling, a gate "
            "that sees the mean, a mean that is subtracted.",
            f"numeric − analytic is the same for all {cut.count} entries of each slice",
            CERTAIN,
        )
    if _in_span(block, cut, (1.0, x)):
        return case.finding(
            "GL125",
            [block],
            f"The gradient of {block.name} has what a normalisation over {cut.words} adds, a multiple of 1 and of "
            f"{block.name} in each slice, and forward does not normalise there: is its mean and spread a fixed one "
            "(of training, in evaluation), or that of another axis?",
            f"in each slice numeric − analytic is a sum of multiples of 1 and {block.name}; numeric does not sum "
            "to 0",
            CERTAIN,
        )
    return None


def _one_term(block: Block, cut: Slices) -> str:
    """Of the two terms, the one that alone makes the difference; "" if neither does."""
    if _in_span(block, cut, (1.0,)):
        return "the same for all entries: the mean of R is missing, or has the wrong count"
    if vanishes(cut.lay(block.numeric - block.analytic), cut.lay(tolerance(block)), (1,)):
        return "a multiple of N alone: N times the mean of R·N is missing, or has the wrong count"
    return ""


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
                if block.shape[axis] < 2 or not ones or not vanishes(block.numeric, tolerance(block), (axis,)):
                    continue
                D, room = block.numeric - block.analytic, np.maximum(5 * tolerance(block), 1e-12)
                own = layer.upstream * Y**2  # type: ignore[union-attr]  # the term that the diagonal has already
                if D.size >= 4 and any(_multiple(d, weight, axis, room) for d in (D, D - own)):
                    yield case.finding(
                        "GL126",
                        [block],
                        f"The gradient of {block.name} has the diagonal of the softmax's derivative only. Its "
                        f"outputs are coupled: the gradient is Y·(R − the sum of R·Y over axis {axis}).",
                        "numeric − analytic is a multiple of Y in each slice, but for the diagonal; numeric sums "
                        f"to 0 along axis {axis}",
                        CERTAIN,
                    )
                    return


def _multiple(D: Array, weight: Array, axis: int, room: Array) -> bool:
    """Is D a multiple of the weight in each slice?"""
    c = np.sum(D * weight, axis=axis, keepdims=True) / np.sum(weight**2, axis=axis, keepdims=True)
    return bool(np.all(np.abs(D - c * weight) <= room))
