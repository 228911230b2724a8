"""Where a page says `figure:name`, the picture is put in."""

import html
import re
from collections.abc import Mapping

from mkdocs.exceptions import PluginError

from website.figures import svg
from website.figures.registry import catalogue

_IMAGE = re.compile(r'(?:<p>)?<img (?=[^>]*src="figure:(?P<name>[^"]+)")(?P<attributes>[^>]*)>(?:</p>)?')
_ALT = re.compile(r'alt="([^"]*)"')


def embed(page_html: str, page: str, ready: Mapping[str, str]) -> str:
    """Put the SVG of each figure into a finished page. It is done last, so that search sees words, not axis labels.

    Parameters
    ----------
    page_html : str
        The page as it would be written.
    page : str
        Its name, for the messages.
    ready : mapping
        Figures that were drawn already, by name: SVG as matplotlib wrote it (the gallery's).

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
        drawn = _drawn(name, html.unescape(alt[1]), f"{name}-{seen[name]}", page, ready)
        return f'<div class="gl-figure">{drawn}</div>'

    return _IMAGE.sub(picture, page_html)


def _drawn(name: str, alt: str, key: str, page: str, ready: Mapping[str, str]) -> str:
    if name in ready:
        return svg.belonging(ready[name], alt, key)
    figures = catalogue()
    if name not in figures:
        raise PluginError(f"{page}: there is no figure {name!r}; there are {', '.join(sorted(figures))}")
    return svg.inline(figures[name], alt, key)
