"""A tab in which blocks are run: what several tests of Run and Edit do with it."""

import time
from collections.abc import Callable
from typing import TypeVar

from playwright.sync_api import Locator, Page

from website.audit.browser import url

# Playwright's own waiting for a function uses eval, which the pages' policy forbids.
ENDED = """block => new Promise((done, fail) => {
  const late = Date.now() + 120000;
  const look = () => {
    if (block.dataset.state && !block.ariaBusy) {
      done([...block.querySelectorAll(".live-out pre")].map((pre) => pre.textContent).join(""));
    } else if (Date.now() > late) fail(new Error("no end after two minutes: " + block.dataset.state));
    else setTimeout(look, 10);
  };
  look();
})"""


# Until the theme has read the site's map, a click on a link loads the page anew instead of exchanging its article. It
# has read what came once there is nothing else to do, however busy the machine is.
MAP_READ = """() => new Promise((done, fail) => {
  const late = Date.now() + 60000;
  const read = () => requestIdleCallback(() => done((window.mapRead = true)), { timeout: 5000 });
  const look = () => {
    const map = performance.getEntriesByType("resource").find((entry) => /\\/sitemap\\.xml/.test(entry.name));
    if (window.mapRead) done();
    else if (map && map.responseEnd > 0) setTimeout(read, 50);
    else if (Date.now() > late) fail(new Error("the theme did not read the site's map"));
    else setTimeout(look, 10);
  };
  look();
})"""

Thing = TypeVar("Thing")


def comes(ask: Callable[[], Thing], wanted: Thing | Callable[[Thing], bool], seconds: float = 60) -> Thing:
    """Wait, as a person would, until what a page answers is as it should be; what it answered then."""
    right = wanted if callable(wanted) else lambda found: found == wanted
    late = time.monotonic() + seconds
    while not right(found := ask()):
        assert time.monotonic() < late, f"still {found!r}, not {wanted!r}"
        time.sleep(0.05)
    return found


def go(page: Page, address: str) -> None:
    """Instant navigation to a page on which all is unfolded."""
    navigate(page, address)
    arrived(page)


def navigate(page: Page, address: str) -> None:
    """Instant navigation, as a click in the menu does it. A page that is shown already is left first."""
    if page.url.partition("?")[0] == url(address):
        navigate(page, next(other for other in ("about/design/", "about/hosting/") if other != address))
    page.evaluate(MAP_READ)
    page.evaluate("document.querySelector('article').dataset.old = 'yes'")
    page.evaluate("to => [...document.links].find((link) => link.href === to).click()", url(address))
    page.locator("article:not([data-old])").wait_for()  # not by a function, which the pages' policy forbids


def arrived(page: Page) -> None:
    """Wait for the article of the next page; unfold what is folded in it."""
    page.locator("article:not([data-old])").wait_for()
    page.evaluate("document.querySelectorAll('article details').forEach((folded) => { folded.open = true; })")


def run(block: Locator) -> str:
    """Click Run, where a fold hides it too; wait for the end; what was printed."""
    block.evaluate("block => { const fold = block.closest('details'); if (fold) fold.open = true; }")
    block.get_by_role("button", name="Run", exact=True).click()
    return ended(block)


def run_hidden(block: Locator) -> str:
    """Run a block that a hunt has hidden, whose button nobody can click; wait for the end; what was printed."""
    block.evaluate("block => { block.run(); }")
    return ended(block)


def ended(block: Locator) -> str:
    """What a block has printed when it has ended."""
    return str(block.evaluate(ENDED))


def edit(block: Locator, code: str) -> None:
    """Click Edit, and type instead of what is there."""
    button = block.get_by_role("button", name="Edit")
    button.or_(block.locator(".cm-content")).first.wait_for()  # a page that was loaded anew is not alive at once
    if button.is_visible():
        button.click()
    block.locator(".cm-content").press("ControlOrMeta+a")
    block.page.keyboard.insert_text(code)


def state(block: Locator) -> str | None:
    """What the block says of itself: same, differs, edited, error, stopped, failed."""
    return block.get_attribute("data-state")
