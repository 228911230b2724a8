"""The report as text of 80 columns: the verdict in a sentence, a line a block, findings, what was left open."""

from __future__ import annotations

import math
import re
import textwrap
from collections.abc import Iterable, Sequence

import numpy as np

from gradlab.diagnosis.finding import Finding
from gradlab.numeric.answer import Reason
from gradlab.precision import apart, order
from gradlab.report.result import Result
from gradlab.verdict.blocks import Block, Component, Verdict

WIDTH = 80
MOST_ROWS = 20  # blocks that agree are summed up beyond so many
ANSI = {"WRONG": "1;31", "UNDECIDED": "1;33", "UNTESTED": "2", "AGREES": "1;32"}

FRONT = ["block", "shape", "verdict", "difference", "wrong"]
WORST = ["worst", "analytic", "numeric ± bound"]
OPEN = (
    (Verdict.AGREES, "Accepted", {Reason.KINK: "a kink, the gradient lies between the slopes of both sides"}),
    (
        Verdict.UNDECIDED,
        "Undecided",
        {Reason.STEP: "the given step is too long or too short to tell"},
    ),  # else: a finding
    (
        Verdict.UNTESTED,
        "Not tested",
        {
            Reason.NO_EFFECT: "the cost does not change",
            Reason.NOISE: "nothing but noise on both sides",
            Reason.STEP: "both sides are less than the given step can tell from 0",
            Reason.LEFT_OUT: "left out by only=",
        },
    ),
)


def text(report: Result) -> str:
    """All of it, in the order in which a reader wants to know."""
    blocks = report.worst_first()
    paragraphs = ([headline(blocks), *course(report)], left_open(blocks), report.notes)
    first, *last = ("\n".join(map(_fold, lines)) for lines in paragraphs if lines)
    parts = [first, table(blocks), *map(_finding, report.findings), *last]
    return "\n\n".join([*parts, spent(report)])


def spent(report: Result) -> str:
    """What the check cost, a share that does not hang on the last bits as seconds and the exact number do."""
    each = report.evaluations / sum(math.prod(block.shape) for block in report.blocks.values())
    return f"Evaluations of the cost: {f'about {each:.0f}' if each >= 1 else 'fewer than one'} for each entry"


def headline(blocks: Sequence[Block]) -> str:
    """The verdict and a sentence that needs no knowledge of the method."""
    verdict = Verdict.worst(b.verdict for b in blocks)
    names = [b.name for b in blocks if b.verdict is verdict]
    tested, size = sum(b.tested_count for b in blocks), sum(b.size for b in blocks)
    entries = "comparisons" if any(b.directions for b in blocks) else "entries"
    if len(blocks) == 1:
        where = f" in {blocks[0].counts[verdict]} of {size} {entries}"
    else:
        where = f" in {len(names)} of {len(blocks)} blocks: {_names(names)}"
    said = {
        Verdict.WRONG: f"the gradient does not match the cost{where}",
        Verdict.UNDECIDED: f"right and wrong cannot be told apart{where}",
        Verdict.UNTESTED: "no entry moves the cost by more than its noise, so nothing was tested",
        Verdict.AGREES: f"the gradient matches the cost in all {size} {entries}"
        if tested == size
        else f"the gradient matches the cost in the {tested} of {size} {entries} that could be tested",
    }
    return f"{verdict.value}: {said[verdict]}."


def course(report: Result) -> list[str]:
    """The course's one number and its level; and why they say something else, where they do."""
    difference = report.relative_difference
    exact = report.verdict is Verdict.WRONG or difference == np.inf
    number = f"{difference:.1e}" if exact else f"below {order(difference)}"  # where all agrees, the number is noise
    levels = "" if report.dtype == np.float64 else f" (levels for {report.dtype})"
    why = _why_different(report)
    line = f'Relative difference, formula (2): {number if difference else "0"}, "{report.level}"{levels}.'
    return [line, why] if why else [line]


def _why_different(report: Result) -> str:
    blocks, great = report.worst_first(), report.level == "great"
    match report.verdict:
        case Verdict.UNTESTED:
            what = "noise with noise" if report.relative_difference else "nothing with nothing"
            return f"That number compares {what}."
        case _ if not np.isfinite(report.relative_difference):
            return "That number cannot be formed: there are entries without a value."
        case Verdict.UNDECIDED if great:
            return "That number adds up all entries, and so hides those that are undecided."
        case Verdict.WRONG if great:
            worst = blocks[0].worst
            return (
                f"That number adds up all entries, and so hides {address(blocks[0].name, worst)}: it is off by "
                f"{abs(worst.analytic - worst.numeric):.1e}, and the numeric side by {order(worst.bound)} at most."
            )
        case Verdict.AGREES if not great:
            return _why_not_great(blocks)
    return ""


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


def table(blocks: Sequence[Block]) -> str:
    """A line a block, worst first; two lines a block where one has no room for all."""
    shown = blocks[:MOST_ROWS]
    fronts = [FRONT, *map(front_cells, shown)]
    tails = [WORST, *map(worst_cells, shown)]
    if all(len(tail) < 3 for tail in tails[1:]):
        tails[0] = [""]
    for gap in ("  ", " "):
        pairs = zip(_aligned(fronts, gap), _aligned(tails, gap, right=2), strict=True)
        lines = [gap.join(pair).rstrip() for pair in pairs]
        if max(map(len, lines)) <= WIDTH:
            break
    else:
        lines = _in_two_lines(fronts, tails)
    rest = [block.verdict.value for block in blocks[MOST_ROWS:]]
    if rest:
        lines.append(f"and {len(rest)} more: " + ", ".join(f"{rest.count(v)} {v}" for v in dict.fromkeys(rest)))
    return "\n".join(lines)


