"""The decoder: what its field says to a number is what the rule on its page says, typed in a browser by hand."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from gradlab import relative_difference
from tests.chosen import sample
from website.audit.browser import PHONE, Visit, url, visit

PAGE = "labs/decoder/"
SOURCE = Path(__file__).parents[2] / "docs" / "labs" / "decoder.md"
NUMBERS = (
    "0.3333 0.33 0.3 .5 0.50 0.95 0.9474 0.6 0.600 0.71 0.7143 0.75 0.111 0.0526 0.1734 0.2850931567761623 "
    "0.333333347899 0.02 0.010 0.0012 0.9 0.99 0.997 0.998 0.9995 1 1.0 1.000000001736 1.02 7 -0.5 0 0.0 0e-5 "
    "1.19e-7 2e-7 3e-7 1E-8 3e-5 9.99e-4 1e-3 1.2e-2 33.3e-2 6e-1"
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
    for words in ("", ".", "a third", "0.3.3", "e-7", "1e", "nan"):
        field.fill(words)
        assert said(page) == ["type a number from 0 to 1, such as 0.3333 or 1.19e-7"], words
    field.fill(" 0,3333 ")
    assert said(page) == decode("0.3333")


def test_the_answer_is_announced_and_fits_a_phone(page: Page) -> None:
    field = page.get_by_label("Relative difference")
    assert page.locator(".decoder-says").get_attribute("aria-live") == "polite"
    field.fill("")
    before = page.locator("moving-picture").bounding_box()
    for number in ("1.0", "0.3", "0.11"):
        field.fill(number)
        assert page.locator("moving-picture").bounding_box() == before, "the answer pushes the page down"
    assert page.evaluate("document.documentElement.scrollWidth") == 320


def test_the_script_is_loaded_here_only(chromium: Browser) -> None:
    with visit(chromium) as reader:
        page = reader.open("labs/stories/exactly-one-third/")
        page.wait_for_load_state("networkidle")
        assert not any("decoder" in path for path in reader.asked if "/moving/" in path)
        page.goto(url(PAGE))
        page.get_by_label("Relative difference").wait_for()
        assert any(path.endswith("/moving/decoder.js") for path in reader.asked)


def test_without_javascript_the_table_stands(unscripted: Page) -> None:
    unscripted.goto(url(PAGE))
    picture = unscripted.locator("moving-picture")
    assert picture.inner_text() == ""
    assert (picture.bounding_box() or {"height": 0})["height"] == 0
    assert unscripted.get_by_text("d = 0.3333").is_visible()
    assert unscripted.url == url(PAGE)
