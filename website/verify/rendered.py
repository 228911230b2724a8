"""The blocks that a reader sees: every <pre> of a page as MkDocs' own Markdown renders it."""

import re
from collections.abc import Sequence
from functools import cache
from html.parser import HTMLParser

import markdown
from mkdocs.config import load_config
from mkdocs.config.defaults import MkDocsConfig

from website.paths import ROOT
from website.verify.blocks import CodeBlock, Unverified

_FRONT_MATTER = re.compile(r"\A---\n.*?\n---\n", re.S)


@cache
def config() -> MkDocsConfig:
    """The site's configuration, as `mkdocs build` reads it, but for plugins: loading them takes seconds."""
    return load_config(str(ROOT / "mkdocs.yml"), hooks=[], plugins=[])


@cache
def render(text: str) -> str:
    """HTML of a page, by the extensions of mkdocs.yml; kept, since several tests ask for it."""
    site = config()
    converter = markdown.Markdown(extensions=site.markdown_extensions, extension_configs=site.mdx_configs)
    return str(converter.convert(_FRONT_MATTER.sub("", text)))


def blocks(html: str) -> list[str]:
    """Text of every <pre>, in order: highlighted blocks, indented code and raw HTML alike."""
    reader = _Pre()
    reader.feed(html)
    reader.close()
    return [same_lines(text) for text in reader.found]


# Elements that Markdown makes, or that our pages need, and the attributes they may have. Anything else may look like
# code or output that ran, or hide what did.
_PLAIN = """
    p h1 h2 h3 h4 h5 h6 ul li em strong del code pre span table thead tbody tr blockquote hr br sub sup dl dt dd
    figure figcaption summary section
"""
_ELEMENTS = dict.fromkeys(_PLAIN.split(), "") | {
    "a": "href title rel tabindex",
    "abbr": "title",
    "details": "open",
    "div": "data-exit data-local data-of data-skip data-tabs",
    "em": "data-follows",  # a number that follows a moving picture
    "guess-first": "data-answer data-choices data-shown data-why",  # test_guesses compares it with what blocks show
    "h2": "data-hunt data-trap",
    "h3": "data-hunt",
    "img": "alt src title",
    "input": "checked name type",
    "label": "for",
    "moving-picture": "name",
    "ol": "start",
    "td": "style",
    "th": "colspan style",
}
_ALIGNED = re.compile(r"text-align: (?:left|right|center);")
_BOXES = "note|question|success|tip|info|warning|abstract|example|quote|failure|danger"
_CLASSES = {  # by element: any other may look like a block, or hide one
    "a": r"headerlink|footnote-ref|footnote-backref|md-button(?:--primary)?",
    "details": _BOXES,
    "div": rf"{_BOXES}|admonition|arithmatex|footnote|gl-checklist|highlight|lab-progress|live-playground"
    r"|language-\w+|tabbed-[\w-]+",
    "p": "admonition-title",
    "span": "arithmatex|caption-prefix",
    "strong": "gl-agrees|gl-wrong",
}
_TITLES = {"summary", "th", "label", "dt", "h1", "h2", "h3", "h4", "h5", "h6"}  # and paragraphs that begin a box
_OUTPUT = re.compile(
    r"\s*(?:the )?(?:outputs?|results?|answers?|it prints|prints|printed|stdout|console|terminal)"
    r"(?: (?:of|from) .*)?\s*(?::.*)?",
    re.I | re.S,
)
_OURS = re.compile(r"(?!__)|__tabbed_")  # ids; the theme's own begin with two underscores
_HARMLESS = re.compile(r"(?!\s*(?:javascript|data|vbscript|file)\s*:)", re.I)


_DRAWING = {"svg", "g", "path", "circle", "line", "rect", "polyline", "polygon", "title"}
_IN_BLOCK = {"div", "table", "tbody", "tr", "td", "th", "pre", "code", "span", "a"}


