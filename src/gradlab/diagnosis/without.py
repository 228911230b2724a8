"""A rule that sets a part of the parameters to zero: if all is right without it, the mistake passes through it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gradlab.diagnosis.case import Case, in_words
from gradlab.diagnosis.finding import Finding
from gradlab.diagnosis.probe import Probe
from gradlab.verdict.blocks import Verdict

Floats = NDArray[Any]
Mask = NDArray[np.bool_]

FEW_ENTRIES = 20  # of one vector, each of which is set to zero by itself
RIGHT = 1e-6  # share of a slope within which both sides agree
LEFT_TO_COMPARE = 0.6  # share of the other wrong blocks that must be left to be compared
ALIVE = 0.02  # share of a gradient that must be left, so that something is compared


def right_without(case: Case) -> Iterator[Finding]:
    """GL161 With one block, or one entry, set to 0 the gradient is right: the mistake passes through it."""
    probe = case.probe
    if probe is None or probe.gradient is None or probe.cost is None or len(case.entrywise) < len(case.wrong):
        return
    parts = _parts(case)
    found = {name: others for name, at in parts.items() if (others := _right(case, probe, at))}
    if not found or 2 * len(found) > len(parts):
        return
    names = [name for name in found if _is_seen(case, name, found[name])]
    if not names:
        return
    without, which = in_words(names, "or"), in_words(found[names[0]])
    yield case.finding(
        "GL161",
        case.wrong,
        f"With {without} set to 0, the gradient of {which} is right; with {without} as it is, it is wrong. So the "
        f"mistake lies in what passes through {without}, or is multiplied by it: look at the product with it on the "
        "way back (is it there, transposed, and added?), at the slope of the step behind it, and, if it feeds a "
        "state back to itself, at what comes from later steps.",
        "compared along random directions, with both sides asked anew",
        4.0,
    )


def _is_seen(case: Case, name: str, others: list[str]) -> bool:
    """Is more left than the bias of the same layer? Without a kernel this may fit whatever is wrong above."""
    layers = case.structure.layers if case.structure else ()
    return not any({name, *others} <= {b.name for b in (*layer.weights, *layer.biases)} for layer in layers)


def _parts(case: Case) -> dict[str, Mask]:
    """Each block, or each entry if there is one short vector."""
    assert case.probe is not None
    n = case.probe.theta.size
    if len(case.blocks) == 1:
        (block,) = case.blocks.values()
        return {f"{block.name}[{i}]": np.arange(n) == i for i in range(n)} if n <= FEW_ENTRIES else {}
    return {block.name: case.within(block) for block in case.blocks.values()}


def _right(case: Case, probe: Probe, at: Mask) -> list[str]:
    """Names of wrong blocks or entries that are right without this part, if all that can be compared are."""
    rng, right, compared = np.random.default_rng(13), [], 0
    for name, ways in _ways(case, at, rng):
        compared += 1
        here, half, there = (_compared(probe, np.where(at, -k * probe.theta, 0.0), ways) for k in (0.0, 0.5, 1.0))
        if not all(np.all(np.isfinite(v)) for v in (*here, *half, *there)):
            return []
        if _left(probe, at, ways) < ALIVE:
            continue  # nothing is left that could be wrong
        if np.any(there[0] > RIGHT * there[1]) or not np.all(half[0] > 1e2 * RIGHT * half[1]):
            return []
        right.append(name)
    return right if len(right) >= LEFT_TO_COMPARE * compared else []


def _ways(case: Case, at: Mask, rng: np.random.Generator) -> Iterator[tuple[str, Floats]]:
    """For each wrong block two random directions through its wrong entries that are not in the part."""
    assert case.probe is not None
    for block in case.wrong:
        own = np.zeros_like(at)
        own[case.within(block)] = (block.verdicts == Verdict.WRONG).ravel()
        if np.any(own & ~at):
            signs = rng.choice([-1.0, 1.0], (2, at.size)) * rng.uniform(0.5, 1, (2, at.size))
            yield block.name, signs * case.probe.scale * (own & ~at)


def _compared(probe: Probe, moved: Floats, ways: Floats) -> tuple[Floats, Floats]:
    """How far the slopes along some directions are off, and the size of what is compared."""
    assert probe.gradient is not None
    gradient = probe.gradient(probe.theta + moved)
    numeric = np.array([probe.slope_along(moved, way) for way in ways])
    return np.abs(ways @ gradient - numeric), np.abs(ways) @ np.abs(gradient) + np.abs(numeric)


def _left(probe: Probe, at: Mask, ways: Floats) -> float:
    """The share of the gradient that is left without the part, a decay aside."""
    assert probe.gradient is not None
    own = np.any(ways != 0, axis=0)
    without, here = (probe.gradient(point)[own] for point in (np.where(at, 0.0, probe.theta), probe.theta))
    t = probe.theta[own]
    decay = float(t @ without) / float(t @ t) if t.size > 1 and np.any(t) else 0.0
    return float(np.linalg.norm(without - decay * t)) / max(float(np.linalg.norm(here)), 1e-300)
