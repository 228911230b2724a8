"""Questions people ask about a page, at its end: the links of the pages of questions turned around."""

import posixpath
import re
from collections.abc import Iterator
from pathlib import Path

_SUBJECTS = (
    "", "-failed", "-numbers", "-practice", "-layers", "-losses", "-tools", "-errors", "-scale",
    "-simulations", "-beyond", "-first", "-analysis", "-gradlab",
)  # fmt: skip
PAGES = tuple(f"reference/questions{which}.md" for which in _SUBJECTS)
_QUESTION = re.compile(r"^### (?P<title>.+?) \{ #(?P<anchor>[\w-]+) \}$", re.M)
_TEACHES = re.compile(r"\]\(\.\./((?:learn|howto)/[\w-]+\.md)")


def questions(text: str) -> Iterator[tuple[str, str, list[str]]]:
    """Title and anchor of every question, and the pages to which its answer sends the reader."""
    found = list(_QUESTION.finditer(text))
    for this, after in zip(found, [*found[1:], None], strict=True):
        answer = text[this.end() : after.start() if after else len(text)]
        yield this["title"], this["anchor"], list(dict.fromkeys(_TEACHES.findall(answer)))


def with_questions(markdown: str, page: str, docs: Path) -> str:
    """A page, such as learn/the-check.md, with links to the questions that it answers."""
    links = [
        f"- [{title}]({posixpath.relpath(source, posixpath.dirname(page))}#{anchor})"
        for source in PAGES
        for title, anchor, pages in questions((docs / source).read_text(encoding="utf-8"))
        if page in pages
    ]
    if not links:
        return markdown
    asked = "\n".join(links)
    return f'{markdown}\n\n## People ask {{ #asked }}\n\n<div class="gl-asked" markdown>\n\n{asked}\n\n</div>\n'