class _Strange(HTMLParser):
    """Finds elements, attributes and classes that Markdown does not make."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self.depth = 0  # of <div> within a highlighted block
        self.titled = ""  # by which element
        self.title: str | None = None  # of a box, a tab, a column of a table
        self.empty: list[str] = []  # elements that a script fills: a page says nothing in them
        self.within: list[str] = []  # <pre> and the name of a file: where a block has its text

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        classes = (dict(attrs).get("class") or "").split()
        if tag == "div" and (self.depth or "highlight" in classes):
            self.depth += 1
        if tag in _DRAWING:
            self.found += [f"{name} in <{tag}>" for name, _ in attrs if name == "style" or name.startswith("on")]
        elif tag not in _ELEMENTS or (self.depth and tag not in _IN_BLOCK) or (tag == "pre" and not self.depth):
            self.found.append(f"<{tag}>")
        else:
            self.found += [f"{name} in <{tag}>" for name, value in attrs if not _allowed(tag, name, value or "")]
            if not self.depth:
                known = _CLASSES.get(tag, "")
                self.found += [f'class="{one}" in <{tag}>' for one in classes if not re.fullmatch(known, one)]
        if tag == "moving-picture" or "lab-progress" in classes:
            self.empty.append(tag)
        if _OUTPUT.fullmatch(title := dict(attrs).get("title") or "-"):
            self.found.append(f"an output that nothing compares: {title!r}")
        if tag in _TITLES or "admonition-title" in classes:
            self.title, self.titled = "", tag
        if tag == "pre" or "filename" in classes:
            self.within.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag == "div" and self.depth:
            self.depth -= 1
        if self.empty and self.empty[-1] == tag:
            self.empty.pop()
        if self.title is not None and tag == self.titled:
            if _OUTPUT.fullmatch(self.title.replace("¶", "")):
                self.found.append(f"an output that nothing compares: {self.title.strip()!r} is the title of <{tag}>")
            self.title = None
        if self.within and self.within[-1] == tag:
            self.within.pop()

    def handle_data(self, data: str) -> None:
        self.title = self.title + data if self.title is not None else None
        if self.empty and data.strip():
            self.found.append(f"text in <{self.empty[-1]}>: {data.strip()!r}")
        if self.depth and not self.within and data.strip():
            self.found.append(f"text in the look of a block: {data.strip()!r}")


def _allowed(tag: str, name: str, value: str) -> bool:
    if name == "style":
        return "style" in _ELEMENTS[tag].split() and _ALIGNED.fullmatch(value) is not None
    if name in ("href", "src") and not _HARMLESS.match(value):
        return False
    if name == "id" and not _OURS.match(value):
        return False
    return name in ("id", "class", *_ELEMENTS[tag].split())


def strange(html: str) -> list[str]:
    """What stands in a rendered page, and Markdown did not make it."""
    reader = _Strange()
    reader.feed(html)
    reader.close()
    return list(dict.fromkeys(reader.found))


def compare(text: str, found: Sequence[CodeBlock], path: str = "page") -> None:
    """Refuse a page on which a reader sees other blocks than those that run, or in another order.

    Raises
    ------
    Unverified
        With the line, for every block that is shown and never run, and the reverse.
    """
    if unknown := strange(render(text)):
        raise Unverified(
            f"{path}:1: raw HTML or attributes that may look like code, or hide it: {'; '.join(unknown)}"
        )
    seen, run = blocks(render(text)), [same_lines(block.source) for block in found]
    if seen == run:
        return
    never = [
        f"{path}:{_line(text, source)}: shown as code, never run: {source!r}" for source in seen if source not in run
    ]
    unseen = [
        f"{path}:{block.line}: not shown as a block of its own: is it at the indentation of its container?"
        for block, source in zip(found, run, strict=True)
        if source not in seen
    ]
    raise Unverified("\n".join(unseen + never) or f"{path}:1: blocks are shown in another order than they stand here")


def _line(text: str, source: str) -> int:
    """Line of the page where a block seems to begin."""
    first = source.strip().split("\n")[0].strip()
    return text.count("\n", 0, max(text.find(first), 0)) + 1


def same_lines(source: str) -> str:
    """A block without what rendering does not keep: empty lines at its ends, spaces at the ends of lines."""
    return "\n".join(line.rstrip() for line in source.strip("\n").splitlines())


class _Pre(HTMLParser):
    """Collects the text of <pre>, but not of the column with the line numbers."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self.depth = 0
        self.numbers = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "td":
            self.numbers = ("class", "linenos") in attrs
        elif tag == "pre" and not self.numbers:
            self.depth += 1
            if self.depth == 1:
                self.found.append("")

    def handle_endtag(self, tag: str) -> None:
        if tag == "td":
            self.numbers = False
        elif tag == "pre" and self.depth:
            self.depth -= 1

    def handle_data(self, data: str) -> None:
        if self.depth and not self.numbers:
            self.found[-1] += data
