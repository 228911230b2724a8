"""The same pages in Firefox: Run gives what the Markdown says, pictures come to life, colours can be switched."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.website import firefox, sources
from website.audit.static_host import serving
from website.verify.equality import same

PAGE = "learn/one-side-or-two/"
# Run, then what was printed once the block is at rest.
RUN = """const block = document.querySelectorAll("live-block")[%d];
block.querySelector(".live-run").click();
while (!block.dataset.state || block.ariaBusy) await new Promise((soon) => setTimeout(soon, 20));
return [block.dataset.state, [...block.querySelectorAll(".live-out pre")].map((pre) => pre.textContent).join("")];"""
MOVE = """const picture = document.querySelector("moving-picture");
picture.scrollIntoView();
while (!picture.querySelector(".moving-says b")) await new Promise((soon) => setTimeout(soon, 20));
const before = picture.querySelector(".moving-says").textContent, slider = picture.querySelector("input");
slider.value = slider.min;
slider.dispatchEvent(new Event("input", { bubbles: true }));
return [before, picture.querySelector(".moving-says").textContent];"""


@pytest.fixture(scope="module")
def origin(site: Path) -> Iterator[str]:
    with serving(site) as address:
        yield address


@pytest.fixture(scope="module")
def tab(origin: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[firefox.Tab]:
    path = firefox.find()
    if path is None:
        pytest.skip("no Firefox found: install it (apt-get install firefox-esr), or name one in GRADLAB_FIREFOX")
    with firefox.tab(path, tmp_path_factory.mktemp("firefox")) as opened:
        yield opened


def test_every_block_of_a_page_prints_what_its_markdown_says(tab: firefox.Tab, origin: str) -> None:
    wanted = sources.page(sources.addresses()[PAGE])
    tab.go(origin + PAGE)
    assert tab.get("return document.querySelectorAll('live-block').length") == len(wanted) > 3
    for k, block in enumerate(wanted):
        state, printed = tab.get(RUN % k)
        assert state == "same", block.where
        assert same(block.want.replace("<BLANKLINE>", ""), printed) or "Traceback" in block.want, block.where


def test_a_picture_moves(tab: firefox.Tab, origin: str) -> None:
    tab.go(origin + PAGE)
    before, after = tab.get(MOVE)
    assert before
    assert after
    assert before != after


def test_colours_can_be_switched(tab: firefox.Tab, origin: str) -> None:
    tab.go(origin + PAGE)
    click = "document.querySelector(\".gl-schemes [value='slate']\").click(); "
    colour = "getComputedStyle(document.body).backgroundColor"
    assert tab.get(f"return {colour}") == "rgb(253, 252, 249)"
    assert tab.get(f"{click} return {colour}") == "rgb(21, 23, 26)"
