"""Rules of last resort: no cause, but where to look, from which blocks and entries agree. They need no names."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from gradlab.diagnosis.case import Case, capital, place_of
from gradlab.diagnosis.finding import Finding
from gradlab.diagnosis.structure import by_name, is_input
from gradlab.verdict.blocks import Block, Verdict

NOTHING_BUT_WHERE = "GL147"
CONSISTENT = {
    "GL121": "It is the gradient of no cost at all: one formula, or one step of the chain rule, is wrong.",
    "GL122": "It is the gradient of another cost, so the chain rule is followed: a function differs, such as the "
    "loss, "
    "its derivative, a term or a factor.",
}

IN_COMMON = (
    "Every block is wrong. What they have in common comes first on the way back: look at the derivative of the loss "
    "and of the last step before the output, and whether cost and gradient use the same data."
)
UNKNOWN_START = (
    "Every block is wrong, and none tells where it begins: at the derivative of the loss, or at a step that all "
    "blocks share on the way back, such as what is handed from one step of a sequence to the one before, a product "
    "with a weight or its transpose, and outputs that are coupled, as by a softmax or a normalisation."
)

MOSTLY_WRONG = 0.8  # share of the entries before a border that must be wrong


def only_the_input(case: Case) -> Iterator[Finding]:
    """GL123 Every parameter of a layer agrees, and its input does not: what is handed down is wrong."""
    agree = [b for b in case.tested if b.verdict is Verdict.AGREES]
    if case.layer is None or not agree or not case.wrong or len(case.wrong) + len(agree) < len(case.blocks):
        return
    if all(is_input(b.name) for b in case.wrong) and not all(is_input(b.name) for b in agree):
        yield case.finding(
            "GL123",
            case.wrong,
            f"Only {case.name(case.wrong)} is wrong, the gradient that is handed down; the layer's own parameters "
            "agree. So the way down to them is right: look at the last line, the product with the weights (a "
            "transpose?) and the sum over all paths that use this input.",
            f"agree: {', '.join(b.name for b in agree)}; wrong: {', '.join(b.name for b in case.wrong)}",
        )


def run_of_entries(case: Case) -> Iterator[Finding]:
    """GL143 The first or last entries of one vector are wrong, the others agree: parts of an unrolled vector."""
    for block in case.entrywise:
        wrong = np.flatnonzero((block.verdicts == Verdict.WRONG).ravel())
        if len(block.shape) != 1 or wrong.size < 3 or wrong.size == block.size or len(case.blocks) > 1:
            continue
        first, last = int(wrong[0]), int(wrong[-1])
        run = last - first + 1
        if wrong.size < MOSTLY_WRONG * run or (first > 0 and last < block.size - 1 and run > block.size / 2):
            continue
        if block.size - run < 2:
            continue
        behind = (
            " If several arrays are unrolled here in the order of the layers, the upper ones are right and the lower "
            "ones are not: look at the step that hands the gradient down."
            if first == 0
            else ""
        )
        yield case.finding(
            "GL143",
            [block],
            f"The wrong entries of {block.name} lie in one run, from {first} to {last}; the others agree.{behind} "
            "Which array lies there? Pass it under a name of its own, and more can be said.",
            f"{wrong.size} of the {run} entries from {first} to {last} are wrong, of {block.size}",
        )


def only_one_block(case: Case) -> Iterator[Finding]:
    """GL148 One block is wrong and all others agree: the line that makes it."""
    agree = [b for b in case.tested if b.verdict is Verdict.AGREES]
    if len(case.wrong) == 1 and agree and np.isfinite(case.wrong[0].analytic).all():
        block = case.wrong[0]
        yield case.finding(
            "GL148",
            [block],
            f"Only {block.name} is wrong, and {case.name(agree)} {'agree' if len(agree) > 1 else 'agrees'}. The "
            f"mistake is in the lines that make {block.name} alone: a sum over the wrong axis, = for +=, a factor "
            f"or a term that the others do not have.{_or_above(case, block)}",
            _where(case),
        )


def _or_above(case: Case, block: Block) -> str:
    """Nothing below the lowest layer shows whether what comes down to it is right, unless its own bias does."""
    order = case.parameters
    structure = case.structure
    layer = by_name(structure).get(block.name) if structure else None
    shown = layer is not None and any(b.verdict is Verdict.AGREES for b in layer.blocks)
    if shown or is_input(block.name) or len(order) < 2 or not (order[0] is block or order[-1] is block):
        return ""
    above = (order[1] if order[0] is block else order[-2]).name
    return (
        f" Or it lies on the way down from {above} to {block.name}, if nothing is below: in the derivative of an "
        "activation, in what comes from later steps of a sequence, in a gate or a branch."
    )


def everything(case: Case) -> Iterator[Finding]:
    """GL147 Where the wrong entries are, if nothing more can be said of them."""
    if not case.entrywise:
        yield from _along(case)
        return
    agree = [b for b in case.tested if b.verdict is Verdict.AGREES]
    wrong = case.name(case.wrong)
    if agree:
        verb = "is" if len(case.wrong) == 1 else "are"
        look = f"{capital(wrong)} {verb} wrong, {case.name(agree)} {'agree' if len(agree) > 1 else 'agrees'}."
        look += _border(case) or " Look at what the wrong ones have in common and the others have not."
    elif len(case.blocks) > 1:
        look = IN_COMMON
    else:
        block = case.wrong[0]
        whole = block.wrong_count == block.size
        look = f"{'Every entry' if whole else f'{block.wrong_count} of {block.size} entries'} of {block.name} "
        look += f"{'is' if whole else 'are'} wrong, and no simple mistake explains them. "
        look += _all_but(block)
        look += f"Begin at {place_of(block)}: write down its derivative, and compare the number."
    yield case.finding("GL147", case.wrong, look, _where(case))


def _all_but(block: Block) -> str:
    """The rows or columns that are right, if they are few and right as a whole: what sets them apart may tell."""
    for axis in range(len(block.shape) if len(block.shape) > 1 else 0):
        wrong = np.moveaxis(block.verdicts == Verdict.WRONG, axis, 0).reshape(block.shape[axis], -1)
        right = np.flatnonzero(~wrong.any(axis=1))
        others = np.delete(wrong, right, axis=0)
        if wrong.shape[1] > 1 and 0 < right.size < len(wrong) / 2 and others.mean() > MOSTLY_WRONG:
            places = ", ".join(map(str, right[:4].tolist())) + (", …" if right.size > 4 else "")
            return f"Along axis {axis} all are wrong but {places}: what sets them apart? "
    return ""


def _border(case: Case) -> str:
    """Where the wrong blocks end, if params begin or end with them: a chain is right down to there, and not below."""
    order = [b for b in case.parameters if b in case.tested]
    kinds = [verdict for verdict, _ in itertools.groupby(b.verdict for b in order)]
    if len(kinds) != 2 or len(case.wrong) < 2 or any(b not in order for b in case.wrong):
        return ""
    n = next(i for i, block in enumerate(order) if block.verdict is not order[0].verdict)
    first_wrong = kinds[0] is Verdict.WRONG
    here, above = (order[n - 1], order[n]) if first_wrong else (order[n], order[n - 1])
    if here.shape == above.shape and sum(size > 1 for size in here.shape) > 1:
        return ""  # as likely side by side as one above the other: Wk and Wv
    way = "input to output" if first_wrong else "output to input"
    return (
        f" So if params are listed from {way}, what comes down to {above.name} is right, and what goes on from there "
        f"to {here.name} is not. Look between the two: the derivative of an activation, the product with "
        f"{above.name}, a branch or a term that is not added."
    )


def _along(case: Case) -> Iterator[Finding]:
    """GL147 Of blocks that were compared along random directions: the entry that was found, and how to learn more."""
    blocks = [block for block in case.wrong if block.directions]
    if not blocks:
        return
    first, verb = blocks[0], "is" if len(blocks) == 1 else "are"
    found = f" The search for a wrong entry ended at {place_of(first)}." if first.worst.index else ""
    yield case.finding(
        "GL147",
        blocks,
        f"{capital(case.name(blocks))} {verb} wrong along random directions, which mix all entries.{found} More can "
        f"be said entry by entry: check again with only=[{first.name!r}] and without directions, or a part of it by "
        "a mask.",
        "; ".join(f"{b.name}: {b.wrong_count} of {b.tested_count} comparisons" for b in blocks[:4]),
    )


def with_symmetry(place: Finding, symmetry: Finding) -> Finding:
    """Where nothing else is known, the place and whether the gradient is that of any cost, in one sentence more."""
    told = place.message.replace(IN_COMMON, UNKNOWN_START) if symmetry.code == "GL121" else place.message
    message = f"{told} {CONSISTENT[symmetry.code]}"
    return replace(place, message=message, evidence=f"{place.evidence}; {symmetry.evidence}")


def _where(case: Case) -> str:
    parts = [
        f"{b.name}: {b.wrong_count} of {b.size} wrong, most at {place_of(b)}, analytic {b.worst.analytic:.6g}, "
        f"numeric {b.worst.numeric:.6g}"
        for b in case.wrong[:3]
    ]
    return "; ".join(parts) + (f"; and {len(case.wrong) - 3} more" if len(case.wrong) > 3 else "")
