"""The report as text of 80 columns: the verdict in a sentence, a line a block, findings, what was left open."""

from __future__ import annotations

import math
import re
import textwrap
from collections.abc import Iterable, Sequence

import numpy as np

from gradlab.diagnosis.finding import Finding
from gradlab.numeric.answer import Reason
from gradlab.precision import format_distinct, format_entry, format_magnitude
from gradlab.report.headline import count, course_lines, headline, names, shorten
from gradlab.report.result import Result
from gradlab.verdict.blocks import Block, Verdict

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
            Reason.NOISE: "in the noise of the cost neither side can be told from 0",
            Reason.STEP: "at the given step neither side can be told from 0",
            Reason.LEFT_OUT: "left out by only=",
        },
    ),
)


def text(report: Result) -> str:
    """All of it, in the order in which a reader wants to know: what, why, where; last what the course would say."""
    blocks = report.worst_first()
    best, *others = [*map(_finding, report.findings)] or [""]
    paragraphs = (left_open(blocks), report.notes, [*course_lines(report), evaluations_line(report)])
    last = ["\n".join(map(_fold, lines)) for lines in paragraphs if lines]
    return "\n\n".join(filter(None, [_fold(headline(report)), best, table(blocks), *others, *last]))


def evaluations_line(report: Result) -> str:
    """What the check cost, a share that does not depend on the last bits as seconds and the exact number do."""
    each = report.evaluations / sum(math.prod(block.shape) for block in report.blocks.values())
    return f"Evaluations of the cost: {f'about {each:.0f}' if each >= 1 else 'fewer than one'} for each entry"


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
        wrong = f"{block.wrong_count}{'' if block.complete else ' or more'}" if block.located else "some"
    return [block.name, "×".join(map(str, block.shape)) or "1", block.verdict.value, difference, wrong]


def worst_cells(block: Block) -> list[str]:
    """The worst entry with both numbers, or a remark. A numeric value below its bound is 0 for all one knows."""
    worst = block.worst
    if block.verdict is Verdict.UNTESTED:
        return [""]
    if block.verdict is Verdict.AGREES:
        return [f"to {block.digits} digits" if block.digits is not None else "at a kink"]
    index = format_entry("", worst.index) or "-"
    if not np.isfinite(worst.numeric):
        return [index, f"{worst.analytic:.3g}", f"none: {worst.reason}"]
    shown = not np.isfinite(worst.bound) or abs(worst.numeric) > worst.bound or worst.reason == Reason.KINK
    numeric = worst.numeric if shown else 0.0
    wrong = block.verdict is Verdict.WRONG
    analytic, beside = (
        format_distinct(worst.analytic, numeric) if wrong else (f"{worst.analytic:.3g}", f"{numeric:.3g}")
    )
    return [index, analytic, f"{beside} ± {format_magnitude(worst.bound)}"]


def left_open(blocks: Iterable[Block]) -> list[str]:
    """What was accepted at a kink, what is undecided, what was not tested: a line for each reason."""
    return [
        f"{title} ({explained}): {names(found)}."
        for verdict, title, reasons in OPEN
        for why, explained in reasons.items()
        if (found := [f"{b.name} {n} of {b.size}" for b in blocks if (n := count(b, verdict, why))])
    ]


def _finding(finding: Finding) -> str:
    """Code and message, then the evidence, indented."""
    said = textwrap.fill(f"{finding.code} {finding.message}", WIDTH, subsequent_indent=" " * 6)
    shown = textwrap.fill(finding.evidence, WIDTH, initial_indent=" " * 6, subsequent_indent=" " * 6)
    return f"{said}\n{shown}".rstrip()


def coloured(plain: str) -> str:
    """The verdicts in colour, for a terminal."""
    return re.sub(r"\b(" + "|".join(ANSI) + r")\b", lambda m: f"\033[{ANSI[m[0]]}m{m[0]}\033[0m", plain)


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


def _fold(line: str) -> str:
    return textwrap.fill(line, WIDTH, break_on_hyphens=False)
