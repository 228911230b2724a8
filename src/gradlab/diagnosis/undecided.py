"""Rules on the numeric side: why a block is undecided, and what to do about it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from itertools import takewhile

import numpy as np
from numpy.typing import NDArray

from gradlab.diagnosis.case import Case, capital
from gradlab.diagnosis.finding import Finding
from gradlab.diagnosis.probe import Probe
from gradlab.numeric.answer import Reason
from gradlab.precision import format_magnitude
from gradlab.verdict.blocks import Block, Verdict

STILL = "GL208"
MEANT = (
    "Between two jumps its true slope is 0. Where another one is meant, as by a straight-through gradient, check "
    "that against the function whose slope it is; else take the rounding out for the check."
)
LONGEST, SHORTEST = 1.0, 1e-6  # steps at which it is asked whether the cost moves at all, in units of the scale
SHOULD_MOVE = 1e-6  # of its value, by what the gradient says: sixteen roundings of float32


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
    flat = {b.name for b in case.blocks.values() if not np.any(b.numeric[b.reason == Reason.STAIRS])}
    jumps = "as if it were rounded, counted or quantised, "
    for blocks, seen in (
        (
            [b for b in case.blocks.values() if b.name not in flat],
            f"the cost moves in jumps, {jumps}or lost its digits to cancellation. Between two jumps it has another "
            "slope than from afar; which of both is meant, no step tells. Check without the rounding, in float64.",
        ),
        (
            [b for b in case.blocks.values() if b.name in flat],
            f"beside params the cost stands still, and further off it jumps, {jumps}or hung on a threshold or an "
            f"argmax. {MEANT}",
        ),
    ):
        yield from _undecided(case, "GL207", Reason.STAIRS, "{} cannot be decided: " + seen, blocks)


def still(case: Case) -> Iterator[Finding]:
    """GL208 The cost does not change where the gradient says that it does, and its jumps pass for noise."""
    for block in case.blocks.values():
        if (found := _standing(case, block)) is None:
            continue
        step, says, jumps = found
        bound = float(np.max(block.bound))
        further = f"; moved by {_power(jumps)} of it, it does" if jumps else ""
        yield case.finding(
            STILL,
            [block],
            f"{block.name} cannot be tested: moved by {_power(step)} of its scale, up or down with the signs of the "
            f"gradient, the cost does not change at all, where the gradient says by {says:.2g}"
            f"{further}. So it is with a cost that is rounded, counted or quantised, or hangs on a threshold or an "
            f"argmax. {MEANT}",
            f"analytic up to {np.abs(block.analytic).max():.3g}; the numeric side "
            + (f"can be off by {format_magnitude(bound)}" if np.isfinite(bound) else "is not known"),
        )


def _standing(case: Case, block: Block) -> tuple[float, float, float] | None:
    """The longest step at which the cost stands still against the gradient, what that says, and where it moves.

    Asked of blocks of which nothing could be told for noise, or at the step that was given. None if the cost moves.
    """
    hidden = np.isin(block.reason, (Reason.NOISE, Reason.STEP))
    probe = case.probe or case.double
    if block.verdict not in (Verdict.UNTESTED, Verdict.UNDECIDED) or not hidden.any() or probe is None:
        return None
    cost, slopes = probe.cost or probe.aside, _slopes(case, probe, block)
    if cost is None:
        return None
    way = np.sign(slopes) * probe.scale
    value, steep = cost(0 * way), float(np.abs(slopes) @ probe.scale)

    def stands(h: float) -> bool:
        return cost(h * way) == value == cost(-h * way)

    steps = LONGEST / 10.0 ** np.arange(1 + round(np.log10(LONGEST / SHORTEST)))
    promising = steps[steps * steep > SHOULD_MOVE * abs(value)]
    moving = [*takewhile(lambda h: not stands(h), promising)]
    if len(moving) == len(promising) or not stands(promising[len(moving)] / 3):
        return None
    step = float(promising[len(moving)])
    return step, step * steep, float(moving[-1]) if moving else 0.0


def _slopes(case: Case, probe: Probe, block: Block) -> NDArray[np.float64]:
    """The analytic gradient in the entries of the block, 0 elsewhere."""
    slopes = np.zeros(probe.theta.size)
    ends = np.cumsum([math.prod(other.shape) for other in case.blocks.values()])
    k = list(case.blocks).index(block.name)
    if ends[-1] != slopes.size:  # only some entries are checked
        return slopes
    at = slice(ends[k] - math.prod(block.shape), ends[k])
    if not block.directions:
        slopes[at] = block.analytic.ravel()
    elif probe.gradient is not None:
        slopes[at] = probe.gradient(probe.theta)[at]
    return slopes


def _power(step: float) -> str:
    return f"{step:g}" if step >= 1e-3 else f"1e{round(np.log10(step)):d}"


def noise(case: Case) -> Iterator[Finding]:
    """GL202 The noise of the cost hides the gradient."""
    yield from _undecided(
        case,
        "GL202",
        Reason.NOISE,
        "{} cannot be decided: the noise of the cost hides it. Compute the cost in float64, take out a large "
        "constant, or check where the gradient is larger.",
        [block for block in case.blocks.values() if _standing(case, block) is None],
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


def _undecided(
    case: Case, code: str, reason: Reason, message: str, among: Iterable[Block] | None = None
) -> Iterator[Finding]:
    among = case.blocks.values() if among is None else among
    blocks = [b for b in among if b.verdict is Verdict.UNDECIDED and _count(b, reason)]
    if blocks:
        counted = ", ".join(f"{b.name}: {_count(b, reason)} of {b.size}" for b in blocks)
        yield case.finding(code, blocks, message.format(capital(case.name(blocks))), counted)


def _count(block: Block, reason: Reason) -> int:
    return int(((block.reason == reason) & (block.verdicts == Verdict.UNDECIDED)).sum())
