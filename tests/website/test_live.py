"""Run is clicked on every Python block of every page, and what the browser gives is compared with the source."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.website import sources
from tests.website.sources import Wanted
from website.rule import same
from website.served import Visit, url, visit

PAGES = sources.addresses()
SHOWN = "block => [...block.querySelectorAll('.live-out pre')].map((pre) => pre.textContent).join('')"
DONE = "block => block.dataset.state && !block.ariaBusy"


@pytest.fixture(scope="module")
def reader(chromium: Browser, site: Path) -> Iterator[tuple[Visit, Page]]:
    """Somebody who walks through all pages in one tab: Python is loaded once."""
    with visit(chromium, site, viewport={"width": 1280, "height": 900}) as opened:
        yield opened, opened.open()


def go(page: Page, address: str) -> None:
    """Instant navigation, as a click in the menu does it."""
    page.evaluate("document.querySelector('article').dataset.old = 'yes'")
    page.evaluate("to => [...document.links].find((link) => link.href === to).click()", url(address))
    page.wait_for_function("!document.querySelector('article[data-old]')")


@pytest.mark.parametrize("address", PAGES, ids=lambda address: address or "index")
def test_every_block_gives_the_verified_output(reader: tuple[Visit, Page], address: str) -> None:
    visitor, page = reader
    go(page, address)
    page.evaluate("document.querySelectorAll('article details').forEach((folded) => { folded.open = true; })")
    wanted = sources.page(PAGES[address])
    found = page.locator("live-block").all()
    codes = [block.evaluate("block => block.block.code") for block in found]
    assert Counter(codes) == Counter(entry.code for entry in wanted)
    by_code: dict[str, list[Wanted]] = {}
    for entry in wanted:
        by_code.setdefault(entry.code, []).append(entry)
    for code, block in zip(codes, found, strict=True):
        entry = by_code[code].pop(0)
        block.get_by_role("button", name="Run", exact=True).click()
        handle = block.element_handle()
        assert handle
        page.wait_for_function(DONE, arg=handle, timeout=120_000)
        got = block.evaluate(SHOWN)
        assert block.get_attribute("data-state") == "same", f"{entry.where}:\n{entry.want}\n---\n{got}"
        assert same(entry.want.replace("<BLANKLINE>", ""), got), f"{entry.where}:\n{entry.want}\n---\n{got}"
    assert not visitor.complaints
    assert not visitor.elsewhere


def test_there_are_blocks() -> None:
    counts = {address: len(sources.page(path)) for address, path in PAGES.items()}
    assert sum(counts.values()) > 150
    assert counts[""]
    assert all(counts[address] for address in counts if address.startswith("learn/"))
