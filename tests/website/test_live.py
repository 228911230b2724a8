"""Run is clicked on every Python block of every page, and what the browser gives is compared with the source."""

from collections import Counter, defaultdict
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.website import sources
from tests.website.chosen import sample
from tests.website.live_tab import go, run, state
from website.rule import same
from website.served import Visit, visit

PAGES = sources.addresses()


@pytest.fixture(scope="module")
def reader(chromium: Browser) -> Iterator[tuple[Visit, Page]]:
    """Somebody who walks through all pages in one tab: Python is loaded once."""
    with visit(chromium, viewport={"width": 1280, "height": 900}) as opened:
        yield opened, opened.open()


@pytest.mark.parametrize("address", sample(PAGES, 5), ids=lambda address: address or "index")
def test_every_block_gives_the_verified_output(reader: tuple[Visit, Page], address: str) -> None:
    visitor, page = reader
    go(page, address)
    found = page.locator("live-block").all()
    codes = [block.evaluate("block => block.block.code") for block in found]
    by_code = defaultdict(list)
    for entry in sources.page(PAGES[address]):
        by_code[entry.code].append(entry)
    assert Counter(codes) == {code: len(entries) for code, entries in by_code.items()}
    for code, block in zip(codes, found, strict=True):
        entry = by_code[code].pop(0)
        got = run(block)
        told = f"{entry.where}:\n{entry.want}\n--- in the browser:\n{got}"
        assert state(block) == "same", told
        assert same(entry.want.replace("<BLANKLINE>", ""), got) or "Traceback" in entry.want, told
    assert not visitor.complaints
    assert not visitor.elsewhere


def test_there_are_blocks() -> None:
    counts = {address: len(sources.page(path)) for address, path in PAGES.items()}
    assert sum(counts.values()) > 150
    assert counts[""]
    assert all(counts[address] for address in counts if address.startswith("learn/"))
