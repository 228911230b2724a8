"""Rules that ask a layer for one output at a time: where an entry goes, and what comes back from there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gradlab.diagnosis.case import CERTAIN, Case
from gradlab.diagnosis.contracted import FORWARD_TELLS, index_of
from gradlab.diagnosis.finding import Finding
from gradlab.diagnosis.probe import LayerProbe
from gradlab.verdict.blocks import Block

Floats = NDArray[Any]
Mask = NDArray[np.bool_]

MOST_OUTPUTS = 300  # outputs of a layer, up to which backward is called once for each
MOST_ENTRIES = 60_000  # entries of a Jacobian, up to which it is made by differences
SAME = 1e-7  # share of the largest entry: the error of a central difference of forward, where the fit is exact


def some_uses(case: Case) -> Iterator[Finding]:
    """GL124 Backward is right for some of the outputs that an entry goes into, and lacks the others altogether."""
    for block, A, _, wrong in _compared(case):
        if np.any(A[wrong]) or not np.any(A):
            continue
        partly = np.flatnonzero(wrong.any(axis=0) & (A != 0).any(axis=0))
        if partly.size < wrong.any(axis=0).sum() / 2:
            continue
        R = case.layer.upstream  # type: ignore[union-attr]
        j = int(partly[np.argmax(wrong[:, partly].sum(axis=0))])
        lost, kept = np.flatnonzero(wrong[:, j]), np.flatnonzero((A[:, j] != 0) & ~wrong[:, j])
        straight = block.shape == R.shape and not np.any(A[~np.eye(block.size, dtype=bool)])
        look = (
            "Backward goes straight through, entry by entry, and forward takes entries together: a softmax or a "
            "normalisation, a sum, a step that hands something on to the next."
            if straight
            else "Add up (+= for windows that overlap and indices that are repeated, a sum over the axis along which "
            "it is used again), and follow every path back (later steps of a sequence, a second branch)."
        )
        yield case.finding(
            "GL124",
            [block],
            f"Entries of {block.name} go into several outputs, and their gradient has what comes back from some of "
            f"them only: {block.name}{index_of(j, block.shape)} lacks {_listed(lost, R)}, and has "
            f"{_listed(kept, R)}. {look}",
            f"{int(wrong.sum())} derivatives of an output are 0 in backward and not in forward, all others agree",
            CERTAIN,
        )


def other_places(case: Case) -> Iterator[Finding]:
    """GL132 Backward takes the gradient of an entry from outputs that do not use it, or by the numbers of others."""
    for block, A, N, wrong in _compared(case):
        strays = (N == 0) & (np.abs(A) > FORWARD_TELLS * np.max(np.abs(A)))
        said = _from_strangers(case, block, A, N, strays) if strays.any() else ""
        says = f"{int(strays.sum())} derivatives of an output are 0 in forward and not in backward"
        if not said and wrong.sum() >= 4 and _same_numbers(A, N) and not _same_numbers(block.analytic, block.numeric):
            said = (
                f"{block.name} is multiplied by the right numbers in the wrong places: in its Jacobian each number "
                "of forward is there, at another entry. Look for a reshape where a transpose belongs, in what it is "
                "multiplied by, for the order of axes, halves or gates, and for the direction of a window."
            )
            says = f"{int(wrong.sum())} of {wrong.size} derivatives of an output are wrong; sorted by size, all agree"
        if said:
            yield case.finding("GL132", [block], said, says, CERTAIN)


def _from_strangers(case: Case, block: Block, A: Floats, N: Floats, strays: Mask) -> str:
    """Which outputs the worst entry goes into, and from which its gradient comes."""
    R = case.layer.upstream  # type: ignore[union-attr]
    used = np.flatnonzero(strays.any(axis=0) & (N != 0).any(axis=0))  # better told by an entry that has a use
    j = int(used[0] if used.size else np.argmax(strays.sum(axis=0)))
    into, taken = np.flatnonzero(N[:, j]), np.flatnonzero(strays[:, j])
    look = (
        "Look at the axis of a mean or a sum, at the order of axes before and after a reshape, at groups, padding, "
        "windows, strides and indices, and at what a mask is made from."
        if ((N != 0) & (A == 0)).any()
        else "Look at what leaves these outputs out in forward: a mask (a relu that is closed), the order of steps, "
        "a window, a group, an index, or the axis of a mean or a sum."
    )
    uses = f"goes into {_listed(into, R)}" if into.size else "goes into no output"
    return (
        f"Backward takes the gradient of {block.name} from outputs that do not use it: "
        f"{block.name}{index_of(j, block.shape)} {uses}, and backward also takes it from {_listed(taken, R)}. {look}"
    )


def some_outputs(case: Case) -> Iterator[Finding]:
    """GL138 What comes back from some slices of the output is wrong, from the others it is right."""
    found = list(_compared(case))
    if not found or len(found) < len(case.wrong):
        return
    R = case.layer.upstream  # type: ignore[union-attr]
    rows = np.any([wrong.any(axis=1) for *_, wrong in found], axis=0).reshape(R.shape)
    for axis, n in enumerate(R.shape):
        there = np.moveaxis(rows, axis, 0).reshape(n, -1)
        some = np.flatnonzero(there.any(axis=1))
        if not 0 < some.size <= 2 * n / 3 or n < 2 or there[some].mean() < 0.5:
            continue
        at = [":"] * R.ndim
        run = some[-1] - some[0] + 1 == some.size
        at[axis] = str(some[0]) if some.size == 1 else f"{some[0]}:{some[-1] + 1}" if run else str(some.tolist())
        yield case.finding(
            "GL138",
            [block for block, *_ in found],
            f"Only what comes back from output[{', '.join(at)}] is wrong, in {case.gradient(case.wrong)}; what comes "
            "back from the other outputs is right. Look at what is done to these and not to the others: the first or "
            "the last step, a border, a mask, a choice.",
            "backward was asked for each output by itself, and compared with differences of forward",
            CERTAIN,
        )
        return


def _compared(case: Case) -> Iterator[tuple[Block, Floats, Floats, Mask]]:
    """The wrong blocks of a small layer, backward's Jacobian and forward's, and where these differ."""
    layer = case.layer
    if layer is None or not 1 < layer.upstream.size <= MOST_OUTPUTS:
        return
    for block in case.entrywise:
        if 1 < block.size <= MOST_ENTRIES / layer.upstream.size:
            A, N = layer.jacobians(block.name)
            size = float(np.max(np.abs(N)))
            linear = np.max(np.abs(layer.upstream.ravel() @ A - block.analytic.ravel())) <= 1e-9 * size
            wrong = np.abs(A - N) > FORWARD_TELLS * size
            if linear and wrong.any():
                yield block, A, N, wrong


def _same_numbers(A: Floats, N: Floats) -> bool:
    """Are the entries those of the other matrix in another order, and many of them different?"""
    a, n = np.sort(A.ravel()), np.sort(N.ravel())
    size = float(np.max(np.abs(n)))
    return bool(np.max(np.abs(a - n)) <= SAME * size) and np.unique(np.round(n / size, 6)).size >= 4


def _listed(places: NDArray[np.int_], R: Floats) -> str:
    shown = ", ".join(f"output{index_of(int(i), R.shape)}" for i in places[:2])
    return shown + (f" and {places.size - 2} more" if places.size > 2 else "")


def first_step_back(case: Case) -> Iterator[Finding]:
    """GL160 All blocks are right but for one factor, or one matrix, for each output: the last step of forward."""
    layer = case.layer
    if layer is None or len(case.wrong) < len(case.tested):
        return
    found = list(_compared(case))
    if len(found) < len(case.wrong):
        return
    A, N = (np.concatenate([pair[k] for pair in found], axis=1) for k in (1, 2))
    said = _factor_of_each(layer, A, N) or _coupled(layer, A, N)
    if said:
        yield case.finding("GL160", case.wrong, *said, CERTAIN)


def _factor_of_each(layer: LayerProbe, A: Floats, N: Floats) -> tuple[str, str] | None:
    """Is each row of one a multiple of that of the other, where rows have enough entries to tell?"""
    known = np.count_nonzero(A, axis=1) >= 2
    if known.sum() < 3 or known.mean() < 0.5:
        return None
    c = np.sum(A * N, axis=1) / np.where(known, np.sum(A * A, axis=1), 1)
    if np.max(np.abs(N - c[:, None] * A)[known]) > SAME * np.max(np.abs(N)) or np.any(N[~known & ~A.any(axis=1)]):
        return None
    if np.ptp(c[known]) <= 1e-3 * np.max(np.abs(c[known])):
        return None
    Y, each = layer.output.ravel()[known], c[known]
    some = np.argsort(each)[[0, len(Y) // 2, -1]]
    pairs = ", ".join(f"{each[i]:.4g} times where the output is {Y[i]:.4g}" for i in some)
    along = _constant_along(c.reshape(layer.output.shape), known.reshape(layer.output.shape))
    what = (
        f"The factor is the same along axis {along} of the output: look for a weight, a gain, a length or a count "
        "that the outputs there share."
        if along is not None
        else "Look at the derivative of the last activation, and at what is done to each output by itself (a mask, a "
        "weight, a division)."
    )
    return (
        "Every block is right, up to one factor for each output. So the way down is right, and the first step back, "
        f"the one that begins at the output, is not: its derivative should be {pairs}. {what}",
        f"forward's derivatives of each output are one number times backward's, in {int(known.sum())} outputs",
    )


def _constant_along(c: Floats, known: Mask) -> int | None:
    for axis, n in enumerate(c.shape):
        if n > 1 and known.all() and c.size > n and np.max(np.ptp(c, axis=axis)) <= 1e-4 * np.max(np.abs(c)):
            return axis
    return None


def _coupled(layer: LayerProbe, A: Floats, N: Floats) -> tuple[str, str] | None:
    """Is each slice of one, along an axis of the output, a matrix times that of the other?"""
    shape = layer.output.shape
    for axis, k in enumerate(shape):
        if k < 2:
            continue
        rows = np.moveaxis(np.arange(A.shape[0]).reshape(shape), axis, -1).reshape(-1, k)
        spare = [_spare(A[r], N[r]) for r in rows]
        if None in spare or sum(spare) < 6:  # type: ignore[arg-type]
            continue
        total = layer.output.sum(axis=axis)
        softmax = np.allclose(total, 1) and np.all(layer.output >= 0)
        look = (
            "The outputs there sum to 1, as those of a softmax: its derivative couples them, the gradient is "
            "Y·(R − the sum of R·Y). Is only the diagonal, Y·(1 − Y), there?"
            if softmax
            else "That is where the last step takes outputs together: a softmax, a normalisation, a division by a "
            "sum, parts that are put side by side. Look at its derivative: the terms by which each entry acts on the "
            "others, and the order of the parts."
        )
        return (
            "Every block is right, up to a mixture of the outputs along "
            f"axis {axis}. So the way down is right, and the first step back is not, the one that begins at the "
            f"output. {look}",
            f"in each slice along axis {axis} forward's derivatives are a matrix times backward's, {sum(spare)} "  # type: ignore[arg-type]
            "equations to spare",
        )
    return None


def _spare(A: Floats, N: Floats) -> int | None:
    """Equations to spare of N = T · A; None if there is no such T."""
    size = float(np.max(np.abs(N)))
    rank = int(np.linalg.matrix_rank(A, tol=1e-8 * max(np.max(np.abs(A)), 1e-300)))
    used = int(np.count_nonzero(np.abs(A).max(axis=0) + np.abs(N).max(axis=0)))
    T = np.linalg.lstsq(A.T, N.T, rcond=1e-10)[0].T
    return (used - rank) * len(A) if np.max(np.abs(T @ A - N)) <= 1e2 * SAME * size else None


def which_output(case: Case) -> Iterator[Finding]:
    """GL138 Of several outputs the gradient through some is right, and through the others it is not."""
    layer = case.probe.outputs if case.probe else None
    if layer is None or len(layer.upstream) < 2 or not case.entrywise:
        return
    assert case.probe is not None
    rng, right, wrong = np.random.default_rng(11), [], {}
    ways = case.probe.scale * rng.choice([-1.0, 1.0], (3, case.probe.theta.size))
    for name, R in layer.upstream.items():
        alone = {other: v * (other == name) for other, v in layer.upstream.items()}
        gradient = layer.backward(alone)
        numeric = np.array([layer.slope(name, R, u) for u in ways])
        off = np.abs(ways @ gradient - numeric)
        size = np.abs(ways) @ np.abs(gradient) + np.abs(numeric)
        if np.all(off <= 1e-6 * size):
            right.append(name)
        elif np.any(off > 1e-4 * size):
            wrong[name] = gradient
    if not right or not wrong or len(right) + len(wrong) < len(layer.upstream):
        return
    names = " and ".join(wrong)
    yield case.finding(
        "GL138",
        case.wrong,
        f"The gradient that comes in through {names} is wrong, through {' and '.join(right)} it is right: look at "
        f"the way back from {names}, and where it is added to the other (before or after a step that belongs to one "
        "of them).",
        "backward was asked with an upstream gradient of zeros for all outputs but one",
        CERTAIN,
    )
