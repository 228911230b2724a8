"""Rules that move the parameters, and see how both gradients change: which of them is linear, what stays."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from gradlab.diagnosis.case import Case, capital
from gradlab.diagnosis.finding import Finding
from gradlab.diagnosis.probe import Probe
from gradlab.precision import format_magnitude
from gradlab.verdict.blocks import Verdict

Floats = NDArray[np.float64]


def linear_on_one_side(case: Case) -> Iterator[Finding]:
    """GL152 The analytic gradient is linear in the parameters, and the cost's is not; or the reverse."""
    probe = case.probe
    if case.layer or probe is None or probe.gradient is None or probe.cost is None or not case.entrywise:
        return
    if len(case.wrong) < len(case.tested) or probe.theta.size < 2:
        return
    rng = np.random.default_rng(5)
    bends = []
    for _ in range(2):
        u = probe.scale * rng.choice([-1.0, 1.0], probe.theta.size)
        one = np.stack([probe.gradient(probe.theta + k * u) for k in (-1, 0, 1)])
        J = np.array([probe.cost(k * u) for k in (-2, -1, 0, 1, 2)])
        third = abs(J[4] - 2 * J[3] + 2 * J[1] - J[0]) / np.sum(np.abs(J))
        bends.append((np.max(np.abs(one[2] - 2 * one[1] + one[0])) / np.max(np.abs(one[2] - one[0])), third))
    analytic, cost = (np.array(side) for side in zip(*bends, strict=True))
    if not (np.all(np.isfinite(analytic)) and np.all(np.isfinite(cost))):
        return
    straight, bent = 1e-9, 1e-4
    everywhere = all(block.wrong_count == block.size for block in case.wrong)
    if everywhere and np.all(analytic < straight) and np.all(cost < straight) and not _symmetric(probe):
        yield case.finding(
            "GL152",
            case.wrong,
            "The cost is a sum of squares, or a polynomial of degree two, and the analytic gradient is linear, as it "
            "should be. But it is not symmetric: the gradient is Xᵀ·(X·θ − y), and in yours the two X are not the "
            "same. A part of the residual is held fixed, such as a target, or columns are scaled or mixed up on one "
            "side.",
            f"bend of the analytic gradient {format_magnitude(float(analytic.max()))}, of the cost's "
            f"{format_magnitude(float(cost.max()))}; "
            "u·∂a[v] is not v·∂a[u]",
            6.0,
        )
        return
    if np.all(analytic < straight) and np.all(cost > bent):
        message = (
            "The analytic gradient is linear in the parameters, as that of a sum of squares is; the gradient of this "
            "cost is not. A derivative is left out: of the activation, of the exponential or the logarithm in the "
            "loss, or of the limit beyond which a loss goes on otherwise."
        )
    elif np.all(analytic > bent) and np.all(cost < straight):
        message = (
            "The cost is a polynomial of degree two along any line, as a sum of squares is, so its gradient is "
            "linear "
            "in the parameters; the analytic one is not. It has the derivative of an activation, or of a loss, that "
            "this cost does not have."
        )
    else:
        return
    sizes = (format_magnitude(float(bend.max())) for bend in (analytic, cost))
    says = "bend of the analytic gradient {}, of the cost's {}".format(*sizes)
    yield case.finding("GL152", case.wrong, message, says, 6.0)


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
    yield case.finding(
        "GL159",
        case.wrong,
        f"{capital(case.gradient(case.wrong))} is off by numbers that stay the same where the parameters are "
        "moved. So what depends on them is right, and a constant is not: the data that they are fitted to (targets, "
        "labels, counts that were observed, an offset), or a term in which they stand as they are (a normaliser, "
        "log θ of a parameter that is a logarithm).",
        "numeric − analytic, along four random directions at two other points, is what it is here",
        6.0,
    )


def _difference(case: Case) -> Floats:
    """Numeric minus analytic in theta's order, 0 where a block agrees."""
    parts = [(b.numeric - b.analytic) * (b.verdict is Verdict.WRONG) for b in case.blocks.values()]
    return np.concatenate([part.ravel() for part in parts])


def _slope_off(probe: Probe, moved: Floats, along: Floats) -> float:
    """How far the analytic slope along a direction is off, at theta moved by so much."""
    assert probe.cost is not None
    assert probe.gradient is not None
    h = 1e-3
    near, far = (probe.cost(moved + k * h * along) - probe.cost(moved - k * h * along) for k in (1, 2))
    return float((8 * near - far) / (12 * h) - along @ probe.gradient(probe.theta + moved))
