"""Formulas: TeX becomes HTML while the site is built, so that a reader loads no JavaScript for them."""

import html
import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from mkdocs.exceptions import PluginError

from website import npm

STYLESHEET = "assets/katex/katex.min.css"
_SCRIPT = Path(__file__).with_name("typeset.mjs")
# What pymdownx.arithmatex (generic) leaves in a page: \(...\) in a span, \[...\] in a div.
_FORMULA = re.compile(r'<(span|div) class="arithmatex">\\[(\[](.*?)\\[)\]]</\1>([.,;:!?)]*)', re.S)
_SHORT = 40  # characters of TeX that may be kept on one line with what follows
_OTHER_FORMATS = re.compile(r',url\([^)]*\.(?:woff|ttf)\) format\("\w+"\)')

Formula = tuple[str, bool]  # TeX, and whether it stands in a line of its own


class Typesetter:
    """KaTeX, by one call of node for all formulas that are prepared together; each formula is set once."""

    def __init__(self) -> None:
        self._done: dict[Formula, dict[str, str]] = {}

    def prepare(self, contents: Iterable[str]) -> None:
        """Set all formulas of these pages that were not set before."""
        found = dict.fromkeys(formula for content in contents for formula in formulas(content))
        new = [formula for formula in found if formula not in self._done]
        if new:
            answer = npm.run("node", npm.packages(), str(_SCRIPT), given=json.dumps(new))
            self._done |= zip(new, json.loads(answer), strict=True)

    def __call__(self, formula: Formula) -> str:
        """HTML (and MathML, for screen readers) of one formula. Raises ValueError for bad TeX."""
        if "error" in self._done[formula]:
            raise ValueError(self._done[formula]["error"])
        return self._done[formula]["html"]


def formulas(content: str) -> Iterator[Formula]:
    """The formulas of a page."""
    return (_formula(found) for found in _FORMULA.finditer(content))


def _formula(found: re.Match[str]) -> Formula:
    return html.unescape(found[2]).strip(), found[1] == "div"


def files() -> Iterator[tuple[str, str | Path]]:
    """Path in the site, and content or file, of the style sheet, its fonts (in the one format needed) and licence."""
    katex = npm.packages() / "node_modules" / "katex"
    style = (katex / "dist" / "katex.min.css").read_text(encoding="utf-8")
    yield STYLESHEET, _OTHER_FORMATS.sub("", style)
    yield "assets/katex/LICENSE.txt", katex / "LICENSE"
    for font in sorted((katex / "dist" / "fonts").glob("*.woff2")):
        yield f"assets/katex/fonts/{font.name}", font


def typeset(page_html: str, page: str, typesetter: Typesetter) -> tuple[str, int]:
    """Replace every formula of a finished page; also say how many there were.

    Parameters
    ----------
    page_html : str
        The page as it would be written.
    page : str
        Its name, for the message.
    typesetter : Typesetter
        Sets what was not prepared too; node is called only if there is such a formula.

    Raises
    ------
    mkdocs.exceptions.PluginError
        If KaTeX refuses a formula: the build fails.
    """

    def html_of(formula: re.Match[str]) -> str:
        tex, display = _formula(formula)
        try:
            done = typesetter((tex, display))
        except ValueError as error:
            raise PluginError(f"{page}: KaTeX refuses the formula {tex!r}: {error}") from None
        if formula[3] and not display and len(tex) <= _SHORT:  # no line begins with a full stop
            return f'<span class="gl-together">{done}{formula[3]}</span>'
        return done + formula[3]

    typesetter.prepare([page_html])
    return _FORMULA.subn(html_of, page_html)