def _in_two_lines(fronts: list[list[str]], tails: list[list[str]]) -> list[str]:
    """For long names: the worst entry of a block below its line."""
    columns = [[shorten(shape, 16), *rest] for _, shape, *rest in fronts]
    room = WIDTH - len(_aligned(columns, "  ")[0]) - 2
    heads = _aligned([[shorten(row[0], room), *rest] for row, rest in zip(fronts, columns, strict=True)], "  ")
    lines = [heads[0].rstrip()]
    for head, tail in zip(heads[1:], tails[1:], strict=True):
        lines.append(head.rstrip())
        if len(tail) == 3:
            lines.append(f"  worst {tail[0]}: analytic {tail[1]}, numeric {tail[2]}")
    return lines


def front_cells(block: Block) -> list[str]:
    """Name, shape, verdict, formula (2), wrong of tested. What is below the bound is noise: no number for it."""
    d = block.relative_difference
    difference = f"{d:.4f}" if 1e-3 <= d < np.inf else f"{d:.1e}" if d else "0"
    if block.verdict is Verdict.AGREES and block.digits is not None:
        difference = f"< 1e-{block.digits}"
    elif block.verdict is Verdict.UNTESTED:
        difference = "-"
    wrong = f"{block.wrong_count} of {block.tested_count}" if block.tested_count else "-"
    if block.directions and block.verdict is Verdict.WRONG:
        wrong = f"{block.wrong_count}{'' if block.complete else ' or more'}"
    return [block.name, "×".join(map(str, block.shape)) or "1", block.verdict.value, difference, wrong]


def worst_cells(block: Block) -> list[str]:
    """The worst entry with both numbers, or a remark. A numeric value below its bound is 0 for all one knows."""
    worst = block.worst
    if block.verdict is Verdict.UNTESTED:
        return [""]
    if block.verdict is Verdict.AGREES:
        return [f"to {block.digits} digits" if block.digits is not None else "at a kink"]
    index = f"[{', '.join(map(str, worst.index))}]" if worst.index else "-"
    if not np.isfinite(worst.numeric):
        return [index, f"{worst.analytic:.3g}", f"none: {worst.reason}"]
    shown = not np.isfinite(worst.bound) or abs(worst.numeric) > worst.bound or worst.reason == Reason.KINK
    numeric = worst.numeric if shown else 0.0
    wrong = block.verdict is Verdict.WRONG
    analytic, beside = apart(worst.analytic, numeric) if wrong else (f"{worst.analytic:.3g}", f"{numeric:.3g}")
    return [index, analytic, f"{beside} ± {order(worst.bound)}"]


def left_open(blocks: Iterable[Block]) -> list[str]:
    """What was accepted at a kink, what is undecided, what was not tested: a line for each reason."""
    return [
        f"{title} ({explained}): {_names(found)}."
        for verdict, title, reasons in OPEN
        for why, explained in reasons.items()
        if (found := [f"{b.name} {n} of {b.size}" for b in blocks if (n := _count(b, verdict, why))])
    ]


def _count(block: Block, verdict: Verdict, why: Reason) -> int:
    return int(np.sum((block.verdicts == verdict) & (block.reason == why)))


def _finding(finding: Finding) -> str:
    """Code and message, then the evidence, indented."""
    said = textwrap.fill(f"{finding.code} {finding.message}", WIDTH, subsequent_indent=" " * 6)
    shown = textwrap.fill(finding.evidence, WIDTH, initial_indent=" " * 6, subsequent_indent=" " * 6)
    return f"{said}\n{shown}".rstrip()


def address(name: str, worst: Component) -> str:
    """`W2[1, 3]`, as one would type it."""
    return f"{name}[{', '.join(map(str, worst.index))}]" if worst.index else name


def coloured(plain: str) -> str:
    """The verdicts in colour, for a terminal."""
    return re.sub(r"\b(" + "|".join(ANSI) + r")\b", lambda m: f"\033[{ANSI[m[0]]}m{m[0]}\033[0m", plain)


def shorten(name: str, width: int) -> str:
    """Cut in the middle: the ends of a name tell it from its neighbours."""
    if len(name) <= width:
        return name
    left = (width - 1) // 2
    return name[:left] + "…" + name[len(name) - (width - 1 - left) :]


def _aligned(rows: list[list[str]], gap: str, right: int = 0) -> list[str]:
    """Columns padded to the same width, the last `right` of them on the left; a lone cell stays as it is."""
    widths = [max(map(len, column)) for column in zip(*(r for r in rows if len(r) == len(rows[0])), strict=True)]
    signs = ["<"] * (len(widths) - right) + [">"] * right
    return [
        gap.join(f"{cell:{sign}{width}}" for cell, sign, width in zip(row, signs, widths, strict=False))
        if len(row) > 1
        else row[0]
        for row in rows
    ]


def _names(names: Sequence[str]) -> str:
    """Up to six names, and how many more there are."""
    more = f" and {len(names) - 6} more" if len(names) > 6 else ""
    return ", ".join(shorten(name, 30) for name in names[:6]) + more


def _fold(line: str) -> str:
    return textwrap.fill(line, WIDTH, break_on_hyphens=False)
