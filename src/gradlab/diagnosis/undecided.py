"""Rules on the numeric side: why a block is undecided, and what to do about it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from gradlab.diagnosis.case import Case, capital
from gradlab.diagnosis.finding import Finding
from gradlab.numeric.answer import Reason
from gradlab.verdict.blocks import Block, Verdict


def kink(case: Case) -> Iterator[Finding]:
    """GL201 The point stands at a kink of the cost."""
    yield from _undecided(
        case,
        "GL201",
        Reason.KINK,
        "{} cannot be decided: the cost has a kink here, its slopes to both sides differ. Move params by a small "
        "random amount, and check again.",
    )
    yield from _undecided(
        case,
        "GL201",
        Reason.BESIDE,
        "{} cannot be decided: the cost has a kink, or jumps, so near to the point that shorter steps drown in its "
        "noise. Move params by a small random amount, and check again.",
    )


def jump(case: Case) -> Iterator[Finding]:
    """GL206 The cost jumps at the point, or its slope grows without bound."""
    yield from _undecided(
        case,
        "GL206",
        Reason.JUMP,
        "{} cannot be decided: the cost jumps here, or its slope grows without bound, and there is no derivative. "
        "Move params by a small random amount, and check again.",
    )


def stairs(case: Case) -> Iterator[Finding]:
    """GL207 The cost moves in jumps only: what a short step sees is one stair."""
    yield from _undecided(
        case,
        "GL207",
        Reason.STAIRS,
        "{} cannot be decided: the cost moves in jumps, as if it were rounded, counted or quantised, or lost its "
        "digits to cancellation. Between two jumps it has another slope than from afar, where it agrees better. "
        "Check without the rounding, in float64.",
    )


def noise(case: Case) -> Iterator[Finding]:
    """GL202 The noise of the cost hides the gradient."""
    yield from _undecided(
        case,
        "GL202",
        Reason.NOISE,
        "{} cannot be decided: the noise of the cost hides it. Compute the cost in float64, take out a large "
        "constant, or check where the gradient is larger.",
    )


def random(case: Case) -> Iterator[Finding]:
    """GL203 The cost, or the gradient, is not the same twice."""
    blocks = [b for b in case.blocks.values() if np.any(b.reason == Reason.RANDOM)]
    if blocks:
        yield case.finding(
            "GL203",
            blocks,
            f"{capital(case.name(blocks))} cannot be checked: cost or gradient is not the same twice at the same "
            "params. Draw dropout masks and batches once, outside, and pass them in.",
            ", ".join(f"{b.name}: {int(np.sum(b.reason == Reason.RANDOM))} of {b.size}" for b in blocks),
        )


def no_value(case: Case) -> Iterator[Finding]:
    """GL204 The cost has no value beside the point: it overflows, leaves its domain, or raises."""
    edge = "If it is the edge of its domain, say so, bounds=(0, None) for example: then no step leaves it."
    for reason, why in {
        Reason.OVERFLOW: "overflows beside params, it is inf there. Scale it, or move params to where it is smaller.",
        Reason.DOMAIN: f"is NaN beside params. {edge}",
        Reason.RAISED: f"fails beside params: {_quoted(case.raised)}. {edge}",
        Reason.NO_EFFECT: "is the same at every step. Are params of very different size? Scale them.",
        Reason.BOUNDS: "has no value that helps: bounds leave no room for a step. Move params away from them.",
    }.items():
        literal = why.replace("{", "{{").replace("}", "}}")
        yield from _undecided(case, "GL204", reason, "{} cannot be decided: the cost " + literal)


def in_sum(case: Case) -> Iterator[Finding]:
    """GL205 Wrong along random directions, but no entry is found that is."""
    yield from _undecided(
        case,
        "GL205",
        Reason.IN_SUM,
        "{} differs along random directions, but no wrong entry was found: mistakes too small to be seen alone, or "
        "kinks under the point. Check it entry by entry, without directions=.",
    )


def _quoted(raised: str) -> str:
    """What the cost raised, in one line, without the full stop."""
    text = " ".join(raised.split())
    return (text if len(text) <= 160 else text[:159] + "…").rstrip(".")


def _undecided(case: Case, code: str, reason: Reason, message: str) -> Iterator[Finding]:
    blocks = [b for b in case.blocks.values() if b.verdict is Verdict.UNDECIDED and _count(b, reason)]
    if blocks:
        counted = ", ".join(f"{b.name}: {_count(b, reason)} of {b.size}" for b in blocks)
        yield case.finding(code, blocks, message.format(capital(case.name(blocks))), counted)


def _count(block: Block, reason: Reason) -> int:
    return int(((block.reason == reason) & (block.verdicts == Verdict.UNDECIDED)).sum())
