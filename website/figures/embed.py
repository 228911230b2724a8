"""Where a page says `figure:name`, the picture is put in."""

import html
import re
from collections.abc import Callable, Mapping

from mkdocs.exceptions import PluginError

from website.figures import moving, svg
from website.figures.registry import catalogue

Picture = Callable[[str, str, str], str]

_IMAGE = re.compile(r'(?:<p>)?<img (?=[^>]*src="figure:(?P<name>[^"]+)")(?P<attributes>[^>]*)>(?:</p>)?')
_ALT = re.compile(r'alt="([^"]*)"')


def draw(name: str, alt: str, key: str) -> str:
    """SVG of the figure of that name. Raises LookupError if there is none."""
    figures = catalogue()
    if name not in figures:
        raise LookupError(f"there is no figure {name!r}; there are {', '.join(sorted(figures))}")
    return svg.inline(figures[name], alt, key)


def embed(page_html: str, page: str, ready: Mapping[str, str], draw: Picture = draw) -> str:
    """Put the SVG of each figure into a finished page. It is done last, so that search sees words, not axis labels.

    Parameters
    ----------
    page_html : str
        The page as it would be written.
    page : str
        Its name, for the messages.
    ready : mapping
        Figures that were drawn already, by name: SVG as matplotlib wrote it (the gallery's).
    draw : callable
        What draws the others: (name, alt, key) -> SVG.

    Raises
    ------
    mkdocs.exceptions.PluginError
        If a figure has no alt text, or nobody knows how to draw it: the build fails.
    """
    seen: dict[str, int] = {}

    def picture(image: re.Match[str]) -> str:
        name = image["name"]
        alt = _ALT.search(image["attributes"])
        if alt is None or not alt[1].strip():
            raise PluginError(f"{page}: the figure {name!r} has no alt text: write ![what it shows](figure:{name})")
        seen[name] = seen.get(name, 0) + 1
        text, key = html.unescape(alt[1]), f"{name}-{seen[name]}"
        try:
            drawn = svg.belonging(ready[name], text, key) if name in ready else draw(name, text, key)
        except LookupError as error:
            raise PluginError(f"{page}: {error}") from None
        # Without a narrow drawing, a phone moves the picture sideways in its frame, and the keyboard must be able to.
        frame = "" if "gl-narrow" in drawn else ' tabindex="0"'
        return moving.around(name, f'<div class="gl-figure"{frame}>{drawn}</div>')

    return _IMAGE.sub(picture, page_html)
