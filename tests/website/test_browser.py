"""The built site in a real browser: quiet console, no other host, phones, dark, no JavaScript, search, keyboard."""

import gzip
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.chosen import sample
from tests.website.live_tab import MAP_READ, comes, edit, navigate
from website.audit.browser import LAPTOP, PHONE, Visit, addresses, url, visit
from website.audit.lighthouse.__main__ import KINDS
from website.pages.markup import INK


@pytest.fixture
def visitor(chromium: Browser) -> Iterator[Visit]:
    """Somebody with a laptop who has never been here."""
    with visit(chromium, viewport=LAPTOP) as opened:
        yield opened
    assert not opened.elsewhere


# Texts of the figures that are shown: those that stick out of their figure, or are set in less than 9.5 pixels.
UNREADABLE = """() => [...document.querySelectorAll(".gl-figure svg")].filter((svg) => svg.getClientRects().length)
  .flatMap((svg) => {
    const box = svg.getBoundingClientRect();
    const scale = box.width / svg.viewBox.baseVal.width;
    return [...svg.querySelectorAll("text")].filter((text) => {
      const own = text.getBoundingClientRect();
      const inside = own.left > box.left - 2 && own.right < box.right + 2
        && own.top > box.top - 2 && own.bottom < box.bottom + 2;
      return !inside || parseFloat(getComputedStyle(text).fontSize) * scale < 9.5;
    }).map((text) => text.textContent);
  })"""


@dataclass
class Walk:
    """What a walk through pages found, on the narrowest phone; figures on a laptop too."""

    said: dict[str, str] = field(default_factory=dict)  # text of each article
    sideways: dict[str, int] = field(default_factory=dict)  # pixels by which a page is wider than the window
    unreadable: dict[str, list[str]] = field(default_factory=dict)  # texts of figures
    complaints: list[str] = field(default_factory=list)
    elsewhere: list[str] = field(default_factory=list)


@pytest.fixture(scope="module")
def walk(chromium: Browser, site: Path) -> Walk:
    """Pages, opened once each: all of them in CI."""
    found = Walk()
    with visit(chromium) as visitor:
        page = visitor.open()
        for address in sample(addresses(site), 4):
            page.set_viewport_size(PHONE)
            page.goto(url(address))
            page.evaluate("document.fonts.ready")
            found.said[address] = text(page)
            root = "document.documentElement"
            found.sideways[address] = page.evaluate(f"{root}.scrollWidth - {root}.clientWidth")
            found.unreadable[address] = page.evaluate(UNREADABLE)
            if 'class="gl-figure"' in source(site, address):
                page.set_viewport_size(LAPTOP)
                found.unreadable[address] += page.evaluate(UNREADABLE)
        found.complaints, found.elsewhere = visitor.complaints, visitor.elsewhere
    return found


def text(page: Page) -> str:
    """What the article says, without blanks, and without buttons and moving pictures (which scripts add).

    A line of a hunt is a button that says what its code says without scripts.
    """
    added = """
        article :is(button, moving-picture, .moving-how, .live-bar, .lab-progress) { visibility: hidden }
        article button.lab-line { visibility: visible }
    """
    page.evaluate(  # a rule, not a style on each: some of them come late
        """rule => {
            const sheet = new CSSStyleSheet();
            sheet.replaceSync(rule);
            document.adoptedStyleSheets.push(sheet);
        }""",
        added,
    )
    return "".join(page.locator("article").inner_text().split())


def test_no_page_complains(walk: Walk) -> None:
    assert not walk.complaints


def test_no_page_asks_another_host(walk: Walk) -> None:
    assert not walk.elsewhere


def test_every_page_fits_a_phone(walk: Walk) -> None:
    assert not {address: pixels for address, pixels in walk.sideways.items() if pixels}


def test_figures_can_be_read(walk: Walk) -> None:
    assert not {address: texts for address, texts in walk.unreadable.items() if texts}


