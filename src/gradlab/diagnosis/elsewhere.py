"""Rules that move the parameters, and see how both gradients change: which of them is linear, what stays."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from gradlab.diagnosis.case import Case, in_words
from gradlab.diagnosis.finding import Finding
from gradlab.diagnosis.probe import Probe
from gradlab.precision import format_magnitude
from gradlab.verdict.blocks import Block, Verdict

Floats = NDArray[np.float64]


def linear_on_one_side(case: Case) -> Iterator[Finding]:
    """GL152 The analytic gradient is linear in the parameters, and the cost's is not; or the reverse."""
    probe = case.probe
    if case.layer or probe is None or probe.gradient is None or probe.cost is None or not case.entrywise:
        return
    if len(case.wrong) < len(case.tested) or probe.theta.size < 2:
        return
    rng = np.random.default_rng(5)
    curvatures = []
    for _ in range(2):
        u = probe.scale * rng.choice([-1.0, 1.0], probe.theta.size)
        one = np.stack([probe.gradient(probe.theta + k * u) for k in (-1, 0, 1)])
        J = np.array([probe.cost(k * u) for k in (-2, -1, 0, 1, 2)])
        third = abs(J[4] - 2 * J[3] + 2 * J[1] - J[0]) / np.sum(np.abs(J))
        curvatures.append((np.max(np.abs(one[2] - 2 * one[1] + one[0])) / np.max(np.abs(one[2] - one[0])), third))
    analytic, cost = (np.array(side) for side in zip(*curvatures, strict=True))
    if not (np.all(np.isfinite(analytic)) and np.all(np.isfinite(cost))):
        return
    straight, curved = 1e-9, 1e-4
    everywhere = all(block.wrong_count == block.size for block in case.wrong)
    if everywhere and np.all(analytic < straight) and np.all(cost < straight) and not _symmetric(probe):
        yield case.finding(
            "GL152",
            case.wrong,
            "The cost is a sum of squares, or a polynomial of degree two, and the analytic gradient is linear, as it "
            "should be. But it is not symmetric: the gradient is Xᵀ·(X·θ − y), and in yours the two X are not the "
            "same. A part of the residual is held fixed, such as a target, or columns are scaled or mixed up on one "
            "side.",
            f"bend of both gradients below {format_magnitude(straight)}; u·∂a[v] is not v·∂a[u]",
            6.0,
        )
        return
    if np.all(analytic < straight) and np.all(cost > curved):
        message = (
            "The analytic gradient is linear in the parameters, as that of a sum of squares is; the gradient of this "
            "cost is not. A derivative is left out: of the activation, of the exponential or the logarithm in the "
            "loss, or of the limit beyond which a loss goes on otherwise."
        )
    elif np.all(analytic > curved) and np.all(cost < straight):
        message = (
            "The cost is a polynomial of degree two along any line, as a sum of squares is, so its gradient is "
            "linear in the parameters; the analytic one is not. It has the derivative of an activation, or of a "
            "loss, that this cost does not have."
        )
    else:
        return
    bends = (float(side.max()) for side in (analytic, cost))  # what is below the limit is round-off, and no size
    sizes = (f"below {format_magnitude(straight)}" if x < straight else format_magnitude(x) for x in bends)
    says = "bend of the analytic gradient {}, of the cost's {}".format(*sizes)
    yield case.finding("GL152", case.wrong, message, says, 6.0)


def no_curvature(case: Case) -> Iterator[Finding]:
    """GL152 A decay aside, the analytic gradient does not change nearby, and the cost is curved."""
    probe = case.probe
    if case.layer or probe is None or probe.gradient is None or probe.cost is None or not case.entrywise:
        return
    if len(case.wrong) < len(case.tested) or probe.theta.size < 2:
        return
    rng, cuts = np.random.default_rng(8), [case.within(block) for block in case.blocks.values()]
    decays, here = [], probe.gradient(probe.theta)
    for _ in range(2):
        u = 1e-3 * probe.scale * rng.choice([-1.0, 1.0], probe.theta.size)
        change = probe.gradient(probe.theta + u) - here
        decays.append([float(change[at] @ u[at] / (u[at] @ u[at])) for at in cuts])
        flat = np.concatenate([c * u[at] for c, at in zip(decays[-1], cuts, strict=True)])
        second = probe.cost(u) - 2 * probe.cost(0 * u) + probe.cost(-u)
        not_only_decay = np.max(np.abs(change - flat)) > 1e-12 * np.max(np.abs(here))
        if not_only_decay or abs(second - flat @ u) < 0.01 * abs(second):
            return
    if np.allclose(decays[0], decays[1], rtol=1e-6, atol=1e-9) and abs(second) > 1e-10 * abs(probe.cost(0 * here)):
        yield case.finding(
            "GL152",
            case.wrong,
            "A multiple of the parameters aside, the analytic gradient does not change where they are moved a "
            "little, and the cost is curved there. It has the slope of a loss that is straight, such as |r| or "
            "max(0, r), where the cost has the square: a residual or a margin is missing as a factor. Or what it is "
            "made from is rounded: kept in an array of integers, or taken by a sign or a choice.",
            f"bend of the cost {format_magnitude(abs(second))}, of what the gradient says "
            f"{format_magnitude(abs(float(flat @ u)))}, along a random direction",
            6.0,
        )


