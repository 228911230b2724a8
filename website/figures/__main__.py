"""`python -m website.figures NAME`: one figure as its page shows it, wide, narrow, light and dark, in a browser."""

import sys
import webbrowser

from website.figures import svg
from website.figures.registry import catalogue
from website.paths import BUILD, WEBSITE

_PAGE = """<!doctype html><meta charset="utf-8"><title>{name}</title><style>{style}
section {{ padding: 1rem; background: var(--gl-paper); color: var(--md-typeset-color, currentColor) }}
.gl-wide, .gl-narrow {{ display: block !important }}</style>
<body class="md-typeset"><section data-md-color-scheme="default">{drawn}</section>
<section data-md-color-scheme="slate">{drawn}</section>"""
_STYLE = ("1-fonts", "2-colours", "5-figures")


def main(names: list[str]) -> int:
    """Write build/figures/NAME.html, and open it; without a name, say which there are."""
    figures = catalogue()
    if len(names) != 1 or names[0] not in figures:
        print("One of these figures:", *sorted(figures), sep="\n  ", file=sys.stderr)
        return 2
    style = "\n".join((WEBSITE / "style" / f"{part}.css").read_text(encoding="utf-8") for part in _STYLE)
    page = BUILD / "figures" / f"{names[0]}.html"
    page.parent.mkdir(parents=True, exist_ok=True)
    drawn = svg.inline(figures[names[0]], names[0], names[0])
    page.write_text(_PAGE.format(name=names[0], style=style, drawn=drawn), encoding="utf-8")
    print(page)
    webbrowser.open(page.as_uri())
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