def test_every_page_says_the_same_without_javascript(unscripted: Page, site: Path, walk: Walk) -> None:
    unscripted.set_viewport_size(PHONE)
    for address in walk.said.keys() - {"404.html"}:  # 404 offers the search, which needs JavaScript
        unscripted.goto(url(address))
        assert len(walk.said[address]) > 20, address
        assert text(unscripted) == walk.said[address], address


# The theme closes the search 0.125 s after it has come to a page; a person is slower than that.
OPEN_LONG_ENOUGH = """() => new Promise((done) => {
  const rest = () => (window.document$ ? setTimeout(() => requestIdleCallback(done, { timeout: 5000 }), 250)
    : setTimeout(rest, 10));
  rest();
})"""


def search(page: Page, words: str) -> None:
    """All words at once: what is found for the first letters would stand there for a moment, and go away again."""
    page.evaluate(OPEN_LONG_ENOUGH)
    page.locator(".md-search__input").click()
    page.locator(".md-search__input").fill(words)
    page.locator(".md-search-result__item").first.wait_for()


@pytest.mark.parametrize("word", sample(["sqrt", "epsilon", "W1", "check_gradients"], 2))
def test_search_finds(scripted: Page, word: str) -> None:
    scripted.goto(url())
    search(scripted, word)
    expect(scripted.locator(".md-search-result__list")).to_contain_text(word, ignore_case=True)


# The words that are marked, when there are some; or that none is.
MARKED = """some => new Promise((done, fail) => {
  const late = Date.now() + 60000;
  const look = () => {
    const marks = [...(CSS.highlights.get("searched") ?? [])];
    if (marks.length > 0 === some) done(marks.map(String));
    else if (Date.now() > late) fail(new Error(`marked: ${marks}`));
    else setTimeout(look, 10);
  };
  look();
})"""


def test_words_that_were_searched_for_are_marked_until_escape(scripted: Page) -> None:
    scripted.goto(url("learn/one-side-or-two/?h=taylor+a"))
    marked = scripted.evaluate(MARKED, True)
    assert {word.lower() for word in marked} == {"taylor", "a"}, (
        "of one letter only the word, not each that begins so"
    )
    assert scripted.url == url("learn/one-side-or-two/"), "what a reader copies is the page"
    scripted.keyboard.press("Escape")
    assert scripted.evaluate(MARKED, False) == []


def test_marks_of_the_search_change_neither_code_nor_address(visitor: Visit) -> None:
    page = visitor.open("howto/check-my-network/")
    block = page.locator("live-block").first
    edit(block, "import numpy as np  # gradient of mine")
    page.reload()
    block.locator(".cm-content").wait_for()
    for _ in range(2):  # from this page, perhaps before the theme has read the site's map; and from another one
        search(page, "gradient of my network")
        page.locator(".md-search-result__link[href*='check-my-network']").first.click()
        expect(page.locator("[data-md-toggle=search]")).not_to_be_checked()
        block.locator(".cm-content").wait_for()
        assert len(page.evaluate(MARKED, True)) > 3
        assert "h=" not in page.url
        assert page.locator("main mark").count() == 0
        assert block.evaluate("block => block.code") == "import numpy as np  # gradient of mine"
        where = "[...CSS.highlights.get('searched')].map((one) => one.startContainer.parentElement)"
        assert not page.evaluate(f"{where}.some((place) => place.closest('.cm-editor'))")
        page.locator(".md-footer__link--next").click()
        page.wait_for_url(url("howto/check-one-layer/"))
        assert page.evaluate(MARKED, False) == []


def test_the_404_page_searches(scripted: Page) -> None:
    scripted.goto(url("no/such/page/"))
    scripted.evaluate(OPEN_LONG_ENOUGH)
    scripted.locator("article label[for=__search]").click()
    scripted.keyboard.type("step")
    expect(scripted.locator(".md-search-result__item")).not_to_have_count(0)


