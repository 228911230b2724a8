"""Last touches to finished pages: what Material leaves unnamed, and a style sheet only where it is needed."""

# Material's own markup, and what a screen reader needs in its place. A new version of Material that changes the left
# side is noticed by tests/website/test_site.py.
_NAMED = {
    'data-md-component="search" role="dialog"': 'data-md-component="search" role="dialog" aria-label="Search"',
    '<div class="md-search__scrollwrap" tabindex="0"': (
        '<div class="md-search__scrollwrap" tabindex="0" role="region" aria-label="Search results"'
    ),
}


def named(page_html: str) -> str:
    """The page with a name for everything that can be reached."""
    for unnamed, name in _NAMED.items():
        page_html = page_html.replace(unnamed, name)
    return page_html


def with_stylesheet(page_html: str, href: str) -> str:
    """The page with one more style sheet, before the site's own."""
    return page_html.replace("<head>", f'<head><link rel="stylesheet" href="{href}">', 1)


def without_sources_in_search(content: str) -> str:
    """API content of which search does not index the source code: it would be three quarters of the index."""
    return content.replace(
        '<details class="mkdocstrings-source"', '<details class="mkdocstrings-source" data-search-exclude'
    )
