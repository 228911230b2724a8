"""Run is clicked on every Python block of every page, and what the browser gives is compared with the source."""

from collections import Counter, defaultdict

import pytest
from playwright.sync_api import Page

from gradlab import labs
from tests.chosen import first, sample
from tests.website import sources
from tests.website.live_tab import go, run, run_hidden, state
from website.verify.equality import same

PAGES = sources.addresses()
# The right code of a hunt is hidden, as its lines are shown one by one; its copy is checked, not run. Outputs count.
NO_RUN = "block => block.hidden || block.matches('.lab-check, :has(+ .lab-check)')"
HUNTS = {f"labs/{topic}/" for topic in labs.TOPICS}  # each hunt has four blocks, and tests of its own


# Of a page that is left out nobody would notice that it needs a newer Python, threads, or files that are not there.
@pytest.mark.parametrize(
    "address",
    [*(address for address in PAGES if address not in HUNTS), *sample(sorted(HUNTS), 1)],
    ids=lambda address: address or "index",
)
def test_every_block_gives_the_verified_output(tab: Page, address: str) -> None:
    go(tab, address)
    found = tab.locator("live-block").all()
    codes = [block.evaluate("block => block.block.code") for block in found]
    by_code = defaultdict(list)
    for entry in sources.page(PAGES[address]):
        by_code[entry.code].append(entry)
    assert Counter(codes) == {code: len(entries) for code, entries in by_code.items()}
    tab.evaluate("for (const fold of document.querySelectorAll('article details')) fold.open = true")
    both = zip(codes, found, strict=True)
    for code, block in first(both, 12) if address in HUNTS else both:
        entry = by_code[code].pop(0)
        got = run_hidden(block) if block.evaluate(NO_RUN) else run(block)
        told = f"{entry.where}:\n{entry.want}\n--- in the browser:\n{got}"
        assert state(block) == "same", told
        assert same(entry.want.replace("<BLANKLINE>", ""), got) or "Traceback" in entry.want, told


def test_there_are_blocks() -> None:
    counts = {address: len(sources.page(path)) for address, path in PAGES.items()}
    assert sum(counts.values()) > 150
    assert counts[""]
    assert all(counts[address] for address in counts if address.startswith("learn/") and address != "learn/")
