"""The decoder: what its field says to a number is what the rule on its page says, typed in a browser by hand."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from gradlab import relative_difference
from tests.chosen import sample
from tests.website.live_tab import MAP_READ
from website import named
from website.audit.browser import PHONE, Visit, url, visit

PAGE = "labs/decoder/"
SOURCE = Path(__file__).parents[2] / "docs" / "labs" / "decoder.md"
NUMBERS = (
    "0.3333 0.333333347899 0.33333328 0.714285714286 0.2 0.1428571 0.3 0.33 .5 0.50 0.95 0.9474 0.6 0.600 "
    "0.71 0.7143 0.75 0.111 0.0526 0.1734 0.2850931567761623 0.02 0.010 0.0012 0.9 0.99 0.997 0.998 0.9995 1 "
    "1.0 1.000000001736 1.0000005 1.000001 1.02 7 -0.5 0 0.0 0e-5 1.19e-7 2e-7 3e-7 1E-8 3e-5 9.99e-4 1e-3 "
    "1.2e-2 33.3e-2 6e-1 3e-16 1e-12 nan NaN inf -inf"
)


@pytest.fixture(scope="module")
def decode() -> Callable[[str], list[str]]:
    """The rule as the page's block defines it."""
    blocks = re.findall(r"^```python\n(.*?)^```", SOURCE.read_text(encoding="utf-8"), re.M | re.S)
    names: dict[str, Any] = {}
    exec(next(block for block in blocks if "def decode(" in block), names)
    rule: Callable[[str], list[str]] = names["decode"]
    return rule


@pytest.fixture(scope="module")
def visitor(chromium: Browser) -> Iterator[Visit]:
    with visit(chromium, viewport=PHONE) as opened:
        yield opened
    assert not opened.elsewhere
    assert not opened.complaints


@pytest.fixture(scope="module")
def page(visitor: Visit) -> Page:
    opened = visitor.open(PAGE)
    opened.get_by_label("Relative difference").wait_for()
    return opened


def said(page: Page) -> list[str]:
    return page.locator(".decoder-says li").all_inner_texts()


def test_the_rule_finds_the_factor(decode: Callable[[str], list[str]]) -> None:
    for k in [*range(2, 500), 10 / 9, 5 / 4, 4 / 3, 3 / 2]:
        first, *causes = decode(f"{relative_difference([k], [1.0]):.6f}")
        assert float(first.split()[1]) == pytest.approx(k, rel=1e-3)
        if k > 2:
            assert within(k, r"1/m twice: (\d+)(?: to (\d+))?", causes), k
        if k < 2:
            assert within(k / (k - 1), r"one of (\d+)(?: to (\d+))? left out", causes), k


@pytest.mark.parametrize("k", [2, 3, 4, 7, 39, 4 / 3])
def test_round_off_behind_the_sixth_decimal_hides_no_factor(decode: Callable[[str], list[str]], k: float) -> None:
    d = float(relative_difference([k], [1.0]))
    for noise in (0, 1.4e-8, -4e-8, 2.3e-7):
        for decimals in (7, 9, 12, 16, 20):
            long, short = decode(f"{d + noise:.{decimals}f}"), decode(f"{d:.6f}")
            assert long[1:] == short[1:], (k, noise, decimals)
            assert len(long) > 2


NEVER = re.compile(r"nothing|no bug|is right|all is well|correct", re.I)


def test_no_number_is_called_harmless(decode: Callable[[str], list[str]]) -> None:
    """A wrong gradient can give any of them: one wrong entry beside a million right ones is enough."""
    for exponent in range(-16, 1):
        for digits in ("1", "2.5", "9.99", "3.333333"):
            said = " ".join(decode(f"{digits}e{exponent}"))
            assert not NEVER.search(said), said
            assert len(said) > 40, said


def within(n: float, pattern: str, causes: list[str]) -> bool:
    """Whether the numbers that a cause names contain this one."""
    found = re.search(pattern, "\n".join(causes))
    assert found, causes
    return int(found[1]) <= round(n) <= int(found[2] or found[1])


def test_the_field_says_what_the_rule_says(page: Page, decode: Callable[[str], list[str]]) -> None:
    field = page.get_by_label("Relative difference")
    assert said(page) == decode("0.3333")
    for number in sample(NUMBERS.split(), 12):
        field.focus()
        page.keyboard.press("Control+A")
        page.keyboard.type(number)
        assert said(page) == decode(number), number