def test_instant_navigation_brings_the_formulas_style(visitor: Visit, site: Path) -> None:
    formulas = [address for address in addresses(site) if 'class="katex"' in source(site, address)]
    page = visitor.open("about/design/")
    page.evaluate("window.stays = true")
    navigate(page, formulas[0])
    page.locator(".katex").first.wait_for()
    page.wait_for_load_state("networkidle")
    assert page.evaluate("window.stays"), "the page was loaded anew"
    assert page.locator(".katex-mathml").first.evaluate("tree => getComputedStyle(tree).position") == "absolute"


# The theme notes where a page is scrolled to 0.1 s after it was: by then a link may have been followed.
SCROLL_AND = """([down, act]) => new Promise((done) => {
  addEventListener("scroll", () => requestAnimationFrame(() => {
    if (act) [...document.links].find((link) => link.href === act).click();
    else history.back();
    setTimeout(done, 300);
  }), { once: true });
  scrollTo(0, down);
})"""


@contextmanager
def held(page: Page, address: str) -> Iterator[None]:
    """What is done meanwhile comes before the next page does, as on a slow line."""
    waiting: list[Route] = []
    page.route(url(address), lambda route: waiting.append(route))
    yield
    for route in waiting:
        route.continue_()
    page.unroute(url(address))


@pytest.mark.parametrize("down", [40, 700])
def test_a_link_that_is_followed_while_the_page_is_scrolled_opens_at_its_place(visitor: Visit, down: int) -> None:
    page = visitor.open("howto/read-a-report/")
    link = page.locator("article a[href*='reference/findings/#gl']").first.evaluate("link => link.href")
    page.evaluate(MAP_READ)
    page.evaluate("window.stays = true")
    with held(page, "reference/findings/"):
        page.evaluate(SCROLL_AND, [down, link])
    section = page.locator(f"main [id='{link.partition('#')[2]}']")
    expect(section).to_be_in_viewport()
    assert page.evaluate("window.stays"), "the page was loaded anew"


def test_a_page_that_is_opened_while_the_last_is_scrolled_begins_at_its_top(visitor: Visit) -> None:
    page = visitor.open("learn/one-side-or-two/")
    page.evaluate(MAP_READ)
    page.evaluate("document.querySelector('article').dataset.old = 'yes'")
    with held(page, "learn/floating-point/"):
        page.evaluate(SCROLL_AND, [900, url("learn/floating-point/")])
    page.locator("article:not([data-old]) h1").wait_for()
    expect(page.locator("h1")).to_be_in_viewport()
    page.evaluate("document.querySelector('article').dataset.old = 'yes'")
    with held(page, "learn/one-side-or-two/"):
        page.evaluate(SCROLL_AND, [2500, None])
    page.locator("article:not([data-old]) h1").wait_for()
    comes(lambda: page.evaluate("scrollY"), 900)


def source(site: Path, address: str) -> str:
    """HTML of a page."""
    file = site / address
    return (file / "index.html" if file.is_dir() else file).read_text(encoding="utf-8")


@pytest.mark.parametrize("tab", ["scripted", "unscripted"])
@pytest.mark.parametrize(("scheme", "paper"), [("light", "rgb(253, 252, 249)"), ("dark", "rgb(21, 23, 26)")])
def test_colours_follow_the_system(request: pytest.FixtureRequest, tab: str, scheme: Any, paper: str) -> None:
    page: Page = request.getfixturevalue(tab)
    page.emulate_media(color_scheme=scheme)
    page.goto(url())
    assert page.locator("body").evaluate("body => getComputedStyle(body).backgroundColor") == paper


@pytest.mark.parametrize("paper", ["A4", "Letter"])
def test_the_checklist_is_printed_on_one_sheet(scripted: Page, paper: str) -> None:
    """What became of CS231n's tips begins a new sheet, the second: all that is to be ticked off is on the first."""
    scripted.goto(url("howto/checklist/"))
    assert scripted.evaluate("document.fonts.ready.then(() => document.fonts.status)") == "loaded"
    printed = scripted.pdf(format=paper, margin={"top": "1cm", "bottom": "1cm", "left": "1cm", "right": "1cm"})
    assert len(re.findall(rb"/Type\s*/Page\b", printed)) == 2


