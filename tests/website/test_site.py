"""The built site as files: links, anchors, assets, alt texts, weights, and what is made for programs."""

import gzip
import json
import re
import zipfile
from collections import Counter
from functools import cache
from inspect import ismodule
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

import pytest
from bs4 import BeautifulSoup

import gradlab
from gradlab import nn
from website import named
from website.audit.browser import ORIGIN, SUB_PATH, addresses, url

ROOT = Path(__file__).parents[2]
LOADED = {
    "img": "src",
    "script": "src",
    "source": "src",
    "iframe": "src",
    "video": "src",
    "audio": "src",
    "link": "href",
}


@cache
def soup(site: Path, address: str) -> BeautifulSoup:
    """One page, parsed."""
    file = site / address
    return BeautifulSoup((file / "index.html" if file.is_dir() else file).read_text(encoding="utf-8"), "html.parser")


@cache
def targets(site: Path, address: str) -> set[str]:
    """What a link into a page can name."""
    return {str(tag.get("id") or tag.get("name")) for tag in soup(site, address).select("[id], a[name]")} | {""}


def target(site: Path, link: str) -> str | None:
    """Why an address within the site leads nowhere; None if it leads somewhere."""
    parts = urlsplit(link)
    if not parts.path.startswith(SUB_PATH):
        return "outside the site's folder"
    place = unquote(parts.path).removeprefix(SUB_PATH)
    file = site / place
    if file.is_dir() and not place.endswith("/") and place:
        return "a folder, without / at its end"
    file = file / "index.html" if file.is_dir() else file
    if not file.is_file():
        return "no such file"
    if file.suffix == ".html" and unquote(parts.fragment) not in targets(site, place):
        return "no such anchor"
    return None


def test_every_link_leads_somewhere(site: Path) -> None:
    broken = []
    for address in addresses(site):
        for tag in soup(site, address).find_all(True):
            for attribute in ("href", "src", "poster", "data"):
                if attribute not in tag.attrs:
                    continue
                link = urljoin(url(address), str(tag[attribute]))
                if link.startswith(f"{ORIGIN}/") and (why := target(site, link)):
                    broken.append(f"{address}: {tag[attribute]}: {why}")
    assert not broken, "\n".join(broken)


def test_style_sheets_name_files_that_are_there(site: Path) -> None:
    named = [
        (sheet, link)
        for sheet in site.rglob("*.css")
        for link in re.findall(r"url\(([^)\"']+)\)", sheet.read_text(encoding="utf-8"))
        if not link.startswith("data:")
    ]
    assert len(named) > 20
    assert not [f"{sheet.name}: {link}" for sheet, link in named if not (sheet.parent / link).is_file()]


def test_pages_load_nothing_from_elsewhere(site: Path) -> None:
    loads = [
        urljoin(url(address), str(tag[LOADED[tag.name]]))
        for address in addresses(site)
        for tag in soup(site, address).find_all(list(LOADED))
        if tag.get(LOADED[tag.name])
    ]
    assert len(loads) > 100
    # A picture that is written into the page loads nothing.
    assert not [link for link in loads if not link.startswith((f"{ORIGIN}{SUB_PATH}", "data:image/"))]


def test_every_picture_has_a_text(site: Path) -> None:
    for address in addresses(site):
        for picture in soup(site, address).select("img"):
            assert picture.get("alt"), f"{address}: {picture}"
        for picture in soup(site, address).select(".md-content svg:not(.katex svg)"):
            assert picture.get("aria-label") or picture.get("aria-hidden"), f"{address}: {str(picture)[:200]}"


def test_ids_are_unique(site: Path) -> None:
    for address in addresses(site):
        twice = Counter(str(tag["id"]) for tag in soup(site, address).select("[id]")) - Counter(
            targets(site, address)
        )
        assert not twice, f"{address}: {dict(twice)}"


def test_formulas_and_figures_are_all_replaced(site: Path) -> None:
    for address in addresses(site):
        page = soup(site, address)
        assert not page.select(".arithmatex:not(:has(.katex))"), address
        assert not page.select("img[src^='figure:']"), address
        assert bool(page.select(".katex")) == bool(page.select("link[href*='katex']")), address


def test_everything_to_be_reached_is_named(site: Path) -> None:
    page = soup(site, "")
    assert page.select_one("[role=dialog]")["aria-label"] == "Search"
    assert page.select_one(".md-search__scrollwrap")["aria-label"] == "Search results"


def test_every_page_has_one_title_and_a_way_on(site: Path) -> None:
    pages = [address for address in addresses(site) if address != "404.html"]
    for address in pages:
        assert len(soup(site, address).select("h1")) == 1, address
    ends = [address for address in pages if not soup(site, address).select("link[rel=next]")]
    assert len(ends) == 1


def test_pages_are_light(site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sizes = {}
    for address in addresses(site):
        file = site / address
        content = (file / "index.html" if file.is_dir() else file).read_bytes()
        sizes[address or "index"] = len(gzip.compress(content)) / 1000
    with capsys.disabled():
        print("\n" + "\n".join(f"{size:8.1f} kB  {address}" for address, size in sizes.items()))
    heavy = {address: size for address, size in sizes.items() if size > (90 if "api" in address else 60)}
    assert not heavy


def test_own_files_are_light(site: Path) -> None:
    assert len(gzip.compress(named.found(site, "site.css").read_bytes())) < 8_000
    assert sum(font.stat().st_size for font in (site / "assets/fonts").glob("*.woff2")) < 210_000
    assert not list((site / "assets").rglob("*.ttf"))


def test_the_wheel_on_the_site_is_the_package(site: Path) -> None:
    (wheel,) = (site / "download").iterdir()
    with zipfile.ZipFile(wheel) as packed:
        names = set(packed.namelist())
        tracked = {str(path.relative_to(ROOT / "src").as_posix()) for path in (ROOT / "src/gradlab").rglob("*.py")}
        assert tracked <= names
        metadata = next(name for name in names if name.endswith("/METADATA"))
        assert "Name: gradlab-check" in packed.read(metadata).decode()


def test_programs_can_read_the_site(site: Path) -> None:
    listed = re.findall(r"\]\((\S+)\)", (site / "llms.txt").read_text(encoding="utf-8"))
    pages = [address for address in addresses(site) if address != "404.html"]
    assert len(listed) == len(pages)
    for link in listed:
        text = (site / link.removeprefix(url())).read_text(encoding="utf-8")
        assert text.lstrip().startswith("# ") or "\n# " in text, link


def test_search_has_words_and_no_axis_labels(site: Path) -> None:
    index = json.loads((site / "search/search_index.json").read_text(encoding="utf-8"))
    assert len(index["docs"]) > 30
    assert not [
        entry["location"] for entry in index["docs"] if "<svg" in entry["text"] or "gl-figure" in entry["text"]
    ]


def test_the_api_pages_describe_every_public_name(site: Path) -> None:
    pages = [address for address in addresses(site) if address.startswith("reference/api")]
    described = {anchor.rpartition(".")[2] for page in pages for anchor in targets(site, page)}
    public = {name for package in (gradlab, nn) for name in package.__all__ if not ismodule(getattr(package, name))}
    assert len(public) > 20
    assert not public - described
