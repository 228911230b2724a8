"""Formulas: TeX becomes HTML while the site is built, so that a reader loads no JavaScript for them."""

import html
import re
from collections.abc import Callable

from mkdocs.exceptions import PluginError
from py_mini_racer import JSEvalException, MiniRacer

from website.paths import WEBSITE

STYLESHEET = "assets/katex/katex.min.css"
_KATEX = WEBSITE / "vendor" / "katex.min.js"
# What pymdownx.arithmatex (generic) leaves in a page: \(...\) in a span, \[...\] in a div.
_FORMULA = re.compile(r'<(span|div) class="arithmatex">\\[(\[](.*?)\\[)\]]</\1>([.,;:!?)]*)', re.S)
_SHORT = 40  # characters of TeX that may be kept on one line with what follows
# One meaning keeps one colour in text, formulas and pictures: \analytic{...} and so on. KaTeX calls \htmlClass an
# extension of TeX, which is all that is forgiven.
_SETUP = r"""
const macros = {};
for (const role of ["analytic", "numeric", "wrong", "agrees"]) macros["\\" + role] = `\\htmlClass{gl-${role}}{#1}`;
function typeset(tex, displayMode) {
  const strict = (code) => (code === "htmlExtension" ? "ignore" : "error");
  const trust = (context) => context.command === "\\htmlClass";
  const html = katex.renderToString(tex, { displayMode, strict, trust, macros: { ...macros } });
  if (html.includes("#cc0000")) throw new Error(`a command of this formula is not allowed here: ${tex}`);
  return html;
}
"""


class Typesetter:
    """KaTeX in an embedded JavaScript engine; made once a build, since starting it takes longer than a formula."""

    def __init__(self) -> None:
        self._engine = MiniRacer()
        self._engine.eval(_KATEX.read_text(encoding="utf-8"))
        self._engine.eval(_SETUP)

    def __call__(self, tex: str, display: bool) -> str:
        """HTML (and MathML, for screen readers) of one formula. Raises ValueError for bad TeX."""
        try:
            return str(self._engine.call("typeset", tex, display))
        except JSEvalException as error:
            raise ValueError(str(error).splitlines()[0]) from None


def typeset(page_html: str, page: str, make: Callable[[], Typesetter]) -> tuple[str, int]:
    """Replace every formula of a finished page; also say how many there were.

    Parameters
    ----------
    page_html : str
        The page as it would be written.
    page : str
        Its name, for the message.
    make : callable
        Gives the typesetter; called only if there is a formula.

    Raises
    ------
    mkdocs.exceptions.PluginError
        If KaTeX refuses a formula: the build fails.
    """

    def html_of(formula: re.Match[str]) -> str:
        tex = html.unescape(formula[2]).strip()
        try:
            done = make()(tex, formula[1] == "div")
        except ValueError as error:
            raise PluginError(f"{page}: KaTeX refuses the formula {tex!r}: {error}") from None
        if formula[3] and formula[1] == "span" and len(tex) <= _SHORT:  # no line begins with a full stop
            return f'<span class="gl-together">{done}{formula[3]}</span>'
        return done + formula[3]

    return _FORMULA.subn(html_of, page_html)
