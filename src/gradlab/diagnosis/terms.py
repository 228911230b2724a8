"""Rules on terms: what the gradient lacks is a function of theta, a part of it, or too small to have a shape."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gradlab.diagnosis.case import CERTAIN, Case, as_ratio, capital, groups, in_words
from gradlab.diagnosis.evidence import Interval, coefficient, explains, fraction, tolerance
from gradlab.diagnosis.finding import Finding
from gradlab.diagnosis.places import only
from gradlab.diagnosis.values import hint
from gradlab.precision import format_entry, format_magnitude
from gradlab.verdict.blocks import Block, Verdict

LAST_DIGIT = 1e-6  # share of one entry below which it is no mistake of its own, but the last digit of a solver
NEARLY = 2e-3  # share of an entry: sides that differ by less agree in two digits or more

SHAPES: tuple[tuple[str, str, Callable[[Any], Any]], ...] = (
    ("a constant", "1", np.ones_like),
    ("1/θ, the derivative of log θ", "1/θ", lambda t: 1 / t),
    ("exp θ", "exp(θ)", np.exp),
    ("θ²", "θ²", np.square),
)


def another_term(case: Case) -> Iterator[Finding]:
    """GL140 The difference is a constant, 1/θ, exp θ or θ² times one number: a term of another shape is missing."""
    for what, text, shape in SHAPES:

        def of_theta(block: Block, shape: Callable[[Any], Any] = shape) -> NDArray[Any]:
            return np.asarray(shape(block.theta)) * (block.directions == 0)

        for c, blocks in groups(case.entrywise, of_theta, lambda b: b.numeric - b.analytic):
            enough = [b for b in blocks if int((b.verdicts == Verdict.WRONG).sum()) >= 3]
            if 0.0 in c or not enough or np.ptp(np.concatenate([b.theta.ravel() for b in enough])) == 0:
                continue
            amount = Interval(abs(c.low), abs(c.high))
            lacks = "lacks" if c.middle > 0 else "has too much of"
            yield case.fit(
                "GL140",
                enough,
                lambda b, c=c.middle, g=of_theta: b.analytic + c * g(b),  # type: ignore[misc]
                f"{capital(case.gradient(enough, 'analytic gradient'))} {lacks} a term: {amount} times {what}. Look "
                "for a term that cost and gradient do not share.",
                f"numeric = analytic {'+' if c.middle > 0 else '−'} {amount} · {text}",
                cost=c.digits(expected=0.0) + 2,
            )


def two_terms(case: Case) -> Iterator[Finding]:
    """GL133, or GL102: the numeric gradient is a factor times the analytic one plus a multiple of θ."""
    for block in case.entrywise:
        wrong = block.verdicts == Verdict.WRONG
        if int(wrong.sum()) < 4:
            continue
        bound = tolerance(block)
        fitted = _least_squares((block.analytic, block.theta), block.numeric, bound, wrong)
        if fitted is None:
            continue
        a, b = fitted
        if not explains(block, a * block.analytic + b * block.theta) or 0 in (a, b) or abs(a - 1) < 1e-7:
            continue
        single = [(block.analytic,), (block.theta,)]
        if any(_least_squares(one, block.numeric, 100 * bound, wrong) is not None for one in single):
            continue
        says = f"numeric = {a:.6g} · analytic {'+' if b > 0 else '−'} {abs(b):.6g} · θ in all {block.size} entries"
        lam = 1 / a - 1
        decay = lam / b if b else 0.0
        count = round(decay)
        whole = count >= 1 and abs(decay - count) < 1e-5 * count
        simple = fraction(Interval(a * (1 - 1e-7), a * (1 + 1e-7)), expected=1.0)
        if simple is not None and not whole:
            yield case.finding(
                "GL102",
                [block],
                f"One factor is off in {block.name}, the decay aside: what comes from the data should be "
                f"{as_ratio(simple)} what it is. {hint(simple, case)}",
                says,
                CERTAIN,
            )
            continue
        message = (
            f"The decay in {block.name} is that of the gradient, (1 + λ)·g with λ = {lam:.4g}, where λ times the "
            "parameters belongs: g + λ·θ."
            if whole
            else f"{block.name} has two mistakes, or one in a sum: one part of it should be {a:.6g} times what it "
            f"is, and {b:.4g} · θ is missing."
        )
        yield case.finding("GL133", [block], message, says, CERTAIN)


def decay_of_some(case: Case) -> Iterator[Finding]:
    """GL107 The difference is a multiple of θ in some entries of a block, the others are right: a decayed bias."""
    for block in [] if case.layer else case.entrywise:  # a layer has no decay
        wrong = block.verdicts == Verdict.WRONG
        n = int(wrong.sum())
        if n == block.size or n > block.size / 2 or not np.all(block.theta[wrong]):
            continue
        D, t, bound = (block.numeric - block.analytic)[wrong], block.theta[wrong], tolerance(block)[wrong]
        low, high = float(np.max(D / t - bound / np.abs(t))), float(np.min(D / t + bound / np.abs(t)))
        if low > high or (n < 3 and not _stays_decay(case, block, wrong, (low + high) / 2)):
            continue
        c = (low + high) / 2
        places = _some_places(block, wrong)
        verb = f"lack{'s' * (n == 1)} {c:.4g} · θ" if c > 0 else f"ha{'s' if n == 1 else 've'} {-c:.4g} · θ too much"
        yield case.finding(
            "GL107",
            [block],
            f"{places} of {block.name} {verb}, the others agree. {'Is it a bias' if n == 1 else 'Are they biases'}, "
            f"decayed in the {'cost' if c > 0 else 'gradient'} and not in the {'gradient' if c > 0 else 'cost'}?"
            + (" A square of this entry alone, whose derivative is off, looks the same." if n < 3 else ""),
            f"numeric = analytic {'+' if c > 0 else '−'} {abs(c):.6g} · θ in {n} "
            f"{'entry' if n == 1 else 'entries'}, the other {block.size - n} agree",
            CERTAIN if n >= 3 else 6.0,
        )


def term_of_some(case: Case) -> Iterator[Finding]:
    """GL140 The difference is 1/θ, exp θ or θ² times one number in some entries of a block; the others are right."""
    for block in [] if case.layer else case.entrywise:
        wrong = block.verdicts == Verdict.WRONG
        n = int(wrong.sum())
        if n < 3 or n > block.size / 2:
            continue
        D, t, bound = (block.numeric - block.analytic)[wrong], block.theta[wrong], tolerance(block)[wrong]
        for what, text, shape in SHAPES[1:]:
            c = coefficient(np.asarray(shape(t)), D, bound)
            if c is None or 0.0 in c or np.ptp(t) == 0:
                continue
            amount = Interval(abs(c.low), abs(c.high))
            verb = "lack" if c.middle > 0 else "have too much of"
            yield case.finding(
                "GL140",
                [block],
                f"{_some_places(block, wrong)} of {block.name} {verb} a term, the others agree: {amount} times "
                f"{what}. Look for a term that cost and gradient do not share, such as the logarithm of these "
                "entries.",
                f"numeric = analytic {'+' if c.middle > 0 else '−'} {amount} · {text} in {n} entries",
                CERTAIN,
            )
            return


def _some_places(block: Block, wrong: NDArray[np.bool_]) -> str:
    """ "Entry [0]", "Entries [0], [4] and [8]", "10 entries, the first at [0, 0],"."""
    at = [format_entry("", index) for index in np.argwhere(wrong).tolist()]
    if len(at) == 1:
        return f"Entry {at[0]}"
    if len(at) <= 8:
        return f"Entries {in_words(at)}"
    return f"{len(at)} entries, from {at[0]} to {at[-1]},"


def _stays_decay(case: Case, block: Block, wrong: NDArray[np.bool_], c: float) -> bool:
    """One or two entries fit any number: is the difference still c · θ where all parameters are moved?"""
    probe = case.probe
    if probe is None or probe.gradient is None or probe.cost is None:
        return False
    rng = np.random.default_rng(3)
    moved = 0.2 * probe.scale * rng.uniform(0.5, 1, probe.theta.size)
    for i in np.flatnonzero(wrong.ravel()):
        at = case.place(block) + int(i)
        D = probe.slope(moved, at) - probe.gradient(probe.theta + moved)[at]
        if abs(D - c * (probe.theta + moved)[at]) > 1e-6 * abs(D):
            return False
    return True


def two_values(case: Case) -> Iterator[Finding]:
    """GL153 The difference takes one or two values: another target on each side, as when labels are not the same."""
    for block in case.entrywise:
        D, bound = block.numeric - block.analytic, tolerance(block)
        wrong = block.verdicts == Verdict.WRONG
        if block.size < 6 or int(wrong.sum()) < 3:
            continue
        values = _clusters(D, np.maximum(5 * bound, 1e-9 * np.max(np.abs(D))))
        if values is None or len(values) != 2:
            continue
        counts = [int(np.sum(np.abs(D - v) <= np.maximum(5 * bound, 1e-9 * np.max(np.abs(D))))) for v in values]
        rare = int(np.argmin(counts))
        few, rest = values[rare], values[1 - rare]
        member = np.abs(D - few) <= np.maximum(5 * bound, 1e-9 * np.max(np.abs(D)))
        if D.ndim > 1 and any(np.count_nonzero(member.any(axis=_but(k, D.ndim))) == 1 for k in range(D.ndim)):
            continue  # one row or column: that is its place
        axis = next((k for k in range(D.ndim) if D.ndim > 1 and np.all(member.sum(axis=k) == 1)), None)
        each = ", one for each index along the other axes: the places of the labels" if axis is not None else ""
        agree = abs(rest) <= float(np.max(5 * bound))
        yield case.finding(
            "GL153",
            [block],
            f"{counts[rare]} entries of {block.name} are all off by the same number, {few:.4g}{each}; "
            + ("the others agree. " if agree else f"all others by {rest:.4g}. ")
            + "Cost and gradient differ in a constant that the one subtracts from these entries: look at the target "
            "(labels, one-hot, smoothing), and whether it is subtracted before or after a division.",
            f"numeric − analytic is {few:.6g} in {counts[rare]} entries and {0 if agree else rest:.6g} in "
            f"{counts[1 - rare]}",
            CERTAIN,
        )


def _but(axis: int, ndim: int) -> tuple[int, ...]:
    return tuple(k for k in range(ndim) if k != axis)


def _clusters(D: NDArray[Any], room: NDArray[Any]) -> list[float] | None:
    """The values that D takes within its room, if there are at most two."""
    rest, width, values = D.ravel(), room.ravel(), []
    while rest.size:
        value = float(rest[0])
        near = np.abs(rest - value) <= 2 * width
        values.append(float(np.median(rest[near])))
        rest, width = rest[~near], width[~near]
        if len(values) > 2:
            return None
    return values


def _least_squares(
    columns: Sequence[NDArray[Any]], y: NDArray[Any], bound: NDArray[Any], at: NDArray[np.bool_]
) -> tuple[float, ...] | None:
    """The coefficients, if what is left over lies within three bounds."""
    M = np.stack([c[at] / bound[at] for c in columns], axis=1)
    target = y[at] / bound[at]
    if not np.all(np.isfinite(M)) or not np.all(np.isfinite(target)):
        return None
    found = np.linalg.lstsq(M, target, rcond=None)[0]
    return tuple(map(float, found)) if np.all(np.abs(M @ found - target) <= 3) else None


def nearly(case: Case) -> Iterator[Finding]:
    """GL129 All wrong entries agree to several digits: a small constant, a tolerance or float32 on one side."""
    blocks = case.entrywise
    if not blocks or len(blocks) < len(case.wrong):
        return
    off = []
    for block in blocks:
        wrong = block.verdicts == Verdict.WRONG
        size = np.maximum(np.abs(block.numeric), 0.03 * np.sqrt(np.nanmean(block.numeric**2)))
        share = np.abs(block.numeric - block.analytic)[wrong] / size[wrong]
        one = 4 * wrong.sum() <= block.size and wrong.sum() == 1 and only(block)  # what sets it apart is the question
        if block.size < 2 or (one and share.max() > LAST_DIGIT) or not np.all(share <= NEARLY):
            return
        off.append(float(np.linalg.norm((block.numeric - block.analytic)[wrong]) / np.linalg.norm(block.numeric)))
    digits = int(-np.log10(max(off)))
    name, agree = capital(case.name(blocks)), "agree" if 1 < len(blocks) < len(case.tested) else "agrees"
    yield case.finding(
        "GL129",
        blocks,
        f"{name} {agree} with the cost to {digits} digits, and no further: no formula is wrong as a whole. "
        "Does an iteration stop at a tolerance, in the cost or in its gradient? Tighten the tolerance, or say with "
        "rtol= how much you expect. Else look for a small constant on one side only (an ε in a log, a root or a "
        "division), float32 inside, or a difference quotient in place of a derivative.",
        f"largest difference below {format_magnitude(max(off))} of the block's size, the bounds are far smaller",
        6.0,
    )
