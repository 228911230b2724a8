"""Seconds from Run to its output, on the site in build/site: first of a visit, again, on the next page, reloaded."""

from statistics import median

from playwright.sync_api import Page

from website.audit.browser import browser, needed_browser, visit
from website.paths import SITE

PAGE = "learn/one-side-or-two/"
ROUNDS = 5


# In the page itself: what drives the browser asks only every so often, and takes longer than a second run.
CLOCK = """() => new Promise((answer) => {
  const block = document.querySelector("live-block"), run = block.querySelector(".live-run");
  let start;
  run.addEventListener("click", () => { start = performance.now(); }, { capture: true, once: true });
  new MutationObserver((_, watching) => {
    if (start === undefined || block.dataset.state !== "same" || block.ariaBusy) return;
    watching.disconnect();
    requestAnimationFrame(() => setTimeout(() => answer((performance.now() - start) / 1000))); // it is drawn
  }).observe(block, { attributes: true, childList: true, subtree: true });
  run.click();
})"""


def seconds(page: Page) -> float:
    """Click Run of the first block: from the click until what it says of its output is drawn."""
    page.locator("live-block .live-run").first.wait_for()
    return float(page.evaluate(CLOCK))


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
