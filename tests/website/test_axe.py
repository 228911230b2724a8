"""axe, which checks rules of accessibility, finds nothing on any page, light and dark, before and after Run."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.chosen import sample
from tests.website import sources
from tests.website.live_tab import edit, go, run
from website import npm
from website.audit.browser import addresses, url

AXE = npm.packages() / "node_modules/axe-core/axe.min.js"
RUN = """([where, options]) => axe.run(where, {resultTypes: ['violations'], ...options}).then((found) => {
  if (!found.passes.length) throw new Error(`${where}: no rule applied`);
  return found.violations;
})"""
# What pages leave for an idle moment is done: at first as it was when loaded, then for fonts that came meanwhile.
SETTLED = """async () => {
  await document.fonts.ready;
  for (let k = 0; k < 2; k++) await new Promise((idle) => requestIdleCallback(idle, { timeout: 2000 }));
}"""
SWITCH = """scheme => {
  document.body.dataset.mdColorScheme = scheme;
  for (const change of document.getAnimations()) change.finish(); // colours fade
}"""
# So that what stands still says where: the page and the step. (If the page itself is too busy to say it, pytest's own
# limit ends the test, which has the page in its name.)
STOOD_STILL = """(given) => Promise.race([
  (%s)(given),
  new Promise((_, stop) => setTimeout(() => stop(Error(`${location.pathname}: %s stood still`)), %d)),
])"""
PAPER = {"default": "rgb(253, 252, 249)", "slate": "rgb(21, 23, 26)"}
RULES: dict[str, dict[str, list[str]]] = {"slate": {"runOnly": ["color-contrast"]}, "default": {}}  # what can differ


def within(page: Page, step: str, function: str, given: Any = None, seconds: float = 120) -> Any:
    """What a function of the page answers in this time; else an error that names page and step."""
    return page.evaluate(STOOD_STILL % (function, step, 1000 * seconds), given)


def violations(page: Page, where: str = "html") -> list[str]:
    """Rule, and the elements that break it: in the dark what depends on colours, then everything in the light."""
    if page.evaluate("typeof axe") == "undefined":
        page.evaluate(AXE.read_text(encoding="utf-8"))
    within(page, "waiting for fonts and an idle moment", SETTLED)
    found: list[dict[str, Any]] = []
    for scheme, rules in RULES.items():
        # What the page's own switch does (test_browser), without loading the page again.
        page.evaluate(SWITCH, scheme)
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") == PAPER[scheme]
        found += within(page, f"axe in {scheme}", RUN, [where, rules])
    return [
        f"{one['id']}: {node['target']} {node['failureSummary']}\n{node['html'][:200]}"
        for one in found
        for node in one["nodes"]
    ]


ADDRESSES = sorted(
    [*sources.addresses(), *(f"gallery/{path.stem}/" for path in (sources.DOCS / "gallery").glob("*.py")), "404.html"]
)


@pytest.mark.timeout(400, func_only=True)
@pytest.mark.parametrize("address", sample(ADDRESSES, 2), ids=lambda address: address or "home")
def test_no_page_breaks_a_rule(address: str, scripted: Page) -> None:
    scripted.goto(url(address))
    found = violations(scripted)
    assert not found, "\n".join(found)


def test_these_are_all_pages(site: Path) -> None:
    assert sorted(addresses(site)) == ADDRESSES


def test_what_stands_still_is_named(scripted: Page) -> None:
    scripted.goto(url("about/verified/"))
    with pytest.raises(Exception, match=r"/about/verified/: a step stood still"):
        within(scripted, "a step", "() => new Promise(() => {})", seconds=0.2)
    assert within(scripted, "another", "() => 3", seconds=5) == 3


def test_what_run_and_edit_bring_breaks_none(tab: Page) -> None:
    go(tab, "playground/")
    block = tab.locator(".live-playground live-block").nth(1)
    run(block)
    assert block.locator(".gradlab-report").count() == 1
    assert not violations(tab, "live-block")
    go(tab, "about/verified/")
    block = tab.locator("live-block")
    run(block)
    assert not violations(tab, "live-block")
    edit(block, "1 / 0")
    run(block)
    assert not violations(tab, "live-block")
