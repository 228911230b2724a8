"""Rules on directions in space: a gradient that is projected onto a sphere, or stands in another frame."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from gradlab.diagnosis.case import CERTAIN, Case
from gradlab.diagnosis.evidence import explains, tolerance
from gradlab.diagnosis.finding import Finding


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
        a, n = block.analytic.ravel(), block.numeric.ravel()
        long, other = float(np.linalg.norm(a)), float(np.linalg.norm(n))
        room = 3 * float(np.linalg.norm(tolerance(block)))
        ordered = np.allclose(np.sort(np.abs(a)), np.sort(np.abs(n)), rtol=1e-6)
        if a.size in (2, 3) and abs(long - other) <= max(room, 1e-9 * other) and room < 1e-5 * other and not ordered:
            angle = float(np.arccos(np.clip(a @ n / long / other, -1, 1)))
            yield case.finding(
                "GL149",
                [block],
                f"The gradient of {block.name} has the right length and another direction, turned by {angle:.4g} "
                f"radians ({np.degrees(angle):.4g}°). Is it in another frame, such as that of the world for that of "
                "the body?",
                f"both lengths are {other:.6g}",
                6.0,
            )
