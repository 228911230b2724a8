"""The first lines of a report: the verdict in a sentence, and the course's one number beside it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from gradlab.diagnosis.undecided import STILL
from gradlab.numeric.answer import Reason
from gradlab.precision import format_entry, format_magnitude
from gradlab.report.result import Result
from gradlab.verdict.blocks import Block, Verdict


def headline(report: Result) -> str:
    """The verdict and a sentence that needs no knowledge of the method."""
    blocks, verdict = report.worst_first(), report.verdict
    these = [b.name for b in blocks if b.verdict is verdict]
    tested, size = sum(b.tested_count for b in blocks), sum(b.size for b in blocks)
    entries = "comparisons" if any(b.directions for b in blocks) else "entries"
    if len(blocks) == 1:
        where = f" in {blocks[0].counts[verdict]} of {size} {entries}"
    else:
        where = f" in {len(these)} of {len(blocks)} blocks: {names(these)}"
    left = sum(count(b, Verdict.UNDECIDED, Reason.STOPPED) for b in blocks)
    said = {
        Verdict.WRONG: f"the gradient does not match the cost{where}",
        Verdict.UNDECIDED: f"the check was stopped, and {left} of {size} {entries} were not compared"
        if left
        else f"right and wrong cannot be told apart{where}",
        Verdict.UNTESTED: f"nothing could be tested{where}; the rest agrees"
        if tested
        else "the cost stands still beside params, so nothing was tested"
        if _still(report)
        else "no entry moves the cost by more than its noise, so nothing was tested",
        Verdict.AGREES: f"the gradient matches the cost in all {size} {entries}"
        if tested == size
        else f"the gradient matches the cost in the {tested} of {size} {entries} that could be tested",
    }
    kinks = _at_kinks(report, blocks) if verdict is Verdict.AGREES else ""
    return f"{verdict.value}: {said[verdict]}{kinks}."


def _at_kinks(report: Result, blocks: Sequence[Block]) -> str:
    """Accepted one by one, entries at kinks need not hold together: that belongs in the first line."""
    kinks = sum(count(block, Verdict.AGREES, Reason.KINK) for block in blocks)
    if kinks < 2:
        return "; one of them at a kink" if kinks else ""
    moved = "at params moved by 1e-4 of their scale"
    if report.together is not False:
        how = "accepted one by one"
    elif report.aside is None:
        how = f"accepted one by one, but together they fit no slope of the cost: check again {moved}"
    elif report.aside is Verdict.AGREES:
        how = f"accepted one by one; together they fit no slope of the cost, but {moved} all agrees"
    else:
        how = f"accepted one by one; together they fit no slope of the cost, and {moved} all is {report.aside.value}"
    return f"; {kinks} of them at kinks, {how}"


def course_lines(report: Result) -> list[str]:
    """The course's one number and its level; and why they say something else, where they do."""
    difference = report.relative_difference
    exact = report.verdict is Verdict.WRONG or difference == np.inf
    number = (
        f"{difference:.1e}" if exact else f"below {format_magnitude(difference)}"
    )  # where all agrees, the number is noise
    levels = "" if report.dtype == np.float64 else f" (levels for {report.dtype})"
    why = _why_different(report)
    line = f'Relative difference, formula (2): {number if difference else "0"}, "{report.level}"{levels}.'
    return [line, why] if why else [line]


def _why_different(report: Result) -> str:
    blocks, great = report.worst_first(), report.level == "great"
    match report.verdict:
        case Verdict.UNTESTED:
            untested = names([b.name for b in blocks if b.verdict is Verdict.UNTESTED])
            partly = f"adds up all entries, and so says nothing of {untested}"
            noise = "a gradient with a cost that stands still" if _still(report) else "noise with noise"
            nothing = f"compares {noise if report.relative_difference else 'nothing with nothing'}"
            return f"That number {partly if any(b.tested_count for b in blocks) else nothing}."
        case _ if not np.isfinite(report.relative_difference):
            return "That number cannot be formed: there are entries without a value."
        case Verdict.UNDECIDED if great:
            return "That number adds up all entries, and so hides those that are undecided."
        case Verdict.WRONG if great:
            worst = blocks[0].worst
            return (
                "That number adds up all entries, and so hides "
                f"{format_entry(blocks[0].name, worst.index)}: it is off by "
                f"{abs(worst.analytic - worst.numeric):.1e}, and the numeric side by "
                f"{format_magnitude(worst.bound)} at most."
            )
        case Verdict.AGREES if not great:
            return _why_not_great(blocks)
    return ""


def _still(report: Result) -> bool:
    """Whether it is said of every block that the cost does not move there, though the gradient is not 0."""
    return {name for f in report.findings if f.code == STILL for name in f.blocks} == set(report.blocks)


def _why_not_great(blocks: Sequence[Block]) -> str:
    """What most of the difference is made of, when the gradient agrees all the same."""
    off = np.concatenate([(b.analytic - b.numeric).ravel() ** 2 for b in blocks])
    why = np.concatenate([b.reason.ravel() for b in blocks])
    untested = np.concatenate([(b.verdicts == Verdict.UNTESTED).ravel() for b in blocks])
    if off[untested].sum() > off.sum() / 2:
        return "Most of that number is noise, from entries that could not be tested."
    if off[why == Reason.KINK].sum() > off.sum() / 2:
        return "Most of that number comes from kinks, where any slope between those of both sides is right."
    return "The numeric gradient is no more exact than that; every entry is within its bound."


def count(block: Block, verdict: Verdict, why: Reason) -> int:
    """Entries of this verdict, for this reason."""
    return int(np.sum((block.verdicts == verdict) & (block.reason == why)))


def shorten(name: str, width: int) -> str:
    """Cut in the middle: the ends of a name tell it from its neighbours."""
    if len(name) <= width:
        return name
    left = (width - 1) // 2
    return name[:left] + "…" + name[len(name) - (width - 1 - left) :]


def names(blocks: Sequence[str]) -> str:
    """Up to six names, and how many more there are."""
    more = f" and {len(blocks) - 6} more" if len(blocks) > 6 else ""
    return ", ".join(shorten(name, 30) for name in blocks[:6]) + more
