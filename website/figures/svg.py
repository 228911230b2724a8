"""From a matplotlib figure to SVG that belongs to its page: its colours, its font, its own ids, no dates."""

import html
import io
import re

from matplotlib.figure import Figure

from website.figures import style
from website.figures.registry import Draw, has_narrow

# (`xlink:href` stays: Material's instant navigation assigns to every `href` it finds, and stumbles over an SVG's.)
_RULES = (
    (re.compile(r"^.*?(?=<svg )", re.S), ""),  # XML declaration and doctype
    (re.compile(r"<!--.*?-->|<metadata>.*?</metadata>", re.S), ""),
    # A style sheet for every element of the page, not of the figure: each has all styles computed anew.
    (re.compile(r"<defs>\s*<style.*?</style>\s*</defs>", re.S), ""),
    (re.compile(r' (?:width|height)="[\d.]+pt"| version="1.1"| xmlns(?::xlink)?="[^"]*"'), ""),
    (re.compile(r"font: (?=italic)\S+ "), "font-style: italic; font: "),
    (re.compile(r"font: (\d+) (?=[\d.]+px)"), r"font-weight: \1; font: "),
    (re.compile(r"font: ([\d.]+px) [^;\"]*"), r"font-size: \1"),
    (re.compile(r" ?font-family: [^;\"]*;?"), ""),
    (re.compile(r' transform="rotate\(-0 [^)]*\)"'), ""),
    (re.compile(r"(-?\d+\.\d{2})\d+(?=[^<>]*>)"), r"\1"),  # a hundredth of a pixel is enough; texts keep theirs
    (re.compile(r">\s+<"), "><"),
    (re.compile(r"\s*\n\s*"), " "),
)
_GROUP = re.compile(r'</g>|<g(?: id="[^"]*")?(?P<attributes>(?: [^>]*)?)>')


def inline(draw: Draw, alt: str, key: str) -> str:
    """SVG of a figure, twice if it has a version for phones. `key` makes its ids unique in the page."""
    with style.used():
        wide = _svg(draw(), alt, key)
        if not has_narrow(draw):
            return wide
        return _shown(wide, "gl-wide") + _shown(_svg(draw(narrow=True), alt, f"{key}-n"), "gl-narrow")


def belonging(svg: str, alt: str, key: str) -> str:
    """SVG as matplotlib wrote it, made part of a page."""
    for pattern, new in _RULES:
        svg = pattern.sub(new, svg)
    svg = _flat(svg)
    svg = re.sub(r'\bid="', f'id="{key}-', svg)
    svg = re.sub(r'(href="#|url\(#)', rf"\g<1>{key}-", svg)
    for colour, role in (style.ROLES | style.ORIGINALS).items():
        svg = svg.replace(colour, role)
    width = re.search(r'viewBox="0 0 ([\d.]+)', svg)
    size = f'width="{float(width[1]):.0f}" style="--gl-width: {float(width[1]):.0f}px" ' if width else ""
    return svg.replace("<svg ", f'<svg {size}role="img" aria-label="{html.escape(alt)}" ', 1)


def _flat(svg: str) -> str:
    """SVG without the groups that only carry a name: half of all elements of a figure."""
    kept: list[bool] = []

    def group(tag: re.Match[str]) -> str:
        if tag[0] != "</g>":
            kept.append(bool(tag["attributes"]))
            return tag[0] if kept[-1] else ""
        return tag[0] if kept.pop() else ""

    return _GROUP.sub(group, svg)


def _svg(fig: Figure, alt: str, key: str) -> str:
    written = io.StringIO()
    fig.savefig(written, format="svg", metadata={"Date": None, "Creator": None})
    return belonging(written.getvalue(), alt, key)


def _shown(svg: str, where: str) -> str:
    return svg.replace("<svg ", f'<svg class="{where}" ', 1)