def test_colours_can_be_switched(visitor: Visit) -> None:
    page = visitor.open()
    page.get_by_title("Switch to dark colours").click()
    expect(page.locator("body")).to_have_attribute("data-md-color-scheme", "slate")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_what_stands_in_ink_looks_like_the_text_around_it(scripted: Page, scheme: Any) -> None:
    scripted.emulate_media(color_scheme=scheme)
    scripted.goto(url("learn/one-side-or-two/"))
    looks = scripted.locator(".highlight code").first.evaluate(
        """(code, classes) => [null, ...classes].map((name) => {
          const span = code.appendChild(document.createElement("span"));
          if (name) span.className = name;
          const style = getComputedStyle(span);
          return [...style].map((property) => style.getPropertyValue(property)).join();
        })""",
        [*INK, "k", "s1", "c1", "ow"],
    )
    assert len({*looks[: 1 + len(INK)]}) == 1
    assert looks[0] not in looks[1 + len(INK) :], "others have a look of their own"


def test_sources_have_lines(scripted: Page) -> None:
    scripted.goto(url("reference/api/"))
    source = scripted.locator("details.mkdocstrings-source").first
    source.locator("summary").click()
    code = source.locator("code").last
    line = code.evaluate("code => parseFloat(getComputedStyle(code).lineHeight)")
    assert code.evaluate("code => code.getBoundingClientRect().height") > 20 * line


def test_the_fonts_are_our_own_and_nothing_jumps(visitor: Visit) -> None:
    page = visitor.open("learn/one-side-or-two/")
    page.wait_for_load_state("networkidle")
    assert page.evaluate("document.fonts.ready.then(() => document.fonts.check('19px \"Source Serif\"'))")
    shift = page.evaluate(
        """new Promise((done) => {
          let sum = 0;
          new PerformanceObserver((list) => { for (const entry of list.getEntries()) sum += entry.value; })
            .observe({ type: "layout-shift", buffered: true });
          setTimeout(() => done(sum), 300);
        })"""
    )
    assert shift < 0.02


# Bytes of a first visit, as a host sends them; the index of the pages, but not that of their words.
BUDGET = {"pages": 40_000, "styles": 38_000, "scripts": 58_000, "fonts": 222_000, "pictures": 2_000, "index": 2_000}
SORTS = {
    ".html": "pages", "": "pages", ".css": "styles", ".js": "scripts", ".mjs": "scripts", ".woff2": "fonts",
    ".svg": "pictures", ".png": "pictures", ".json": "index", ".xml": "index",
}  # fmt: skip


@pytest.mark.parametrize("kind", sample(KINDS, 3))
def test_a_first_visit_is_light(visitor: Visit, site: Path, capsys: pytest.CaptureFixture[str], kind: str) -> None:
    visitor.open(KINDS[kind]).wait_for_load_state("networkidle")
    sizes = dict.fromkeys(BUDGET, 0)
    for path in visitor.asked:
        sizes[SORTS[Path(path).suffix]] += transferred(site, path)
    with capsys.disabled():
        print(f"\n{kind:13}", ", ".join(f"{name} {size / 1000:.1f} kB" for name, size in sizes.items()))
    assert all(sizes.values())
    assert not {name: size for name, size in sizes.items() if size > BUDGET[name]}


def transferred(site: Path, path: str) -> int:
    """Bytes of a file as a host sends it: gzip for all but fonts and pictures."""
    file = site / path
    content = (file / "index.html" if file.is_dir() else file).read_bytes()
    return len(content) if file.suffix in (".woff2", ".png") else len(gzip.compress(content))


def test_the_keyboard_shows_where_it_is(scripted: Page) -> None:
    scripted.goto(url("learn/one-side-or-two/"))
    for _ in range(3):
        scripted.keyboard.press("Tab")
        outline = scripted.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert outline == "solid"
