"""Last touches to pages: names for what Material leaves unnamed, and nothing that no reader sees."""

import html
import re

# Material's own markup, and what a screen reader needs in its place. A new version of Material that changes the left
# side is noticed by tests/website/test_site.py.
_NAMED = {
    'data-md-component="search" role="dialog"': 'data-md-component="search" role="dialog" aria-label="Search"',
    '<div class="md-search__scrollwrap" tabindex="0"': (
        '<div class="md-search__scrollwrap" tabindex="0" role="region" aria-label="Search results"'
    ),
}

# The search of the theme is a worker; ours speaks the same messages, so that field, keys and list stay the theme's.
SEARCH = "assets/search.js"
# MkDocs and ProperDocs make the same pages, but for this name.
_BUILT_BY = re.compile(r'(<meta name="generator" content=")mkdocs-[^,"]*, ')
_THEMES_SEARCH = re.compile(r"assets/javascripts/workers/search\.\w+\.min\.js")

# Pygments' classes that 2-colours.css draws in ink, like the text around them (a test compares). Their elements would
# be half of all elements of a page, and a phone computes styles for each.
INK = ("fm", "mb", "mf", "mh", "mi", "mo", "n", "na", "nc", "ne", "nf", "nn", "nv", "o", "p", "se", "vi", "vm", "w")
_IN_INK = re.compile(rf'<span class="(?:{"|".join(INK)})">([^<]*)</span>')

# 1e-7, 4-5-3-1, 2026-01-31: a browser would break a line at each of the hyphens.
_HYPHENED = re.compile(r"\d[\d.]*(?:e-\d+|(?:-\d+)+)")
_LINE_NUMBERS = re.compile(r'<td class="linenos">.*?</td>', re.S)
_NO_PROSE = re.compile(r'(<pre\b.*?</pre>|<svg\b.*?</svg>|<(?:span|div) class="arithmatex">[^<]*|<[^>]*>)', re.S)


def named(page_html: str, names: dict[str, str]) -> str:
    """The page with a name for everything that can be reached, and with the site's own search as `names` has it."""
    page_html = _THEMES_SEARCH.sub(names[SEARCH], _BUILT_BY.sub(r"\1", page_html))
    for unnamed, name in _NAMED.items():
        page_html = page_html.replace(unnamed, name)
    return page_html


def plain(title: str) -> str:
    """A title as text, its typographic quotes as characters: a template that escapes it must not do so twice."""
    return re.sub("&[lr][sd]quo;", lambda found: html.unescape(found[0]), title)


def with_stylesheet(page_html: str, href: str, *, last: bool = False) -> str:
    """The page with one more style sheet, before the site's own, or after it."""
    link = f'<link rel="stylesheet" href="{href}">'
    if last:
        return page_html.replace("</head>", f"{link}</head>", 1)
    return page_html.replace("<head>", f"<head>{link}", 1)


def without_spans_in_ink(content: str) -> str:
    """Highlighted code without the elements that change nothing."""
    return _IN_INK.sub(r"\1", content)


def with_whole_numbers(content: str) -> str:
    """Content whose numbers are not broken between two lines."""
    parts = _NO_PROSE.split(content)
    parts[::2] = [_HYPHENED.sub(r'<span class="gl-whole">\g<0></span>', prose) for prose in parts[::2]]
    return "".join(parts)


def with_light_sources(content: str) -> str:
    """API content without line numbers, and of which search does not index the source code.

    It would be three quarters of the index; and each number is an element of its own.
    """
    return _LINE_NUMBERS.sub("", content).replace(
        '<details class="mkdocstrings-source"', '<details class="mkdocstrings-source" data-search-exclude'
    )