def _symmetric(probe: Probe) -> bool:
    """Is the matrix of a linear gradient symmetric?"""
    assert probe.gradient is not None
    rng, here = np.random.default_rng(6), probe.gradient(probe.theta)
    u, v = probe.scale * rng.standard_normal((2, probe.theta.size))
    one, other = u @ (probe.gradient(probe.theta + v) - here), v @ (probe.gradient(probe.theta + u) - here)
    return bool(abs(one - other) <= 1e-6 * max(abs(one), abs(other)))


def same_difference(case: Case) -> Iterator[Finding]:
    """GL159 The difference stays as it is where the parameters are moved: what they are fitted to differs."""
    probe = case.probe
    if case.layer or probe is None or probe.gradient is None or probe.cost is None or not case.entrywise:
        return
    if any(not block.wrong_count for block in case.entrywise) or len(case.wrong) > len(case.entrywise):
        return
    rng, here = np.random.default_rng(7), _difference(case)
    near = probe.gradient(probe.theta + 0.01 * probe.scale * rng.choice([-1.0, 1.0], probe.theta.size))
    if np.allclose(near, probe.gradient(probe.theta), rtol=1e-6, atol=0):
        return  # of a cost that is linear hereabouts all of the gradient stays as it is
    for far in (0.01, 0.03):
        moved = far * probe.scale * rng.choice([-1.0, 1.0], probe.theta.size)
        for _ in range(2):
            along = probe.scale * rng.choice([-1.0, 1.0], probe.theta.size)
            D, there = float(here @ along), _slope_off(probe, moved, along)
            if not abs(D) > 1e-6 * float(np.abs(here) @ np.abs(along)) or not abs(there - D) <= 1e-6 * abs(D):
                return
    where, number = _where_off(case)
    yield case.finding(
        "GL159",
        case.wrong,
        f"{where[0].upper() + where[1:] if where.startswith(('only', 'the')) else where} off by {number} where the "
        "parameters are moved. So what depends on them is right, and a constant is not: the data that they are "
        "fitted to (targets, labels, counts that were observed, an offset, a 1 where a 0 belongs), a term in "
        "which they stand as they are (a normaliser, log θ of a parameter that is a logarithm), or a slope that is "
        "constant by pieces (of |r|, of a hinge, of Huber's loss beyond its limit): its size or sign on one side.",
        "numeric − analytic, along four random directions at two other points, is what it is here",
        6.0,
    )


def _where_off(case: Case) -> tuple[str, str]:
    """Which slices are off, if not all, and by which number, if it is one."""
    slices = [_one_slice(block) for block in case.entrywise]
    places = [place or block.name for place, block in zip(slices, case.entrywise, strict=True)]
    off = [(b.numeric - b.analytic)[b.verdicts == Verdict.WRONG] for b in case.entrywise]
    ends = [f"{np.median(d):.4g}" for d in off if np.ptp(d) <= 1e-5 * np.max(np.abs(d)) and d.size > 1]
    one = len(ends) == len(off)
    number = "numbers that stay the same"
    if one:
        number = f"one number, {ends[0]}," if len(set(ends)) == 1 else f"one number each, {' and '.join(ends)},"
        number += " which stays the same"
    if any(slices):
        return f"only {in_words(places)} {'are' if len(places) > 1 else 'is'}", number
    return f"{case.gradient(case.wrong)} is", number


def _one_slice(block: Block) -> str:
    """The row or column in which all that is wrong lies; empty if there is none."""
    wrong = block.verdicts == Verdict.WRONG
    for axis, n in enumerate(block.shape if len(block.shape) > 1 else ()):
        rows = np.flatnonzero(np.moveaxis(wrong, axis, 0).reshape(n, -1).any(axis=1))
        if rows.size == 1 < n:
            at = [":"] * len(block.shape)
            at[axis] = str(rows[0])
            return f"{block.name}[{', '.join(at)}]"
    return ""


def _difference(case: Case) -> Floats:
    """Numeric minus analytic in theta's order, 0 where a block agrees."""
    parts = [(b.numeric - b.analytic) * (b.verdict is Verdict.WRONG) for b in case.blocks.values()]
    return np.concatenate([part.ravel() for part in parts])


def _slope_off(probe: Probe, moved: Floats, along: Floats) -> float:
    """How far the analytic slope along a direction is off, at theta moved by so much."""
    assert probe.gradient is not None
    return probe.slope_along(moved, along) - float(along @ probe.gradient(probe.theta + moved))
