"""axe, which checks rules of accessibility, finds nothing on any page, light and dark, before and after Run."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.website.live_tab import edit, run
from website.live import bundle
from website.served import addresses, url, visit

RUN = "options => axe.run(document, {resultTypes: ['violations'], ...options}).then((found) => found.violations)"
RULES: dict[str, dict[str, list[str]]] = {"light": {}, "dark": {"runOnly": ["color-contrast"]}}  # what can differ


def violations(page: Page, scheme: str) -> list[str]:
    """Rule, and the elements that break it."""
    page.evaluate((bundle.packages() / "node_modules/axe-core/axe.min.js").read_text(encoding="utf-8"))
    found: list[dict[str, Any]] = page.evaluate(RUN, RULES[scheme])
    return [
        f"{one['id']}: {node['target']} {node['failureSummary']}\n{node['html'][:200]}"
        for one in found
        for node in one["nodes"]
    ]


@pytest.mark.parametrize("scheme", RULES)
def test_no_page_breaks_a_rule(chromium: Browser, site: Path, scheme: str) -> None:
    broken = {}
    with visit(chromium, site, color_scheme=scheme, viewport={"width": 1280, "height": 900}) as visitor:
        page = visitor.open()
        for address in addresses(site):
            page.goto(url(address))
            if found := violations(page, scheme):
                broken[address] = found
    assert not broken, "\n\n".join(f"{address}\n" + "\n".join(found) for address, found in broken.items())


@pytest.mark.parametrize("scheme", RULES)
def test_what_run_and_edit_bring_breaks_none(chromium: Browser, site: Path, scheme: str) -> None:
    with visit(chromium, site, color_scheme=scheme, viewport={"width": 1280, "height": 900}) as visitor:
        page = visitor.open("playground/")
        block = page.locator(".live-playground live-block").nth(1)
        run(block)
        assert block.locator(".gradlab-report").count() == 1
        assert not violations(page, scheme)
        page.goto(url("about/verified/"))
        block = page.locator("live-block")
        run(block)
        assert not violations(page, scheme)
        edit(block, "1 / 0")
        run(block)
        assert not violations(page, scheme)
