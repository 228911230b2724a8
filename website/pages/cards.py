"""A picture for each page, for those who link to it: drawn once, and again only if what it shows changes."""

import hashlib
import re
from functools import cache
from pathlib import Path

from mkdocs.structure.pages import Page

from website.figures.card import card
from website.figures.registry import catalogue
from website.paths import BUILD, PACKAGE, WEBSITE

_KEPT = BUILD / "cards"
_FIGURE = re.compile(r"\]\(figure:([\w-]+)\)")


def address(page: Page) -> str:
    """Where the picture of a page lies in the site."""
    return f"assets/cards/{page.url.strip('/').replace('/', '-') or 'index'}.png"


def write(page: Page, site: Path) -> None:
    """Put the picture of a page into the site."""
    title, asks = str(page.title), page.meta.get("asks", "")
    name = next(iter(_FIGURE.findall(page.markdown or "")), "")
    digest = hashlib.sha256("\n".join((title, asks, name, _drawings())).encode()).hexdigest()[:24]
    kept = _KEPT / f"{digest}.png"
    if not kept.exists():
        _KEPT.mkdir(parents=True, exist_ok=True)
        draft = kept.with_suffix(f".{page.url.count('/')}.draft")
        draft.write_bytes(card(title, asks, catalogue().get(name)))
        draft.replace(kept)
    target = site / address(page)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(kept.read_bytes())


@cache
def _drawings() -> str:
    """What all figures are drawn with: their own code, and the package, whose numbers they show."""
    sources = sorted((WEBSITE / "figures").glob("*.py")) + sorted((PACKAGE / "gradlab").rglob("*.py"))
    return hashlib.sha256(b"".join(path.read_bytes() for path in sources)).hexdigest()
