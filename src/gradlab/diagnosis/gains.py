"""A rule on what is added to a layer's output, or multiplies it: the sum over the upstream gradient that it needs."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gradlab.diagnosis.case import CERTAIN, Case
from gradlab.diagnosis.evidence import tolerance
from gradlab.diagnosis.finding import Finding
from gradlab.diagnosis.probe import LayerProbe
from gradlab.verdict.blocks import Block, Verdict

Floats = NDArray[Any]

MOVED_BY = 1e-4  # in the units of the gain: by so much it is moved for a simple difference of forward
FORWARD_TELLS = 1e-6  # of the largest entry: what a simple difference of forward tells


def gain_or_shift(case: Case) -> Iterator[Finding]:
    """GL158 A block is added to the output, or multiplies something: its gradient is a sum over R."""
    layer = case.layer
    if layer is None or not any(b.verdict is Verdict.AGREES for b in case.blocks.values()):
        return  # where all is wrong, the mistake lies before these sums
    found = [
        (block, _said(layer, block, list(case.blocks.values())))
        for block in case.entrywise
        if block.size < layer.output.size
    ]
    if len(found) == len(case.wrong) and all(said for _, said in found):
        for block, (message, says) in ((b, s) for b, s in found if s):
            yield case.finding("GL158", [block], message, says, CERTAIN)


def _said(layer: LayerProbe, block: Block, blocks: list[Block]) -> tuple[str, str] | None:
    """The sum that the gradient must be, and what the analytic one sums instead."""
    p = layer.inputs[block.name]
    times = (layer.forward({block.name: p + MOVED_BY}) - layer.forward({block.name: p - MOVED_BY})) / (2 * MOVED_BY)
    far = layer.forward({block.name: p + 1}) - layer.output
    linear = np.allclose(times, far, rtol=1e-7, atol=1e-8 * np.max(np.abs(far)))  # else it stands inside a function
    R = layer.upstream
    for axes in _places(p.shape, R.shape):
        room = np.maximum(3 * tolerance(block), FORWARD_TELLS * np.max(np.abs(block.numeric)))
        if np.any(np.abs(_summed(R * times, axes, p.shape) - block.numeric) > room):
            continue
        over = [axis for axis in range(R.ndim) if axis not in axes or R.shape[axis] > 1 == p.shape[axes.index(axis)]]
        kept = f"axis {over[0]}" if len(over) == 1 else f"axes {', '.join(map(str, over))}"
        if linear and np.allclose(times, 1):
            return (
                f"{block.name} is added to the output, so its gradient is the sum of the upstream gradient over "
                f"{kept}, all of it. The analytic one is another number: a part of the sum, another axis, or "
                "something beside it.",
                f"numeric = R summed over {kept}, in all {block.size} entries",
            )
        says = f"numeric = (R · h) summed over {kept}, h = change of the output for 1 more of {block.name}"
        if not linear and _is_bias(layer, blocks, R * times):
            return None  # added inside a function: the rule on biases says what its sum needs
        if not linear:
            return (
                f"Each entry of {block.name} acts on its own entries of the output, inside a function, and is right "
                f"nowhere. Its gradient is a sum over {kept} of upstream gradient · slope · what {block.name} is "
                "multiplied by. The slope goes to other blocks too, which agree: look at the sum, and at what is "
                "multiplied (of which step, before or after what).",
                says,
            )
        others = {"R alone": np.ones_like(R), "R · the output": layer.output}
        others |= {f"R · {name}": x for name, x in layer.inputs.items() if x.shape == R.shape}
        sums = {text: _summed(R * x, axes, p.shape) for text, x in others.items()}
        instead = next((text for text, total in sums.items() if np.allclose(total, block.analytic)), "something else")
        return (
            f"{block.name} multiplies a quantity h in the output, so its gradient is the sum of R · h over {kept}. "
            f"The analytic one is the sum of {instead}: look at what backward takes for h (what went into the "
            "product: normalised, activated, of the right step).",
            says,
        )
    return None


def _is_bias(layer: LayerProbe, blocks: list[Block], dZ: Floats) -> bool:
    """Is it added to x @ W, so that the same dZ makes the gradient of a weight?"""
    rows = dZ.reshape(-1, dZ.shape[-1]) if dZ.ndim else dZ.reshape(1, 1)
    for x in layer.inputs.values():
        flat = x.reshape(-1, x.shape[-1]) if x.ndim else x.reshape(1, 1)
        if len(flat) == len(rows):
            made = flat.T @ rows
            same = (w.numeric for w in blocks if w.shape == made.shape)
            if any(np.allclose(made, n, rtol=FORWARD_TELLS, atol=FORWARD_TELLS * np.max(np.abs(n))) for n in same):
                return True
    return False


def _places(shape: tuple[int, ...], into: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
    """Ways in which the axes of a block may lie in the output, in their order; the last ones first, as NumPy does."""
    for axes in reversed(list(itertools.combinations(range(len(into)), len(shape)))):
        if all(n in (1, into[axis]) for n, axis in zip(shape, axes, strict=True)):
            yield axes


def _summed(values: Floats, axes: tuple[int, ...], shape: tuple[int, ...]) -> Floats:
    """The sum over all axes but these, and over those of these along which the block has one entry."""
    rest = tuple(axis for axis in range(values.ndim) if axis not in axes)
    left = values.sum(axis=rest)
    one = tuple(i for i, n in enumerate(shape) if n == 1)
    return np.asarray(left.sum(axis=one, keepdims=True) if one else left)
