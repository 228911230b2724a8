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


def _compared(block: Block) -> tuple[NDArray[Any], ...]:
    return block.analytic, block.numeric, tolerance(block)
