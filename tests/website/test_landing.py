"""The first screen: a question, a picture in which a reader breaks something, three doors; without Python."""

import gzip
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from website import named
from website.audit.browser import visit
from website.pages import landing

SCREENS = {"laptop": {"width": 1366, "height": 768}, "phone": {"width": 390, "height": 844}}


@pytest.mark.parametrize("screen", SCREENS)
def test_the_first_screen_holds_all_whatever_is_broken(chromium: Browser, screen: str) -> None:
    with visit(chromium, viewport=SCREENS[screen]) as visitor:
        page = visitor.open()
        hero = page.locator(".hero[data-broken]")
        hero.wait_for()
        expect(hero.locator("button.hero-place")).to_have_count(6)
        assert len(landing.places()) == 6
        expect(hero.locator(".hero-word strong")).to_have_text("AGREES")
        page.evaluate("document.fonts.ready")  # until then lines are as high as another font makes them
        high = bottom(page)
        for name in landing.places():
            hero.locator(f"button.hero-place[data-name={name}]").click()
            expect(hero.locator(".hero-word strong")).to_have_text("WRONG")
            expect(hero.locator(".hero-word")).to_contain_text(landing.SEEN[name])
            assert bottom(page) == high <= SCREENS[screen]["height"], name
        hero.get_by_role("button", name="Mend").click()
        expect(hero.locator(".hero-word strong")).to_have_text("AGREES")
        assert page.evaluate("document.documentElement.scrollWidth") == SCREENS[screen]["width"]
        assert not visitor.complaints
        assert not [path for path in visitor.asked if "/py-" in path or path.endswith("worker.js")]


def bottom(page: Page) -> float:
    """Where the doors end, in pixels from the top."""
    return float(page.evaluate("document.querySelector('.hero-doors').getBoundingClientRect().bottom"))


def test_an_entry_is_spoiled_with_a_pointer_and_by_keyboard(chromium: Browser) -> None:
    with visit(chromium, viewport=SCREENS["laptop"]) as visitor:
        page = visitor.open()
        picture = page.locator(".hero-touch")
        word = page.locator(".hero-word")
        picture.click(position={"x": 3, "y": 3})
        expect(word).to_contain_text("Only W1[0, 0] is wrong")
        picture.press("Space")
        expect(word).to_contain_text("2 of its 640 entries are wrong")
        page.get_by_role("button", name="Mend").press("Enter")
        expect(word.locator("strong")).to_have_text("AGREES")


COLOURS = """row => {
  const { data } = row.getContext("2d").getImageData(0, 0, row.width, row.height);
  const found = new Set();
  for (let at = 0; at < data.length; at += 4) found.add(data.slice(at, at + 3).join());
  return found.size;
}"""


@pytest.mark.parametrize("forced", ["none", "active"])
def test_the_pictures_are_seen_by_who_forces_colours_too(chromium: Browser, forced: Any) -> None:
    with visit(chromium, viewport=SCREENS["laptop"], forced_colors=forced) as visitor:
        page = visitor.open()
        page.locator(".hero[data-broken]").wait_for()
        page.locator("button.hero-place").first.click()
        expect(page.locator(".hero-word strong")).to_have_text("WRONG")
        rows = page.locator(".hero-row canvas").all()
        assert len(rows) == 3
        for row in rows:
            assert row.evaluate(COLOURS) > 20


def test_without_javascript_the_pictures_and_the_doors_stand(unscripted: Page) -> None:
    unscripted.goto("http://localhost:8000/gradlab/")
    assert unscripted.locator(".hero-row img:visible").count() == 4
    assert unscripted.locator(".hero button").count() == 0
    assert unscripted.locator(".hero-doors a:visible").count() == 3


def test_the_checks_word_on_touched_entries_is_gradlabs() -> None:
    """The page makes these sentences itself: gradlab must say the same."""

    def touched(p: landing.Params) -> landing.Params:
        grads = landing.backprop(p)
        grads["W1"][2, 30] += 1
        return grads

    report = landing.gradlab.check_gradients(landing.cost, landing.params(), touched)
    assert "the gradient does not match the cost in 1 of 4 blocks: W1." in str(report)
    assert report.blocks["W1"].wrong_count == 1
    assert report.findings[0].message.startswith("Only W1[2, 30] is wrong, the rest of W1 agrees.")


def test_the_picture_is_light(site: Path) -> None:
    assert len(gzip.compress(landing.section().encode())) < 15_000
    scripts = sum(
        len(gzip.compress(named.found(site, f"moving/{name}").read_bytes())) for name in ("break-it.js", "loader.js")
    )
    assert scripts < 4_000
