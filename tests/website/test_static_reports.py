"""A report on a page is the HTML that the same report is in the browser: made of its text, and equal to it."""

import contextlib
import doctest
import io
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from bs4 import BeautifulSoup, Tag
from playwright.sync_api import Page, expect

import gradlab
from tests.website.live_tab import go, run
from website.audit.browser import PHONE, addresses
from website.pages.static_reports import as_html, unfolded
from website.paths import DOCS
from website.verify import blocks

SEEDS = range(60)


def of_any_kind(seed: int) -> gradlab.Report:
    """Blocks of other names, sizes and numbers for each seed; right and wrong ones, kinks, nothing to be told."""
    rng = np.random.default_rng(seed)
    names = rng.permutation(["W", "b", "gamma", "encoder.weight", "a_name_that_is_rather_long", "θ", "x1"])
    params = {
        str(name): rng.standard_normal(rng.integers(1, 5, rng.integers(1, 4))) for name in names[: seed % 6 + 1]
    }
    silent, kinked = rng.random(2) < 0.3
    scale = 10.0 ** rng.integers(-12, 12)

    def cost(p: dict[str, Any]) -> float:
        parts = [np.sum(np.abs(x) if kinked and k == 1 else np.sin(x)) for k, x in enumerate(p.values())]
        return float(scale * sum(parts[: -1 if silent and len(parts) > 1 else None]))

    def gradient(p: dict[str, Any]) -> dict[str, Any]:
        factors = {name: rng.choice([1, 1, 1, 2, -1, 1.01, 0]) for name in p}
        slopes = {name: np.sign(x) if kinked and k == 1 else np.cos(x) for k, (name, x) in enumerate(p.items())}
        if silent and len(p) > 1:
            slopes[[*p][-1]] *= 0
        return {name: scale * factors[name] * slope for name, slope in slopes.items()}

    keywords: dict[str, Any] = {} if rng.random() < 0.8 else {"directions": 5}
    return gradlab.check_gradients(cost, params, gradient(params), rng=seed, **keywords)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_html_made_of_a_reports_text_is_its_own(seed: int) -> None:
    report = of_any_kind(seed)
    made = as_html(str(report))
    if made is None:
        assert re.search(r"^  worst |(AGREES|WRONG) +\S+ +\d+ of \d+$", str(report), re.M), "nothing is missing in it"
        return
    assert words(made) == words(report._repr_html_()), str(report)
    assert rows(made) == rows(report._repr_html_()), str(report)


def words(html: str) -> list[str]:
    return BeautifulSoup(html, "html.parser").get_text(" ").split()


def rows(html: str) -> list[list[str]]:
    table = BeautifulSoup(html, "html.parser").find("table")
    return [[cell.get_text() for cell in row.find_all(["th", "td"])] for row in table.find_all("tr")]  # type: ignore[union-attr]


def test_the_reports_of_the_pages_are_told_word_by_word_and_tag_by_tag(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: dict[str, str] = {}
    text = gradlab.Report.__str__

    def noted(report: gradlab.Report) -> str:
        seen[text(report)] = report._repr_html_()
        return text(report)

    monkeypatch.setattr(gradlab.Report, "__str__", noted)
    for page in ("howto/read-a-report.md", "howto/check-my-network.md", "howto/check-one-layer.md", "index.md"):
        names: dict[str, Any] = {"__name__": "page"}
        with contextlib.redirect_stdout(io.StringIO()):
            for block in blocks.find((DOCS / page).read_text("utf-8"), page):
                if block.kind == blocks.PYTHON:
                    exec(block.source, names)
                elif block.kind == blocks.PYCON:
                    exec(doctest.script_from_examples(block.source), names)
    assert len(seen) >= 4
    for printed, html in seen.items():
        assert as_html(printed) == html


@pytest.mark.parametrize(
    "text",
    [
        "", "WRONG", "WRONG: no report", "AGREES: words\n\nmore words", "WRONG GL102", "block  shape\n\nEvaluations",
        "WRONG: x.\n\nblock  shape  verdict  difference  wrong\nnot a line of it\n\nEvaluations of the cost: 1",
    ],
)  # fmt: skip
def test_what_is_no_report_stays_as_it_is(text: str) -> None:
    assert as_html(text) is None


def test_html_in_a_name_is_text() -> None:
    name = "<b>&amp;"
    report = gradlab.check_gradients(lambda p: float(np.sum(p[name] ** 2)), {name: np.ones(2)}, {name: np.ones(2)})
    assert as_html(str(report)) == report._repr_html_()


def test_a_folded_line_goes_on_where_its_next_word_had_no_room() -> None:
    assert unfolded("a " * 39 + "word\nlonger goes on.") == ["a " * 39 + "word longer goes on."]
    assert unfolded("short.\nAnother.") == ["short.", "Another."]


def test_static_and_live_reports_are_the_same_and_fit_a_phone(tab: Page, site: Path) -> None:
    assert "howto/check-my-network/" in addresses(site)
    go(tab, "howto/check-my-network/")
    block = tab.locator("live-block:has(.gl-reported)").first
    static = block.locator(".gl-reported .gradlab-report").inner_html()
    static = re.sub(r'<span class="gl-whole">(.*?)</span>', r"\1", static)  # numbers that no line break parts
    tab.set_viewport_size(PHONE)
    report = block.locator(".gl-reported .live-report")
    assert report.evaluate("report => report.scrollWidth - report.clientWidth") <= 0
    assert report.locator("table").evaluate("table => getComputedStyle(table).overflowX") == "auto"
    tab.set_viewport_size({"width": 1280, "height": 900})
    code = str(block.evaluate("block => block.code"))
    run(block)
    assert block.get_attribute("data-state") == "same"
    block.evaluate("(block, code) => block.write(code)", code + "\n")
    run(block)
    live = block.locator(".live-out .gradlab-report").inner_html()
    live, static = (re.sub(r'href="[^"]*(?=reference/)', 'href="', one) for one in (live, static))
    live, static = (re.sub(r"about \d+ for", "about n for", one) for one in (live, static))  # differs by processor
    assert " ".join(live.split()) == " ".join(static.split())


def test_the_code_of_a_finding_leads_to_its_section(tab: Page, site: Path) -> None:
    sections = BeautifulSoup((site / "reference/findings/index.html").read_text("utf-8"), "html.parser")
    pages = [site / address / "index.html" for address in addresses(site) if not address.endswith(".html")]
    linked = 0
    for page in pages:
        for finding in BeautifulSoup(page.read_text("utf-8"), "html.parser").select(".gradlab-finding > strong"):
            link = finding.find("a")
            assert isinstance(link, Tag), f"{finding} on {page}"
            to, _, section = str(link["href"]).partition("#")
            assert (page.parent / to).resolve() == (site / "reference/findings").resolve()
            assert sections.find(id=section), f"no section {section}"
            linked += 1
    assert linked > 10
    go(tab, "labs/dense/")  # where a report stays text
    code = tab.locator(".lab-report pre a").first
    expect(code).to_have_text(re.compile(r"^GL\d{3}$"))
    code.click()
    expect(tab).to_have_url(re.compile("/reference/findings/#gl"))
    section = tab.url.partition("#")[2]  # the theme exchanges the article, so nothing is :target
    expect(tab.locator(f"main [id='{section}']")).to_be_in_viewport()
