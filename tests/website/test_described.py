"""Every page says of itself what it is about, in words of its own, and how to cite it."""

import re
import struct
from collections import Counter
from pathlib import Path

import yaml
from bs4 import BeautifulSoup

from website.pages import described
from website.paths import DOCS


def test_the_first_paragraph_describes_a_page() -> None:
    markdown = "# Title\n\n![A picture.](figure:x)\n\nWhy *one* point?\nSee [there](there.md).\n\nMore."
    assert described.description(markdown) == "Why one point? See there."
    assert described.description("# Only a title\n") == ""
    assert described.description('Is _this_ `tf.custom_gradient` of __mine__ "great"?') == (
        "Is this tf.custom_gradient of mine “great”?"
    )
    assert described.description("# Title\n\n```python\nimport a\n\nimport b\n```\n\nWhat is it?") == "What is it?"


def test_a_description_ends_with_a_sentence_or_a_word() -> None:
    long = "A sentence of some length. " * 20
    assert described.description(long).endswith("length.")
    assert len(described.description("word " * 100)) <= described.LONGEST + 2


def test_what_a_page_asks_is_its_first_question() -> None:
    assert described.asks("You would do. Why two? Because.") == "Why two?"
    assert described.asks("No question here. None.") == "No question here."
    assert described.asks("") == ""


def test_previous_and_next_say_what_they_answer(site: Path) -> None:
    page = BeautifulSoup((site / "learn/the-check/index.html").read_text(encoding="utf-8"), "html.parser")
    before, after = (line.get_text() for line in page.select(".md-footer .gl-why"))
    assert before.endswith("and why is one matrix transposed and the other not?")
    assert after == "How do you find it without reading every line again?"


def test_every_page_has_a_picture_of_its_own(site: Path) -> None:
    pictures = set()
    for path in site.rglob("index.html"):
        page = BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")
        address = page.select_one("meta[property='og:image']")["content"]
        picture = site / address[address.index("assets/") :]
        size = struct.unpack(">II", picture.read_bytes()[16:24])
        assert size == (1200, 630), path
        assert picture.stat().st_size < 100_000, path
        pictures.add(picture.read_bytes())
        assert "mistake" in page.select_one(".gl-cite").get_text()
    assert len(pictures) == len(list(site.rglob("index.html")))


def test_every_page_has_a_description_of_its_own_and_a_citation(site: Path) -> None:
    found = {}
    for path in site.rglob("index.html"):
        page = BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")
        found[path] = page.select_one("meta[name=description]")["content"]
        assert re.search(r"[.?!…]$", found[path]), f"{path}: cut off, {found[path]}"
        assert page.select_one("meta[property='og:description']")["content"] == found[path]
        assert page.select_one("link[rel=canonical]")["href"] in page.select_one(".gl-cite").get_text()
    twice = [text for text, n in Counter(found.values()).items() if n > 1]
    assert not twice


def test_what_stands_above_a_page_is_read_and_not_shown() -> None:
    above = re.compile(r"\A---\n(.*?)\n---\n", re.S)
    texts = {page: page.read_text(encoding="utf-8") for page in DOCS.rglob("*.md")}
    heads = {page: found[1] for page, text in texts.items() if (found := above.match(text))}
    assert len(heads) > 10
    for page, head in heads.items():
        assert isinstance(yaml.safe_load(head), dict), page  # a colon in a sentence wants quotes around it