def test_what_is_no_number_is_asked_for_again(page: Page, decode: Callable[[str], list[str]]) -> None:
    field = page.get_by_label("Relative difference")
    for words in ("", ".", "a third", "0.3.3", "e-7", "1e", "nano", "finance"):
        field.fill(words)
        assert said(page) == ["type a number from 0 to 1, such as 0.3333 or 1.19e-7"], words
    for number in (
        "0,3333",
        "+0.3333",
        "d = 0.3333",
        "tensor(0.3333)",
        "0.3333 (W1)",
        "difference: 0.3333.",
        "[0.3333]",
    ):
        field.fill(f" {number} ")
        assert said(page) == decode("0.3333"), number
    for words in ("1/3/5", "1/0", "%33", "2^3", "0.33 0.44", "W1", "1e-7*2", "0x10", "1.5.2"):
        field.fill(words)
        assert said(page) == ["type a number from 0 to 1, such as 0.3333 or 1.19e-7"], words
    field.fill("1e400")
    assert said(page) == decode("5")


# A line of a notebook is longer than a number, and people write powers, parts and percents as they are used to.
PASTED = {
    "There is a mistake in the backward propagation! difference = 0.2850931567761623": "0.2850931567761623",
    "Your backward propagation works perfectly fine! difference = 1.1890913024229996e-07": "1.1890913024229996e-07",
    "\x1b[93mThere is a mistake in the backward propagation! difference = 0.2851\x1b[0m": "0.2851",
    "1.2 × 10⁻⁷": "1.2e-7", "1.2*10^-7": "1.2e-7", "1.2 x 10**-7": "1.2e-7", "10^-7": "1e-7", "10⁻⁷": "1e-7",
    "1 e-7": "1e-7", "d ≈ 3.0·10⁻⁵": "3.0e-5", "50%": "50e-2", "33.33 %": "33.33e-2", "1e-3 %": "1e-5",
    "2/3": "0.666666666667", "⅓": "0.333333333333", "½": "0.500000000000", "１．１９e-7": "1.19e-7",
     "= 1 / 3": "0.333333333333", "tensor(nan)": "nan", "difference: inf": "inf",
}  # fmt: skip


def test_what_is_pasted_is_read_as_it_was_meant(page: Page, decode: Callable[[str], list[str]]) -> None:
    field = page.get_by_label("Relative difference")
    for words, number in PASTED.items():
        field.focus()
        page.keyboard.press("Control+A")
        page.keyboard.insert_text(words)
        assert said(page) == decode(number), words


def test_the_answer_is_announced_and_fits_a_phone(page: Page) -> None:
    field = page.get_by_label("Relative difference")
    assert page.locator(".decoder-answer").get_attribute("aria-live") == "polite"
    field.fill("")
    before = page.locator("moving-picture").bounding_box()
    for number in ("1.0", "0.3", "0.11"):
        field.fill(number)
        assert page.locator("moving-picture").bounding_box() == before, "the answer pushes the page down"
    assert page.evaluate("document.documentElement.scrollWidth") == 320


# As people write them: digits left out, signs and commas of other countries; and what the page should say they are.
MET = {
    "0.2851": "both planted bugs", "0.285": "both planted bugs", "0,28509": "both planted bugs",
    "0.2850931567761623": "both planted bugs", ".2851": "both planted bugs", "2.851e-1": "both planted bugs",
    "0.1734": "doubled dW2", "0.17344196893145933": "doubled dW2", "0.173": "doubled dW2",
    "0.2544": "4/m of db1", "0.25442": "4/m of db1",
    "1.19e-7": "all of it right", "1.1890913e-07": "all of it right", "1.189E-7": "all of it right",
    "2e-7": "the limit", "1e-7": "the limit", "1e-07": "the limit", "2.0e-7": "the limit", "0.0000002": "the limit",
    "0.3333": "np.copy", "0.333333347899": "np.copy", "0.33333331213739": "divides by ε",
    "0.95": "39 time steps", "0.950": "39 time steps", "1.000000001736": "noise",
}  # fmt: skip
NOT_MET = (
    "0.3", "0.29", "0.2853", "0.28", "0.1735", "0.2545", "1.2e-7", "1.18e-7", "3e-7", "0.334", "0.9474", "0.949",
    "1.0", "1", "0.9", "-0.2851", "0", "x", "9e-7",
)  # fmt: skip


