"""`python -m website.audit.reading`: how long a lesson takes when its text is read aloud, and how much code it has.

Read aloud are paragraphs, lists, tables, captions and questions: not code and outputs, not folds, not what only a
screen reader hears of a picture. A formula in a line counts as a word, one of its own as ten.
"""

import re
from dataclasses import dataclass
from pathlib import Path

from website.paths import DOCS

LEARN = DOCS / "learn"
WORDS_A_MINUTE = 150  # an unhurried voice; newsreaders take 150 to 160
_ROW = re.compile(r"^\|.*?\[[^\]]+\]\((?P<page>[\w-]+\.md)\) \|.*\| (?P<minutes>\d+) \|$", re.M)
_SILENT = (
    (r"\A---\n.*?\n---\n", ""),
    (r"^ *```.*?^ *```", ""),
    (r"^\?\?\?.*?(?=^\S|\Z)", ""),
    (r"!\[[^\]]*\]\([^)]*\)", ""),
    (r"<[^>]*>|(?<=[\w*])\{[^}]*\}|\{ [#.:][^}]*\}|^///[^\n]*|^\|[-| ]*$", ""),
    (r"\]\([^)]*\)", "]"),
    (r"\$\$.*?\$\$", "formula " * 10),
    (r"\$[^$]*\$", "formula"),
)
_CODE = re.compile(r"^ *```[^\n]*\n(.*?)^ *```", re.M | re.S)


@dataclass(frozen=True)
class Reading:
    """What there is to read in a lesson."""

    words: int
    code_lines: int

    @property
    def minutes(self) -> float:
        """Of the text, read aloud."""
        return self.words / WORDS_A_MINUTE


def reading(text: str) -> Reading:
    """Words and lines of code of a lesson in Markdown, without its folds."""
    open_part = re.sub(_SILENT[2][0], "", text, flags=re.M | re.S)
    code = sum(len(block.splitlines()) for block in _CODE.findall(open_part))
    for pattern, spoken in _SILENT:
        text = re.sub(pattern, spoken, text, flags=re.M | re.S)
    return Reading(len(re.findall(r"\w[^\s|]*", text)), code)


def of(page: str) -> Reading:
    """The same of a page of the lessons, by the name of its file."""
    return reading((LEARN / page).read_text(encoding="utf-8"))


def stated(text: str) -> dict[str, int]:
    """Minutes by page, as a text's tables state them."""
    return {row["page"]: int(row["minutes"]) for row in _ROW.finditer(text)}


def the_map() -> tuple[dict[str, int], dict[str, int]]:
    """Minutes by page that the map of the lessons states: of the short course, and of all."""
    text = Path(LEARN / "index.md").read_text(encoding="utf-8")
    return stated(text.split("## Going deeper")[0]), stated(text)


def main() -> None:
    """Print both for every lesson, and for the short course in all."""
    short, every = the_map()
    for page, minutes in every.items():
        found = of(page)
        print(f"{page:30} {found.words:5} words {found.minutes:5.1f} minutes, stated {minutes:2}", end="")
        print(f"; {found.code_lines:4} lines of code")
    course = [of(page) for page in short]
    taken, lines = sum(each.minutes for each in course), sum(each.code_lines for each in course)
    print(f"short course: {taken:.0f} minutes aloud, stated {sum(short.values())}; {lines} lines of code and output")


if __name__ == "__main__":
    main()
