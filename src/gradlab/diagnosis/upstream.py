"""Rules on what backward does with its upstream gradient R: ignored, handed on, lost on one of several paths."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gradlab.diagnosis.case import CERTAIN, Case
from gradlab.diagnosis.evidence import tolerance
from gradlab.diagnosis.finding import Finding
from gradlab.precision import format_entry
from gradlab.verdict.blocks import Verdict

ASKED = 6  # wrong entries of which it is asked into which outputs they go
MOST_PAIRED = 200  # entries of R up to which sums of two are tried
SAME = 1e-11  # share of the largest entry within which two numbers are one


def not_linear(case: Case) -> Iterator[Finding]:
    """GL135 Twice the upstream gradient does not give twice the gradients."""
    layer = case.layer
    if layer is None or not case.entrywise:
        return
    once, twice = layer.backward(layer.upstream), layer.backward(2 * layer.upstream)
    off = [b for b in case.entrywise if not _close(twice[b.name], 2 * once[b.name])]
    if not off:
        yield from _by_sign(case, once)
        return
    name = case.name(off)
    if all(_close(twice[b.name], once[b.name]) for b in off):
        message = (
            f"backward ignores its upstream gradient in {name}: with twice of it, the answer is the same. Multiply "
            "by what comes from above."
        )
    elif any(np.any(layer.backward(0 * layer.upstream)[b.name]) for b in off):
        message = (
            f"A term of {name} is not multiplied by the upstream gradient: with an upstream gradient of zeros, "
            "backward does not return zeros."
        )
    else:
        message = (
            f"backward is not linear in its upstream gradient in {name}: with twice of it, the answer is not twice "
            "as large. Is it clipped, normalised or squared on the way?"
        )
    first = off[0]
    at = np.unravel_index(int(np.argmax(np.abs(twice[first.name] - 2 * once[first.name]))), first.shape)
    numbers = f"{once[first.name][at]:.6g} with R, {twice[first.name][at]:.6g} with 2R"
    index = f"[{', '.join(str(int(i)) for i in at)}]" if first.shape else ""
    yield case.finding("GL135", off, message, f"{first.name}{index}: {numbers}", CERTAIN)


def _by_sign(case: Case, once: Mapping[str, NDArray[Any]]) -> Iterator[Finding]:
    """GL135 Minus the upstream gradient does not give minus the gradients: backward looks at its sign."""
    assert case.layer is not None
    minus = case.layer.backward(-case.layer.upstream)
    off = [b for b in case.entrywise if not _close(minus[b.name], -once[b.name])]
    if off:
        first = off[0]
        at = np.unravel_index(int(np.argmax(np.abs(minus[first.name] + once[first.name]))), first.shape)
        index = f"[{', '.join(str(int(i)) for i in at)}]" if first.shape else ""
        yield case.finding(
            "GL135",
            off,
            f"backward looks at the sign of its upstream gradient in {case.name(off)}: with minus of it, the answer "
            "is not minus the answer. A mask such as x > 0 belongs to what went forward, not to what comes back.",
            f"{first.name}{index}: {once[first.name][at]:.6g} with R, {minus[first.name][at]:.6g} with −R",
            CERTAIN,
        )


def asked_otherwise(says: str, names: list[str]) -> Finding:
    """GL135 Backward is right for R itself, and wrong where the same is asked in another way."""
    return Finding("GL135", None, says, "right for the upstream gradient R itself", tuple(names), CERTAIN)


def handed_on(case: Case) -> Iterator[Finding]:
    """GL144 The gradient of an input is the upstream gradient itself."""
    layer = case.layer
    for block in case.entrywise if layer else []:
        R = layer.upstream  # type: ignore[union-attr]
        if block.shape == R.shape and block.size > 1 and _close(block.analytic, R):
            yield case.finding(
                "GL144",
                [block],
                f"The gradient of {block.name} is the upstream gradient, unchanged: the derivative of this layer is "
                "left out.",
                f"analytic = R in all {block.size} entries",
                CERTAIN,
            )


def skipped(case: Case) -> Iterator[Finding]:
    """GL150 The upstream gradient itself is missing in the gradient of an input, or is there once too often."""
    layer = case.layer
    for block in case.entrywise if layer else []:
        R = layer.upstream  # type: ignore[union-attr]
        if block.shape != R.shape or block.size < 2:
            continue
        for times, what in ((1.0, "lacks the upstream gradient"), (-1.0, "has the upstream gradient too much")):
            if np.all(np.abs(block.numeric - block.analytic - times * R) <= 3 * tolerance(block)):
                yield case.finding(
                    "GL150",
                    [block],
                    f"The gradient of {block.name} {what}: a path on which {block.name} is added to the output "
                    f"unchanged, as in a residual connection, is {'left out' if times > 0 else 'counted twice'}.",
                    f"numeric − analytic = {'' if times > 0 else '−'}R in all {block.size} entries",
                    CERTAIN,
                )


def one_use(case: Case) -> Iterator[Finding]:
    """GL124 Entries are used several times, and the gradient has one of the uses, or puts it in another place."""
    layer, said = case.layer, []
    for block in case.entrywise if layer else []:
        wrong = np.flatnonzero((block.verdicts == Verdict.WRONG).ravel())
        picked = wrong[np.unique(np.linspace(0, wrong.size - 1, ASKED).astype(int))]
        uses = [_uses(case, block.name, int(i)) for i in picked]
        shares = np.array([u.share for u in uses if u.outputs.size])
        if not shares.size or np.any(shares == 0) or np.ptp(shares) > 1e-5 * np.abs(shares).max():
            continue
        R = shares[0] * layer.upstream.ravel()  # type: ignore[union-attr]
        found = [_among(R, u.outputs, block.analytic.flat[i]) for i, u in zip(picked, uses, strict=True)]
        if None in found:
            continue
        i, use = max(zip(picked, uses, strict=True), key=lambda pair: pair[1].outputs.size)
        at = format_entry(block.name, np.unravel_index(i, block.shape))
        shape = layer.upstream.shape  # type: ignore[union-attr]
        outputs = [format_entry("", np.unravel_index(k, shape)) for k in use.outputs[:4]]
        many = "" if use.outputs.size <= 4 else f" and {use.outputs.size - 4} more"
        if use.outputs.size > 1 and "elsewhere" not in found:
            message = (
                f"Entries of {block.name} are used in several outputs, and their gradient has some of these uses "
                "only. Add up with += (np.add.at where an index is repeated; a sum over the axis along which it is "
                "broadcast), and look at windows that overlap."
            )
        else:
            message = (
                f"The upstream gradient is put back in the wrong places of {block.name}: each number is right, its "
                "index is not. Look at the index, the window, the stride and the order of axes by which backward "
                "finds the entry that went forward."
            )
        said.append(
            case.finding(
                "GL124",
                [block],
                message,
                f"{at} goes into output{' and output'.join(outputs)}{many}, and its gradient is "
                f"{block.analytic.flat[i]:.6g} for {block.numeric.flat[i]:.6g}; so in all {len(picked)} wrong "
                "entries that were looked at",
                CERTAIN,
            )
        )
    if len(said) == len(case.wrong):  # else another mistake spoils them all: each bias has sums of R
        yield from said


@dataclass(frozen=True)
class _Uses:
    """The outputs in which an entry stands as it is, and its share there; a share of 0 if it is mixed with others."""

    outputs: NDArray[np.int_]
    share: float


def _uses(case: Case, name: str, i: int) -> _Uses:
    """From the change of all outputs when one entry moves: each changes by the same share, or not at all."""
    assert case.layer is not None
    column = case.layer.change(name, i)
    moved = np.flatnonzero(np.abs(column) > 1e-6 * np.max(np.abs(column), initial=1e-300))
    share = float(np.mean(column[moved])) if moved.size else 0.0
    alike = moved.size and np.ptp(column[moved]) <= 1e-6 * abs(share)
    nearest = 1 / round(1 / share) if alike and 1e-3 < share < 1.5 else 0.0  # 1, or 1/4 of an average over 4
    return _Uses(moved, nearest if abs(nearest - share) <= 1e-5 * abs(share) else 0.0)


def _among(R: NDArray[Any], outputs: NDArray[np.int_], analytic: float) -> str | None:
    """Is the analytic entry a sum of some of its uses ("some"), or of entries of R elsewhere, or 0 ("elsewhere")?"""
    size = SAME * float(np.max(np.abs(R)))
    here = R[outputs]
    if analytic != 0 and outputs.size:
        few = min(outputs.size, 10 if outputs.size <= 10 else 2)
        parts = [
            np.sum(here[list(c)]) for k in range(1, few + 1) for c in itertools.combinations(range(here.size), k)
        ]
        parts += list(np.sum(here) - np.array(parts)) + list(np.cumsum(here)) + list(np.cumsum(here[::-1]))
        if np.min(np.abs(np.array(parts) - analytic)) <= size:
            return "some"
    if analytic == 0:
        return "some" if outputs.size > 1 else "elsewhere"
    pairs = R[:, None] + R[None, :] if R.size <= MOST_PAIRED else np.empty(0)
    return "elsewhere" if min(np.min(np.abs(v - analytic), initial=np.inf) for v in (R, pairs)) <= size else None


def _close(a: NDArray[Any], b: NDArray[Any]) -> bool:
    size = float(np.max(np.abs(b), initial=0.0))
    return a.shape == b.shape and bool(np.max(np.abs(a - b), initial=0.0) <= 1e-9 * size)