def test_numbers_that_others_met_are_known(page: Page) -> None:
    field = page.get_by_label("Relative difference")
    known = page.locator(".decoder-known p")
    for number, what in sample(MET.items(), 10):
        field.fill(number)
        assert any(what in words for words in known.all_inner_texts()), number
        assert known.locator("a").count() >= 1, number
        assert said(page), "and the rule says what it may be in another network"
    for number in sample(NOT_MET, 8):
        field.fill(number)
        expect(known).to_have_count(0)


def test_each_number_in_the_table_is_known_by_its_own_link(page: Page) -> None:
    page.goto(url(PAGE))
    links = page.locator("article td:first-child a")
    assert links.count() >= 8
    for number, to in sample([(link.inner_text(), link.evaluate("link => link.href")) for link in links.all()], 4):
        page.goto(to)
        field = page.get_by_label("Relative difference")
        assert field.input_value() == number
        assert number in page.locator(".decoder-known").inner_text()
    for link in page.locator("article td:last-child a").all():
        address, _, anchor = str(link.evaluate("link => link.href")).partition("#")
        found = page.evaluate("to => fetch(to).then((found) => found.text())", address)
        assert f'id="{anchor}"' in found if anchor else "<h1" in found, link


def test_a_number_has_an_address(page: Page, decode: Callable[[str], list[str]]) -> None:
    page.goto(url(f"{PAGE}?d=0.2851"))
    field = page.get_by_label("Relative difference")
    field.wait_for()
    assert field.input_value() == "0.2851"
    assert said(page) == decode("0.2851")
    field.fill("0.6000")
    expect(page).to_have_url(url(f"{PAGE}?d=0.6000"))
    page.reload()
    field.wait_for()
    assert said(page) == decode("0.6000")
    for hostile in ("<img src=x onerror=alert(1)>", "%00", "1" * 5000, "0.3&d=0.5", "%F0"):
        page.goto(url(f"{PAGE}?d={hostile}"))
        field.wait_for()
        assert said(page)
        assert page.locator(".decoder img").count() == 0
    page.goto(url("labs/"))
    page.evaluate(MAP_READ)
    page.evaluate("window.stays = true")
    page.evaluate("to => { document.querySelector('article a[href*=decoder]').href = to }", url(f"{PAGE}?d=0.1734"))
    page.locator(f"article a[href='{url(PAGE)}?d=0.1734']").first.click()
    field.wait_for()
    assert field.input_value() == "0.1734"


def test_the_number_stands_on_its_curve(page: Page) -> None:
    page.goto(url(PAGE))
    field = page.get_by_label("Relative difference")
    curve, dots = page.locator(".decoder svg path.line").nth(-1), page.locator(".decoder svg circle")
    for number, count in {"0.3333": 2, "0.9": 2, "0.05": 2, "1e-7": 2, "0": 1, "1.0": 2, "7": 0, "x": 0}.items():
        field.fill(number)
        assert dots.count() == count, number
    field.fill("0.5")
    near = page.evaluate(
        """() => {
          const path = [...document.querySelectorAll(".decoder svg path")].reduce((a, b) =>
            a.getTotalLength() > b.getTotalLength() ? a : b);
          const whole = path.getTotalLength();
          const points = Array.from({ length: 2000 }, (_, k) => path.getPointAtLength(whole * k / 2000));
          return [...document.querySelectorAll(".decoder svg circle")].map((dot) =>
            Math.min(...points.map(({ x, y }) => Math.hypot(x - dot.cx.baseVal.value, y - dot.cy.baseVal.value))));
        }"""
    )
    assert len(near) == 2
    assert max(near) < 2, "pixels from the curve"
    assert curve.count() == 1


def test_the_script_is_loaded_here_only(chromium: Browser) -> None:
    with visit(chromium) as reader:
        page = reader.open("labs/stories/exactly-one-third/")
        page.wait_for_load_state("networkidle")
        assert not any("decoder" in path for path in reader.asked if "/moving-" in path)
        page.goto(url(PAGE))
        page.get_by_label("Relative difference").wait_for()
        assert any(named.plain(path) == "assets/moving/decoder.js" for path in reader.asked)


def test_without_javascript_the_table_stands(unscripted: Page) -> None:
    unscripted.goto(url(PAGE))
    picture = unscripted.locator("moving-picture")
    assert picture.inner_text() == ""
    assert (picture.bounding_box() or {"height": 0})["height"] == 0
    assert unscripted.get_by_text("d = 0.3333").is_visible()
    assert unscripted.url == url(PAGE)
