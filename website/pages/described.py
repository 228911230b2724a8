"""What a page says of itself to others: a description for search engines, a picture for sharing, how to cite it."""

import re
from importlib.metadata import version
from itertools import takewhile
from pathlib import Path

from mkdocs.structure.pages import Page

LONGEST = 200  # characters of a description; search engines show no more
_NO_PROSE = re.compile(r"^(#|!|\||>|`|/|<|\?|- |\d+\. )")
_CODE = re.compile(r"^ *(`{3,}).*?^ *\1 *$", re.M | re.S)
_MARKS = re.compile(r"[*`]|(?<!\w)_+|_+(?!\w)|\{[^}]*\}")  # an underscore within a name belongs to it
_QUOTED = re.compile(r'"([^"]*)"')
_LINK = re.compile(r"!?\[([^\]]*)\]\([^)]*\)")


def description(markdown: str) -> str:
    """The first sentences of the first paragraph: the question that the page answers.

    Its quotes are curved as on the page: a straight one would end the attribute in which the theme writes it.
    """
    for paragraph in map(str.strip, re.split(r"\n\s*\n", _CODE.sub("", markdown))):
        if paragraph and not _NO_PROSE.match(paragraph):
            words = _MARKS.sub("", _LINK.sub(r"\1", paragraph))
            return _cut(" ".join(_QUOTED.sub("“\\1”", words).split()))
    return ""


def asks(text: str) -> str:
    """The question that a page answers, or the first sentence about it: why one would go there next."""
    sentences = re.split(r"(?<=[.?!]) +", text)
    return next((sentence for sentence in sentences if sentence.endswith("?")), sentences[0])


def _cut(text: str) -> str:
    """Whole sentences, as many as there is room for; of one that is too long, whole words."""
    if len(text) <= LONGEST:
        return text
    end = max(text.rfind(mark, 0, LONGEST) for mark in (". ", "? ", "! "))
    return text[: end + 1] if end > 0 else text[: text.rfind(" ", 0, LONGEST)] + " …"


def describe(page: Page, markdown: str) -> None:
    """Give the page its description, unless it has one."""
    source = Path(page.file.abs_src_path or "")
    if source.suffix == ".py":  # a gallery script: its prose stands in comments
        _, *lines = source.read_text(encoding="utf-8").splitlines()
        markdown = "\n".join(line[1:].removeprefix(" ") for line in takewhile(lambda line: line[:1] == "#", lines))
    found = description(markdown)
    if not page.meta.get("description") and found:
        page.meta["description"] = found
    page.meta["asks"] = asks(found or page.meta.get("description", ""))


def citation(page: Page) -> str:
    """How to cite the page; its address and its day say which state was read."""
    return f"The gradlab authors, “{page.title}”, gradlab {version('gradlab-check')}, {page.canonical_url}"
