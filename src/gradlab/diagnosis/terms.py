"""Rules on terms: what the gradient lacks is a function of theta, a part of it, or too small to have a shape."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gradlab.diagnosis.case import CERTAIN, Case, capital, groups, share
from gradlab.diagnosis.evidence import Interval, explains, fraction, tolerance
from gradlab.diagnosis.finding import Finding
from gradlab.diagnosis.values import hint
from gradlab.precision import order
from gradlab.verdict.blocks import Block, Verdict

NEARLY = 2e-3  # share of an entry up to which two sides agree to digits rather than differ

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
                f"{capital(case.gradient(enough, 'analytic gradient'))} {lacks} a term: {amount} times {what}. "
                "Look for a term "
                "that cost and gradient do not share.",
                f"numeric = analytic {'+' if c.middle > 0 else '−'} {amount} · {text}",
                cost=c.digits(usual=0.0) + 2,
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
        simple = fraction(Interval(a * (1 - 1e-7), a * (1 + 1e-7)), usual=1.0)
        if simple is not None and not whole:
            yield case.finding(
                "GL102",
                [block],
                f"One factor is off in {block.name}, the decay aside: what comes from the data should be "
                f"{share(simple)} what it is. {hint(simple, case)}",
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
        if block.size < 2 or not np.all(share <= NEARLY):
            return
        off.append(float(np.linalg.norm((block.numeric - block.analytic)[wrong]) / np.linalg.norm(block.numeric)))
    digits = int(-np.log10(max(off)))
    name, agree = capital(case.name(blocks)), "agree" if 1 < len(blocks) < len(case.tested) else "agrees"
    yield case.finding(
        "GL129",
        blocks,
        f"{name} {agree} with the cost to {digits} digits, and no further: no formula is wrong as a whole. Look "
        "for a small constant on one side only (an ε in a log, "
        "a root or a division), float32 inside, a difference quotient in place of a derivative, or an iteration that "
        "stops at a tolerance.",
        f"largest difference below {order(max(off))} of the block's size, the bounds are far smaller",
        6.0,
    )
