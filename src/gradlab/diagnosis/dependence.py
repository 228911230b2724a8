"""With which parameters the difference of both sides changes, and with which it does not."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from gradlab.diagnosis.case import Case, in_words
from gradlab.diagnosis.law import LEAST_DIFFERENCE, MOST_NUMBERS
from gradlab.diagnosis.probe import Probe
from gradlab.verdict.blocks import Verdict

Floats = NDArray[Any]


def depends_on(case: Case) -> str:
    """A sentence on the parameters with which the difference changes, and those with which it does not."""
    probe = case.probe
    if case.layer or probe is None or probe.gradient is None or probe.cost is None or not case.entrywise:
        return ""
    n, rng, names = probe.theta.size, np.random.default_rng(19), case.entries(most=MOST_NUMBERS)
    units = {name: np.arange(n) == j for j, name in enumerate(names)}
    units = units or {b.name: case.within(b) for b in case.blocks.values() if len(case.blocks) > 1}
    wrong = np.zeros(n, dtype=bool)
    for block in case.entrywise:
        wrong[case.within(block)] = (block.verdicts == Verdict.WRONG).ravel()
    way = probe.scale * rng.choice([-1.0, 1.0], n) * rng.uniform(0.5, 1, n) * wrong
    changes: dict[str, list[str]] = {"proportional": [], "yes": [], "no": [], "unknown": []}
    for name, unit in units.items():
        if (how := _changes(probe, unit, way, rng)) is None:
            return ""
        changes[how].append(name)
    if not changes["no"] or not (changes["yes"] or changes["proportional"]):
        return ""
    parts = [f"is proportional to {in_words(changes['proportional'])}"] if changes["proportional"] else []
    parts += [f"changes with {in_words(changes['yes'])}"] if changes["yes"] else []
    return f" What is off {', '.join(parts)}, and does not depend on {in_words(changes['no'])}: which term is that?"


def _changes(probe: Probe, unit: NDArray[np.bool_], way: Floats, rng: np.random.Generator) -> str | None:
    """Does the difference along a way change with these parameters, where the gradient does?"""
    assert probe.gradient is not None
    moves = [np.zeros_like(way), 0.1 * probe.theta * unit, 0.1 * probe.scale * rng.uniform(-1, 1, way.size) * unit]
    numeric = np.array([probe.slope_along(moved, way) for moved in moves])
    analytic = np.array([way @ probe.gradient(probe.theta + moved) for moved in moves])
    D, size = numeric - analytic, float(np.max(np.abs(numeric)) + np.max(np.abs(analytic)))
    if not np.all(np.isfinite(D)) or abs(D[0]) < LEAST_DIFFERENCE * size:
        return None
    if np.all(np.abs(D - D[0]) <= 1e-6 * size):
        return "no" if np.max(np.abs(numeric - numeric[0])) > LEAST_DIFFERENCE * size else "unknown"
    alike = np.any(probe.theta[unit]) and abs(D[1] - 1.1 * D[0]) <= 1e-6 * size
    return "proportional" if alike else "yes"
