"""Rules on places: right numbers in the wrong order or block, and mistakes in one row, column or entry only."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gradlab.diagnosis import evidence
from gradlab.diagnosis.case import Case, always, as_ratio, place_of
from gradlab.diagnosis.finding import Finding
from gradlab.precision import format_magnitude
from gradlab.verdict.blocks import Block, Verdict

Guess = tuple[str, NDArray[Any], float]  # in words, the numeric block it predicts, digits to state it
AXES = ("rows", "columns")
MOST_SLICES = 2 / 3  # share of slices that may be wrong: if one of four happens to be right, that says nothing
MOST_OF_A_SLICE = 0.8  # share of a slice that must be wrong for it to be wrong as a whole


def transposed(case: Case) -> Iterator[Finding]:
    """GL104 The numbers are right, but those of the transposed block."""
    for block in case.wrong:
        if block.analytic.ndim == 2 and min(block.shape) > 1:
            turned = block.shape[::-1]
            guesses = [
                ("was reshaped where it should be transposed", block.analytic.reshape(turned).T, 0.6),
                ("was reshaped where it should be transposed", block.analytic.T.reshape(block.shape), 0.6),
            ]
            if block.shape == turned:
                guesses.insert(0, ("is transposed", block.analytic.T, 0.3))
            yield from _best(
                case, "GL104", block, guesses, "Look for a .T too many or too few, or factors in the wrong order."
            )


def permuted(case: Case) -> Iterator[Finding]:
    """GL105 The numbers are right, but in another order: shifted, reversed, or rows, columns or entries permuted."""
    for block in case.wrong:
        if block.analytic.size > 1 and not block.directions and np.isfinite(block.numeric).all():
            yield from _best(
                case,
                "GL105",
                block,
                list(_orders(block)),
                "Look for an index that is off by one, and for the order in which units are put together.",
            )


def _best(case: Case, code: str, block: Block, guesses: list[Guess], look: str) -> Iterator[Finding]:
    """The guess that explains the most, if it explains the block."""
    fitting = [guess for guess in guesses if evidence.explains(block, guess[1])]
    if fitting:
        words, prediction, cost = max(fitting, key=lambda guess: evidence.digits_saved(block, guess[1], guess[2]))
        message = f"{block.name} {words}: the numbers are right, their places are not. {look}"
        yield case.fit(code, [block], always(prediction), message, "numeric = analytic in another order", cost)


def _orders(block: Block) -> Iterator[Guess]:
    a, n = block.analytic, block.numeric
    for axis in range(a.ndim):
        size, name = a.shape[axis], _axis(block, axis)
        if size < 2:
            continue
        for shift in (1, -1):
            yield f"has its {name} shifted by one", np.roll(a, shift, axis), 0.6
            yield f"has its {name} shifted by one, the end cut off", *_cut_off(block, shift, axis)
        yield f"has its {name} reversed", np.flip(a, axis), 0.6
        if size < a.size:
            rows_a, rows_n = np.moveaxis(a, axis, 0).reshape(size, -1), np.moveaxis(n, axis, 0).reshape(size, -1)
            moved = rows_a[_matching(rows_a, rows_n)].reshape(np.moveaxis(a, axis, 0).shape)
            yield f"has its {name} in another order", np.moveaxis(moved, 0, axis), _choices(size)
    if a.ndim > 1:
        yield "has its entries shifted by one", np.roll(a, 1), 0.9
        yield "has its entries shifted by one", np.roll(a, -1), 0.9
        yield "is turned by 180°", np.flip(a), 0.6
    flat = a.ravel()[_matching(a.reshape(-1, 1), n.reshape(-1, 1))]
    yield "has its entries in another order", flat.reshape(a.shape), _choices(a.size)


def _cut_off(block: Block, shift: int, axis: int) -> tuple[NDArray[Any], float]:
    """Shifted by one, where what comes in at the end is not known: it has to be stated, all of its digits."""
    moved = np.moveaxis(np.roll(block.analytic, shift, axis), axis, 0)
    end = 0 if shift == 1 else -1
    moved[end] = np.moveaxis(block.numeric, axis, 0)[end]
    stated = np.moveaxis(evidence.excess(block, block.analytic), axis, 0)[end]
    return np.moveaxis(moved, 0, axis), 0.6 + float(np.sum(np.log10(np.clip(stated, 1.0, 10**evidence.MOST_DIGITS))))


def _matching(a: NDArray[Any], n: NDArray[Any]) -> NDArray[np.int_]:
    """For each row of n the row of a that is most like it, each used once: both sorted by a random projection."""
    onto = np.random.default_rng(0).standard_normal(a.shape[1])
    order = np.empty(len(a), dtype=np.int_)
    order[np.argsort(n @ onto)] = np.argsort(a @ onto)
    return order


def _choices(size: int) -> float:
    """Digits that it takes to state one order of so many."""
    return math.lgamma(size + 1) / math.log(10)


def _axis(block: Block, axis: int) -> str:
    if block.analytic.ndim == 1 or block.analytic.size == block.analytic.shape[axis]:
        return "entries"
    return AXES[axis] if block.analytic.ndim == 2 else f"slices along axis {axis}"


def another_block(case: Case) -> Iterator[Finding]:
    """GL106 The analytic gradient of one block is the gradient of another one."""
    for block in case.wrong:
        for other in case.blocks.values():
            if other is block or other.shape != block.shape or not block.analytic.any():
                continue
            if block.directions or other.directions:
                continue
            if evidence.explains(other, block.analytic):
                yield case.finding(
                    "GL106",
                    [block],
                    f"{block.name} has the gradient of {other.name}. Look for a mixed-up name or index where the "
                    "gradients are put together"
                    + (f", or for a factor that only {block.name} needs." if block.size == 1 else "."),
                    f"analytic {block.name} = numeric {other.name} in all {block.size} entries",
                    min(
                        evidence.description_length(block, block.analytic),
                        evidence.description_length(other, 0 * block.analytic),
                    )
                    - math.log10(len(case.blocks)),
                )


def slice_scaled(case: Case) -> Iterator[Finding]:
    """GL108 One row or column is scaled by a factor of its own."""
    for block, axis, i in _slices(case):
        at: tuple[Any, ...] = (*[slice(None)] * axis, i)
        factor = evidence.coefficient(block.analytic[at], block.numeric[at], evidence.tolerance(block)[at])
        if factor is not None:
            scaled = block.analytic.copy()
            scaled[at] *= factor.middle
            name = _name(block, axis, i)
            simple = evidence.fraction(factor, 1.0)
            whole = simple is not None and simple.denominator == 1 and simple > 1
            look = (
                f"Is index {i} used {simple} times, and added once (+= with a repeated index; use np.add.at)?"
                if whole
                else "Look for an index that is treated apart."
            )
            off = f"by one factor: it should be {as_ratio(simple or factor)} what it is"
            if 0.0 in factor:
                off = "and the cost does not change with it: its gradient is 0"
            yield case.fit(
                "GL108",
                [block],
                always(scaled),
                f"Only {name} is wrong, {off}. {look}",
                f"all {block.wrong_count} wrong entries lie in {name}; numeric = {factor} · analytic there,",
                cost=factor.digits(expected=1.0) + math.log10(block.analytic.shape[axis]),
            )


def one_slice(case: Case) -> Iterator[Finding]:
    """GL118 All wrong entries lie in one row or column."""
    for block, axis, i in _slices(case):
        if not only(block):
            continue
        name = _name(block, axis, i)
        yield case.finding(
            "GL118",
            [block],
            f"Only {name} is wrong, the rest of {block.name} agrees. Look for an index that is left out or taken "
            "twice.",
            f"all {block.wrong_count} wrong entries lie there, of {block.size} in the block",
        )


def several_slices(case: Case) -> Iterator[Finding]:
    """GL151 Some rows or columns are wrong as a whole, the others agree: a gate of several, or repeated indices."""
    alike: dict[tuple[int, tuple[int, ...]], list[tuple[Block, int]]] = {}
    for block in case.entrywise:
        found = _wrong_slices(block)
        if found and (
            len(block.shape) > 1 or len(case.blocks) > 1 or _both_ends(block, found[1].tolist(), block.size)
        ):
            axis, rows = found
            alike.setdefault((block.shape[axis], tuple(rows.tolist())), []).append((block, axis))
    spoiled = {block.name for block in case.parameters} & {block.name for block in case.wrong}
    for (n, indices), found_there in alike.items():
        if not spoiled <= {block.name for block, _ in found_there}:
            continue  # another block is wrong all over: these rows are not what sets the mistake apart
        first, last, size = indices[0], indices[-1] + 1, len(indices)
        run = last - first == size
        which = f"{first}:{last}" if run else f"[{', '.join(map(str, indices[:6]))}{', …' if size > 6 else ''}]"
        if run and n % size == 0 and first % size == 0 and n // size <= 8:
            look = (
                f"That is part {first // size} of {n // size} equal parts, counted from 0: if gates, heads or layers "
                "are stacked there, look at the lines of this one, the derivative of its activation and its place in "
                "the stack. If not: a mask, a condition or an index that these have and the others have not."
            )
        elif _both_ends(found_there[0][0], indices, n):
            look = (
                "Those are the two ends: is it the border (a penalty or a difference that begins or ends one too "
                "late, a padding that is not folded back, a window that is cut off)? Or are they the indices that "
                "are looked up, or more than once (then add up: np.add.at), or those of a mask?"
            )
        else:
            look = (
                "What sets them apart? Are they the indices that are looked up, or more than once (then add up: "
                "np.add.at), those of a mask or a condition, or a slice whose ends are off?"
            )
        blocks = [block for block, _ in found_there]
        places = [_name(block, axis, which) for block, axis in found_there]
        said = ", ".join(places[:-1]) + " and " + places[-1] if len(places) > 1 else places[0]
        yield case.finding(
            "GL151",
            blocks,
            f"Only {said} {'is' if len(places) == 1 else 'are'} wrong, the rest of {case.name(blocks)} agrees. "
            f"{look}",
            f"{sum(b.wrong_count for b in blocks)} entries are wrong, all in these {size} of {n} slices",
            3.0,
        )


def _wrong_slices(block: Block) -> tuple[int, NDArray[np.int_]] | None:
    """The axis, and the two or more of its slices, that are wrong nearly as a whole while all others agree."""
    for axis in range(len(block.shape)):
        wrong = np.moveaxis(block.verdicts == Verdict.WRONG, axis, 0).reshape(block.shape[axis], -1)
        rows = np.flatnonzero(wrong.any(axis=1))
        enough = wrong.shape[1] > 1 or (
            len(block.shape) == 1
            and rows.size
            and (np.ptp(rows) + 1 == rows.size or _both_ends(block, rows.tolist(), len(wrong)))
        )
        right = block.verdicts == Verdict.AGREES
        seen, moved = (
            np.delete(np.moveaxis(v, axis, 0).reshape(len(wrong), -1).any(axis=1), rows)
            for v in (right, right | ((block.numeric == 0) & (block.analytic == 0)))
        )
        enough = enough and bool(seen.any() and moved.all())  # not only untested, nor only unused
        if (
            1 < rows.size <= MOST_SLICES * len(wrong)
            and enough
            and np.all(wrong[rows].mean(axis=1) >= MOST_OF_A_SLICE)
        ):
            return axis, rows
    return None


def _both_ends(block: Block, indices: Sequence[int], n: int) -> bool:
    """Are these the first few and the last few, and the longer middle not?"""
    gaps = np.flatnonzero(np.diff(indices) > 1)
    return (
        indices[0] == 0 and indices[-1] == n - 1 and len(gaps) == 1 and n - len(indices) >= max(2, len(indices) / 2)
    )


def one_entry(case: Case) -> Iterator[Finding]:
    """GL112 Only one entry is wrong."""
    for block in case.wrong:
        if block.wrong_count == 1 < math.prod(block.shape) and block.complete and only(block):
            place = place_of(block)
            message = f"Only {place} is wrong, the rest of {block.name} agrees. Look for what treats it apart."
            yield case.finding("GL112", [block], message, _both(block))


def one_number(case: Case) -> Iterator[Finding]:
    """GL119 All that is wrong has one entry: one number cannot tell a factor from anything else."""
    if all(block.size == 1 and not block.directions and np.isfinite(block.worst.analytic) for block in case.wrong):
        for block in case.wrong:
            message = f"{block.name} has one entry: one number cannot tell a factor from any other mistake."
            yield case.finding("GL119", [block], message, _both(block))


def only(block: Block) -> bool:
    """Would the same share have shown in the other entries, too? Else it is not said that only these are wrong."""
    if block.directions:
        return True
    wrong, size = block.verdicts == Verdict.WRONG, np.abs(block.numeric)
    with np.errstate(all="ignore"):
        share = np.max(
            np.abs(block.analytic - block.numeric)[wrong] / np.maximum(size, np.abs(block.analytic))[wrong]
        )
        others = (2 * block.bound / size)[(block.verdicts == Verdict.AGREES) & (size > 0)]
    return not others.size or float(np.median(others)) < share


def _both(block: Block) -> str:
    worst = block.worst
    ratio = f", ratio {worst.numeric / worst.analytic:.6g}" if worst.analytic else ""
    return f"analytic {worst.analytic:.6g}, numeric {worst.numeric:.6g} ± {format_magnitude(worst.bound)}{ratio}"


def _slices(case: Case) -> Iterator[tuple[Block, int, int]]:
    """Rows and columns that hold all wrong entries of their block, two or more."""
    for block in case.wrong:
        for axis in range(0 if block.directions else block.analytic.ndim):
            wrong = np.moveaxis(block.verdicts == Verdict.WRONG, axis, 0).reshape(block.analytic.shape[axis], -1)
            rows = np.flatnonzero(wrong.any(axis=1))
            if len(rows) == 1 < min(len(wrong), wrong.sum()):
                yield block, axis, int(rows[0])


def _name(block: Block, axis: int, i: int | str) -> str:
    index = [":"] * block.analytic.ndim
    index[axis] = str(i)
    return f"{block.name}[{', '.join(index)}]"
