"""Seconds from Run to its output, on the site in build/site: first of a visit, again, on the next page, reloaded."""

from statistics import median
from time import perf_counter

from playwright.sync_api import Page

from website.audit.browser import browser, needed_browser, visit
from website.paths import SITE

PAGE = "learn/one-side-or-two/"
ROUNDS = 5


def seconds(page: Page) -> float:
    """Click Run of the first block, and wait for what it says of its output."""
    block = page.locator("live-block").first
    run = block.get_by_role("button", name="Run", exact=True)
    run.wait_for()
    start = perf_counter()
    run.click()
    page.locator("live-block[data-state=same]:not([aria-busy])").first.wait_for(timeout=120_000)
    return perf_counter() - start


def main() -> None:
    """The medians of a few rounds, each by a visitor whose browser has kept nothing."""
    found: dict[str, list[float]] = {"first of a visit": [], "again": [], "next page": [], "reloaded": []}
    with browser(needed_browser(), SITE) as opened:
        for _ in range(ROUNDS):
            with visit(opened) as visitor:
                page = visitor.open(PAGE)
                found["first of a visit"].append(seconds(page))
                found["again"].append(seconds(page))
                page.evaluate("document.querySelector('article').dataset.old = 'yes'")
                page.locator(".md-footer__link--next").click()
                page.locator("article:not([data-old])").wait_for()
                found["next page"].append(seconds(page))
                page.reload()
                found["reloaded"].append(seconds(page))
    for what, times in found.items():
        print(f"{what:16} {median(times):5.2f} s  ({min(times):.2f} to {max(times):.2f})")


if __name__ == "__main__":
    main()
