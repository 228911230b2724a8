"""axe, which checks rules of accessibility, finds nothing on any page, light and dark, before and after Run."""

from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page

from tests.chosen import sample
from tests.website.live_tab import edit, go, run
from website import npm
from website.audit.browser import LAPTOP, addresses, url, visit

AXE = npm.packages() / "node_modules/axe-core/axe.min.js"
RUN = """([where, options]) => axe.run(where, {resultTypes: ['violations'], ...options}).then((found) => {
  if (!found.passes.length) throw new Error(`${where}: no rule applied`);
  return found.violations;
})"""
# What pages leave for an idle moment is done: at first as it was when loaded, then for fonts that came meanwhile.
SETTLED = """(async () => {
  await document.fonts.ready;
  for (let k = 0; k < 2; k++) await new Promise((idle) => requestIdleCallback(idle, { timeout: 2000 }));
})()"""
SWITCH = """scheme => {
  document.body.dataset.mdColorScheme = scheme;
  for (const change of document.getAnimations()) change.finish(); // colours fade
}"""
PAPER = {"default": "rgb(253, 252, 249)", "slate": "rgb(21, 23, 26)"}
RULES: dict[str, dict[str, list[str]]] = {"slate": {"runOnly": ["color-contrast"]}, "default": {}}  # what can differ


def violations(page: Page, where: str = "html") -> list[str]:
    """Rule, and the elements that break it: in dark colours what hangs on colours, then everything in light ones."""
    if page.evaluate("typeof axe") == "undefined":
        page.evaluate(AXE.read_text(encoding="utf-8"))
    page.evaluate(SETTLED)
    found: list[dict[str, Any]] = []
    for scheme, rules in RULES.items():
        # What the page's own switch does (test_browser), without loading the page again.
        page.evaluate(SWITCH, scheme)
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") == PAPER[scheme]
        found += page.evaluate(RUN, [where, rules])
    return [
        f"{one['id']}: {node['target']} {node['failureSummary']}\n{node['html'][:200]}"
        for one in found
        for node in one["nodes"]
    ]


def test_no_page_breaks_a_rule(chromium: Browser, site: Path) -> None:
    broken = {}
    with visit(chromium, viewport=LAPTOP) as visitor:
        page = visitor.open()
        for address in sample(addresses(site), 2):
            page.goto(url(address))
            if found := violations(page):
                broken[address] = found
    assert not broken, "\n\n".join(f"{address}\n" + "\n".join(found) for address, found in broken.items())


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
