"""A report in a page's output, shown as the browser shows a live one: a table and words that wrap, the text below it.

The HTML is made of the verified text, not of a report: what stands on the page is what the block printed. A test
compares it with the HTML of the same report. Text that is no report stays as it is, and so does one whose table had
no room for all that it has to say.
"""

import re
from functools import partial
from html import escape
from itertools import pairwise

from gradlab.report.text import FRONT, WIDTH, WORST
from website.pages import copy_button

_VERDICT = re.compile(r"(WRONG|UNDECIDED|UNTESTED|AGREES): ")
_VERDICTS = ("WRONG", "UNDECIDED", "UNTESTED", "AGREES")
_TITLES = re.compile(r"(block) +(shape) +(verdict) +(difference) +(wrong)\b")
_TAIL = re.compile(r"(\d+ of \d+|\d+ or more|\d+|-) *(.*)")  # wrong entries, and what stands behind
_WORST = re.compile(r"(\[[^]]*\]|-) +(\S+) +(\S.*)")  # entry, analytic, numeric
_SPENT = re.compile("Evaluations of the cost: ")
_COURSE = re.compile(r"Relative difference, formula \(2\)|That number ")
_FINDING = re.compile(r"GL\d{3} ")
_CODE = re.compile(r'(<p class="gradlab-finding"><strong>)(GL\d{3})')
_OUTPUT = re.compile(
    r'(<div class="language-text[^"]*">)(<span class="filename">[^<]*</span>)?(<pre>.*?</pre>)</div>', re.S
)


def with_reports(content: str, findings: str) -> str:
    """Rendered content in which outputs that are reports are tables and words; their text is folded away below.

    The code of each finding leads to its section on the page of findings, whose address is given.
    """
    return _OUTPUT.sub(partial(_shown, findings), content)


def _shown(findings: str, output: re.Match[str]) -> str:
    report = as_html(copy_button.text_of(output[3]))
    if not report:
        return output[0]
    report = _CODE.sub(lambda code: f'{code[1]}<a href="{findings}#{code[2].lower()}">{code[2]}</a>', report)
    text = f'<details class="gl-text"><summary>As text</summary>{output[3]}</details>'
    shown = f'<div class="live-report" data-search-exclude>{report}</div>'
    return f'<div class="language-text highlight gl-reported">{output[2] or ""}{shown}{text}</div>'


def as_html(text: str) -> str | None:
    """What `_repr_html_` of the report gives that printed this text; None if the text is no whole report."""
    first, *rest = text.rstrip("\n").split("\n\n")
    verdict = _VERDICT.match(first)
    if not verdict or not any(map(_TITLES.match, rest)):
        return None
    said = " ".join(unfolded(first))
    parts = [f'<p class="gradlab-verdict"><strong>{verdict[1]}</strong>: {escape(said[verdict.end() :])}</p>']
    for paragraph in rest:
        if _TITLES.match(paragraph):
            rows = _rows(*paragraph.split("\n"))
            if not rows:
                return None
            parts.append(_table(rows))
        elif _FINDING.match(paragraph):
            parts.append(_finding(paragraph))
        else:
            parts += map(_line, unfolded(paragraph))
    return f'<div class="gradlab-report gradlab-{verdict[1].lower()}">\n' + "\n".join(parts) + "\n</div>"


def unfolded(text: str) -> list[str]:
    """What was folded into the lines of a paragraph: a line goes on in the next if its first word had no room there.

    Where it had none by accident, a full stop before a small letter or before a line that is known tells.
    """
    found: list[str] = []
    room = 0
    for folded in filter(None, text.split("\n")):
        line = folded.strip()
        ended = (
            bool(found)
            and found[-1][-1] in ".?"
            and not ("A" <= line[0] <= "Z" and not (_COURSE.match(line) or _SPENT.match(line)))
        )
        if found and len(line.split(" ")[0]) > room and not ended:
            found[-1] += " " + line
        else:
            found.append(line)
        room = WIDTH - len(folded) - 1
    return found


def _rows(head: str, *lines: str) -> list[list[str]]:
    """The cells of each line of a table; none at all if one of them is no line of a block."""
    titles = _TITLES.match(head)
    starts = [titles.start(k) for k in range(1, 6)] if titles else []
    found: list[list[str]] = []
    for line in lines:
        cells = [line[start:end].strip() for start, end in pairwise(starts)]
        tail = _TAIL.fullmatch(line[starts[-1] :]) if starts else None
        if not tail or cells[2] not in _VERDICTS or (cells[2] == "AGREES" and not tail[2]):
            return []
        worst = _WORST.fullmatch(tail[2])
        found.append([*cells, tail[1], *(worst.groups() if worst else [tail[2]])])
    return found


def _table(rows: list[list[str]]) -> str:
    head = "".join(f'<th scope="col">{cell}</th>' for cell in FRONT + WORST)
    lines = "\n".join(map(_row, rows))
    return f'<table class="gradlab-blocks">\n<thead><tr>{head}</tr></thead>\n<tbody>\n{lines}\n</tbody>\n</table>'


def _row(cells: list[str]) -> str:
    name, *front = map(escape, cells[:5])
    worst = [escape(cell) for cell in cells[5:]]
    shown = [f'<th scope="row">{name}</th>', *(f"<td>{cell}</td>" for cell in front)]
    shown += [f"<td>{cell}</td>" for cell in worst] if len(worst) > 1 else [f'<td colspan="3">{worst[0]}</td>']
    return f'<tr class="gradlab-{cells[2].lower()}">{"".join(shown)}</tr>'


def _finding(text: str) -> str:
    said, *shown = unfolded(text)
    code, _, message = said.partition(" ")
    evidence = escape(" ".join(shown))
    return f'<p class="gradlab-finding"><strong>{code}</strong> {escape(message)}<br>{evidence}</p>'


def _line(said: str) -> str:
    kinds = {"gradlab-course": _COURSE, "gradlab-spent": _SPENT}
    kind = next((kind for kind, begins in kinds.items() if begins.match(said)), "gradlab-note")
    return f'<p class="{kind}">{escape(said)}</p>'
