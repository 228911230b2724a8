"""`python -m website.verify.unproved PAGE ...`: results in the prose of a page that no block of it shows.

A result is a number with a point, an exponent, or a sign of per cent, in a sentence, a table, a caption or an
alternative text. It must stand in a block of its page, in code or output, to the digits that the sentence gives; or
its paragraph has a link, which says whose it is. Titles, formulas and `code` are left out, and numbers that a
sentence only sets, as in "ε = 0.1".
"""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

from website.verify import blocks, rewrite
from website.verify.document import name_of
from website.verify.equality import same

_LEFT_OUT = re.compile(
    r"\A---\n.*?\n---\n|\$\$.*?\$\$|\$[^$\n]+\$|(`+)(?!`).*?(?<!`)\1(?!`)|\{[^}\n]*\}|<!--.*?-->|<[^>]*>|\]\([^)\s]*\)",
    re.S,
)
_RESULT = re.compile(r"(?<![\w.\-/])-?(?:\d+\.\d+(?:e-?\d+)?|\d+e-?\d+|\d+(?:\.\d+)?(?=\s?%))(?![\w/]|\.\d)")
_SET = re.compile(r"(?:=|≈|Python|NumPy|version|step|GL\d*)\s*$")
_SHOWN = re.compile(r"-?\d+\.?\d*(?:e[-+]?\d+)?|-?\.\d+")


def unproved(text: str) -> Iterator[tuple[int, str]]:
    """Line and number of each result that no block of the page shows, and that is quoted from nowhere."""
    found = blocks.find(text)
    inside = {n for block in found for n in range(block.line, block.end + 1)}
    shown = {number for block in found for number in _SHOWN.findall(block.source)}
    prose = "\n".join("" if n in inside else line for n, line in enumerate(text.splitlines(), 1))
    quoted = {n for n, line in _paragraphs(prose) if "](http" in line or "](../" in line or "](#" in line}
    plain = _LEFT_OUT.sub(lambda found: "\n" * found[0].count("\n"), prose.replace("−", "-"))
    for n, line in enumerate(plain.splitlines(), 1):
        if n not in quoted and not line.startswith("#"):
            for number in _RESULT.finditer(line):
                if not _SET.search(line[: number.start()]) and not any(_shows(number[0], other) for other in shown):
                    yield n, number[0]


def _shows(number: str, shown: str) -> bool:
    """Is it what a block shows, as it is, rounded, or as a share of a hundred?"""
    number = number.lstrip("-")  # a sentence may give a size
    shown = shown.lstrip("-")
    ways = (shown, f"{100 * float(shown):.10g}", f"{100 * (1 - float(shown)):.10g}")
    return any(way == number or same(number + "\n", way + "\n") for way in ways)


def _paragraphs(prose: str) -> Iterator[tuple[int, str]]:
    """Every line, with the whole paragraph in which it stands."""
    n = 1
    for paragraph in prose.split("\n\n"):
        lines = paragraph.split("\n")
        yield from ((n + k, paragraph) for k in range(len(lines)))
        n += len(lines) + 1


def main(names: list[str]) -> int:
    """Print them, by page; of all pages, if none is named. Exit status 1 if there are any."""
    count = 0
    for path in [Path(name).resolve() for name in names] or rewrite.pages():
        for line, number in unproved(path.read_text(encoding="utf-8")):
            print(f"{name_of(str(path))}:{line}: {number}")
            count += 1
    print(f"{count} numbers in prose that no block of their page shows", file=sys.stderr)
    return int(count > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
