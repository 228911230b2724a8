"""Rules on products of matrices: a weight left out or not transposed, axes mixed up by a reshape, a wrong slope."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gradlab.diagnosis.case import CERTAIN, Case, capital
from gradlab.diagnosis.evidence import tolerance
from gradlab.diagnosis.finding import Finding
from gradlab.verdict.blocks import Block

Array = NDArray[Any]


def weight_left_out(case: Case) -> Iterator[Finding]:
    """GL131 On the way down a weight is left out, or stands where its transpose belongs."""
    if case.layer is None:
        return
    weights = [b for b in case.blocks.values() if len(b.shape) == 2 and min(b.shape) > 1]
    held = {n: v for n, v in case.layer.inputs.items() if v.ndim == 2 and min(v.shape) > 1}
    matrices = {**held, **{b.name: b.theta for b in weights}}
    for block in case.entrywise:
        for name, W in matrices.items():
            if name != block.name and (said := _one_weight(block, name, W)):
                yield case.finding("GL131", [block], *said, CERTAIN)
                return


def _one_weight(block: Block, name: str, W: Array) -> tuple[str, str] | None:
    for across in (False, True):  # examples as rows, or as columns
        A, numeric, bound = block.analytic, block.numeric, tolerance(block)
        if across and A.ndim > 1:
            A, numeric, bound = (np.swapaxes(v, -1, -2) for v in (A, numeric, bound))
        for V, how in ((W, "W"), (W.T, "Wᵀ")):
            if V.shape != (A.shape[-1:] * 2 if A.ndim else ()):
                continue
            if _fits(A @ V, numeric, bound):
                return (
                    f"The gradient of {block.name} lacks the product with {name}: it is handed down without passing "
                    f"through the weights. Multiply by {name}, transposed.",
                    f"numeric = analytic times {name} in all {block.size} entries",
                )
            if np.linalg.cond(V) < 1e8 and _fits(np.linalg.solve(V.T, A[..., None])[..., 0] @ V.T, numeric, bound):
                return (
                    f"The gradient of {block.name} is made with {name} where its transpose belongs, or the reverse. "
                    "Both have one shape here, so only the numbers tell.",
                    f"numeric = analytic · {how}⁻¹ · transpose in all {block.size} entries",
                )
    return None


def _fits(guess: Array, numeric: Array, bound: Array) -> bool:
    room = np.maximum(3 * bound, 1e-9 * np.max(np.abs(numeric)))
    return guess.shape == numeric.shape and bool(np.all(np.abs(guess - numeric) <= room))


def reshaped(case: Case) -> Iterator[Finding]:
    """GL132 A weight's gradient has its factors mixed up: a reshape where a transpose belongs."""
    layer = case.layer
    if layer is None:
        return
    R = layer.upstream
    for block in case.entrywise:
        if len(block.shape) != 2 or min(block.shape) < 2:
            continue
        for name, x in layer.inputs.items():
            if name == block.name or x.ndim < 2 or x.ndim > 4 or R.ndim > 4 or max(x.ndim, R.ndim) < 3:
                continue
            if _mixed(block.analytic, x, R) or _mixed(block.analytic.T, x, R):
                yield case.finding(
                    "GL132",
                    [block],
                    f"The gradient of {block.name} pairs the wrong examples: {name} or the upstream gradient is "
                    "reshaped where its axes should be moved first (transpose, then reshape, or tensordot).",
                    f"analytic = {name} and R, reshaped in another order of their axes, multiplied",
                    CERTAIN,
                )
                return


def _mixed(A: Array, x: Array, R: Array) -> bool:
    """Is A a product of x and R with some order of axes before the reshape, other than the right one?"""
    K, M = A.shape
    if x.size % K or R.size % M or x.size // K != R.size // M:
        return False
    plain = [v.reshape(-1, n) for v, n in ((x, K), (R, M))]
    right = plain[0].T @ plain[1]
    for p in itertools.permutations(range(x.ndim)):
        left = x.transpose(p).reshape(K, -1)
        for q in itertools.permutations(range(R.ndim)):
            guess = left @ R.transpose(q).reshape(-1, M)
            size = float(np.sum(guess * guess))
            if size == 0 or _same(guess, right):
                continue
            c = float(np.sum(A * guess)) / size
            if c != 0 and _same(A, c * guess):
                return True
    return False


def _same(a: Array, b: Array) -> bool:
    return bool(np.max(np.abs(a - b)) <= 1e-9 * np.max(np.abs(b)))


def another_activation(case: Case) -> Iterator[Finding]:
    """GL130 The derivative of an activation is there and should not be, or is missing."""
    layer = case.layer
    if layer is None or not case.entrywise or case.wrong != case.entrywise:
        return
    Y, R = layer.output, layer.upstream
    slopes = {"1 − Y² (tanh)": 1 - Y**2, "Y·(1 − Y) (sigmoid)": Y * (1 - Y), "Y > 0 (relu)": (Y > 0) * 1.0}
    for name, slope in slopes.items():
        ways = [(R * slope, "lacks", "multiply the upstream gradient by it")]
        if np.all(np.abs(slope) > 1e-8):
            ways.append((R / slope, "has", "the layer's forward has no such activation, or it is derived already"))
        for up, verb, look in ways:
            found = layer.backward(up)
            if all(_fits(found[b.name], b.numeric, tolerance(b)) for b in case.wrong):
                much = "" if verb == "lacks" else " too much"
                yield case.finding(
                    "GL130",
                    case.wrong,
                    f"{capital(case.gradient(case.wrong))} {verb} the factor {name}{much}, with the layer's output "
                    f"Y: {look}.",
                    f"numeric = backward(R {'·' if verb == 'lacks' else '/'} slope) in all wrong blocks",
                    CERTAIN,
                )
                return
