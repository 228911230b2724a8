"""Rules on directions in space: a gradient that is projected onto a sphere, or stands in another frame."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gradlab.diagnosis.case import CERTAIN, Case
from gradlab.diagnosis.evidence import explains, tolerance
from gradlab.diagnosis.finding import Finding
from gradlab.verdict.blocks import Block

BALANCED = 1e-7  # share of the size of a gradient up to which a sum or a torque is 0


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


def rotated(case: Case) -> Iterator[Finding]:
    """GL149 Analytic and numeric gradient are equally long and point elsewhere: another frame."""
    for block in case.entrywise:
        for axis in range(len(block.shape)):
            if block.shape[axis] not in (2, 3) or (len(block.shape) > 1 and block.size < 2 * block.shape[axis]):
                continue
            a, n, bound = (np.moveaxis(v, axis, -1).reshape(-1, block.shape[axis]) for v in _compared(block))
            long, other = np.linalg.norm(a, axis=1), np.linalg.norm(n, axis=1)
            room = 3 * np.linalg.norm(bound, axis=1)
            ordered = np.allclose(np.sort(np.abs(a)), np.sort(np.abs(n)), rtol=1e-6)
            near = np.abs(long - other) <= np.maximum(room, 1e-9 * other)
            if not np.all(near & (room < 1e-5 * other)) or ordered:
                continue
            angles = np.arccos(np.clip(np.sum(a * n, axis=1) / long / other, -1, 1))
            which = "" if len(a) == 1 else f", each of the {len(a)} vectors along axis {axis},"
            by = f"{angles[0]:.4g} radians ({np.degrees(angles[0]):.4g}°)"
            yield case.finding(
                "GL149",
                [block],
                f"The gradient of {block.name}{which} has the right length and another direction, turned by {by}"
                f"{'' if len(a) == 1 else ' in the first'}. Is it in another frame, such as that of the world for "
                "that of the body?",
                f"both lengths are {', '.join(f'{v:.6g}' for v in other[:4])}",
                6.0 * len(a),
            )
            return


def between_points(case: Case) -> Iterator[Finding]:
    """GL162 The cost depends on distances between points only: is the direction of each pair right, or the force?"""
    for block in case.entrywise:
        if len(block.shape) != 2 or block.shape[0] < 3 or not 2 <= block.shape[1] <= 3:
            continue
        x, bound = block.theta, tolerance(block)
        if not _balanced(x, block.numeric, bound):
            continue
        pushed, turned = _rests(x, block.analytic)
        name = block.name
        if max(pushed, turned) <= BALANCED:
            said = (
                f"The cost depends on the distances between the rows of {name} only, and your gradient pushes along "
                "them, as it must: each pair pushes both of its points, and in opposite ways. So the directions are "
                "right and a factor of each pair is not: look at the derivative by the distance (a power of r, a "
                "weight, a product rule, an inner derivative)."
            )
        elif pushed > BALANCED:
            said = (
                f"The cost does not change when all rows of {name} are moved together, so the rows of the gradient "
                "must sum to 0, and yours do not: each pair must push both of its points, in opposite ways. One of "
                "the two is left out, has the wrong sign, or is written over (np.add.at where an index is repeated)."
            )
        else:
            said = (
                f"The cost does not change when all rows of {name} are turned together, and your gradient would turn "
                "them: the push of a pair does not point along the line between its points. Look at its components, "
                "one by one."
            )
        says = (
            f"rest of the sum of forces {_rest(pushed)}, of their torque {_rest(turned)}, of the size of the "
            "gradient; both are 0 in the numeric one"
        )
        yield case.finding("GL162", [block], said, says, 5.0)


def _rest(share: float) -> str:
    return f"{share:.1g}" if share > BALANCED else "0"


def _rests(x: NDArray[Any], g: NDArray[Any]) -> tuple[float, float]:
    """Sum and torque of the rows of a gradient, as shares of its size."""
    y = x - x.mean(axis=0)
    torque = y.T @ g - g.T @ y
    return (
        float(np.max(np.abs(g.sum(axis=0))) / np.sum(np.abs(g))),
        float(np.max(np.abs(torque)) / np.sum(np.abs(y[:, :, None] * g[:, None, :]))),
    )


def _balanced(x: NDArray[Any], n: NDArray[Any], bound: NDArray[Any]) -> bool:
    y = x - x.mean(axis=0)
    room = float(np.sum(bound * (1 + np.abs(y).max())))
    torque = y.T @ n - n.T @ y
    size = float(np.sum(np.abs(n)))
    return room < 1e-4 * size and bool(np.max(np.abs(n.sum(axis=0))) <= room and np.max(np.abs(torque)) <= room)


def _compared(block: Block) -> tuple[NDArray[Any], ...]:
    return block.analytic, block.numeric, tolerance(block)
