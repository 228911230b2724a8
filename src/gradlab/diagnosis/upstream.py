"""Rules on what backward does with its upstream gradient R: ignored, handed on, or used once where it counts "
"often."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gradlab.diagnosis.case import CERTAIN, Case
from gradlab.diagnosis.finding import Finding
from gradlab.verdict.blocks import Block, Verdict

FEW = 45  # entries of R up to which all sums of two to four are tried
SAME = 1e-11  # share of the largest entry within which two numbers are one


def not_linear(case: Case) -> Iterator[Finding]:
    """GL135 Twice the upstream gradient does not give twice the gradients."""
    layer = case.layer
    if layer is None or not case.entrywise:
        return
    once, twice = layer.backward(layer.upstream), layer.backward(2 * layer.upstream)
    off = [b for b in case.entrywise if not _close(twice[b.name], 2 * once[b.name])]
    if not off:
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
            f"backward is not linear in its upstream gradient in {name}: with twice of it, the answer is not "
            "twice as "
            "large. Is it clipped, normalised or squared on the way?"
        )
    first = off[0]
    at = np.unravel_index(int(np.argmax(np.abs(twice[first.name] - 2 * once[first.name]))), first.shape)
    numbers = f"{once[first.name][at]:.6g} with R, {twice[first.name][at]:.6g} with 2R"
    index = f"[{', '.join(str(int(i)) for i in at)}]" if first.shape else ""
    yield case.finding("GL135", off, message, f"{first.name}{index}: {numbers}", CERTAIN)


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


def one_use(case: Case) -> Iterator[Finding]:
    """GL124 Entries are used several times, and the gradient has one of the uses, or puts it in another place."""
    layer = case.layer
    if layer is None:
        return
    R, found = layer.upstream.ravel(), []
    for block in case.entrywise:
        wrong = block.verdicts == Verdict.WRONG
        analytic, numeric = block.analytic[wrong], block.numeric[wrong]
        if R.size < 2 or (block.shape == layer.upstream.shape and _close(block.analytic, layer.upstream)):
            continue
        for share in (1, 4, 9, 2, 3):
            sums = _sums(R / share)
            among = R / share if sums is None else sums
            live = analytic != 0
            if np.sum(live) < min(2, wrong.sum()) or np.any(
                _off(analytic[live], among) > SAME * np.abs(analytic[live])
            ):
                continue
            if sums is not None and not np.all(_off(numeric, sums) <= np.maximum(2 * block.bound[wrong], 1e-12)):
                continue
            found.append(
                case.finding(
                    "GL124",
                    [block],
                    f"Entries of {block.name} are used in several outputs; their gradient has one use of several, "
                    "or lies in the wrong place. Add up with += (np.add.at where an index is repeated), and look at "
                    "the windows, the stride and the index by which the upstream gradient is put back.",
                    f"all {int(wrong.sum())} wrong entries are entries of the upstream gradient R, sums of some, "
                    + ("or 0" if sums is None else "or 0; the numeric ones are sums of others"),
                    CERTAIN,
                )
            )
            break
    if len(found) == len(case.wrong):  # else another mistake spoils them all: each bias has sums of R
        yield from found


def _off(values: NDArray[Any], among: NDArray[Any]) -> NDArray[Any]:
    """How far each is from the nearest of the others."""
    return np.asarray([np.min(np.abs(among - value)) for value in values])


def _sums(R: NDArray[Any]) -> NDArray[Any] | None:
    """0 and all sums of one to four entries; None where there are too many to tell anything."""
    if R.size > FEW:
        return None
    most = 4 if R.size <= FEW // 2 else 3
    picked = (R[list(itertools.combinations(range(R.size), k))] for k in range(1, min(most, R.size) + 1))
    return np.concatenate([[0.0], *(np.sum(entries, axis=1) for entries in picked)])


def _close(a: NDArray[Any], b: NDArray[Any]) -> bool:
    size = float(np.max(np.abs(b), initial=0.0))
    return a.shape == b.shape and bool(np.max(np.abs(a - b), initial=0.0) <= 1e-9 * size)


def place_of(block: Block) -> str:
    """The worst entry, as one would type it."""
    return f"{block.name}[{', '.join(map(str, block.worst.index))}]" if block.worst.index else block.name
