"""The report as HTML: the same words and numbers as the text, in a table, with a class for each verdict."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from gradlab.diagnosis.finding import Finding
from gradlab.report import headline, text
from gradlab.report.result import Result
from gradlab.verdict.blocks import Block

STYLE = """
:root { color-scheme: light dark }
body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem; font: 1rem/1.5 system-ui, sans-serif }
h1 { font-size: 1.2rem }
table { border-collapse: collapse }
th, td { padding: 0.2rem 0.8rem; border-bottom: 1px solid #8884; text-align: left }
td { font-variant-numeric: tabular-nums }
tr.gradlab-wrong th { border-left: 0.3rem solid #d55e00 }
tr.gradlab-agrees th { border-left: 0.3rem solid #009e73 }
tr.gradlab-undecided th, tr.gradlab-untested th { border-left: 0.3rem solid #888 }
"""


def page(report: Result) -> str:
    """A `div` of class `gradlab-report`; the classes `gradlab-wrong` and so on say what was found."""
    blocks = report.worst_first()
    verdict, said = headline.headline(report).split(": ", 1)
    parts = [
        f'<p class="gradlab-verdict"><strong>{verdict}</strong>: {escape(said)}</p>',
        *map(_finding, report.findings[:1]),
        _table(blocks),
        *map(_finding, report.findings[1:]),
        *_paragraphs([*text.left_open(blocks), *report.notes], "gradlab-note"),
        *_paragraphs(headline.course_lines(report), "gradlab-course"),
        *_paragraphs([text.evaluations_line(report)], "gradlab-spent"),
    ]
    return f'<div class="gradlab-report gradlab-{verdict.lower()}">\n' + "\n".join(parts) + "\n</div>"


def document(report: Result, title: str) -> str:
    """The report as a page of its own, light or dark as the reader has it."""
    return (
        f'<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>{escape(title)}</title>\n'
        f"<style>{STYLE}</style>\n</head>\n<body>\n<h1>{escape(title)}</h1>\n{page(report)}\n</body>\n</html>"
    )


def _paragraphs(lines: Iterable[str], kind: str) -> list[str]:
    return [f'<p class="{kind}">{escape(line)}</p>' for line in lines]


def _finding(finding: Finding) -> str:
    said = f"<strong>{escape(finding.code)}</strong> {escape(finding.message)}"
    return f'<p class="gradlab-finding">{said}<br>{escape(finding.evidence)}</p>'


def _table(blocks: list[Block]) -> str:
    head = "".join(f'<th scope="col">{cell}</th>' for cell in text.FRONT + text.WORST)
    rows = "\n".join(map(_row, blocks))
    return f'<table class="gradlab-blocks">\n<thead><tr>{head}</tr></thead>\n<tbody>\n{rows}\n</tbody>\n</table>'


def _row(block: Block) -> str:
    name, *front = map(escape, text.front_cells(block))
    worst = [escape(cell) for cell in text.worst_cells(block)]
    cells = [f'<th scope="row">{name}</th>', *(f"<td>{cell}</td>" for cell in front)]
    if len(worst) == len(text.WORST):
        cells += [f"<td>{cell}</td>" for cell in worst]
    else:
        cells.append(f'<td colspan="{len(text.WORST)}">{worst[0]}</td>')
    return f'<tr class="gradlab-{block.verdict.value.lower()}">{"".join(cells)}</tr>'
