"""Every page says of itself what it is about, in words of its own, and how to cite it."""

from collections import Counter
from pathlib import Path

from bs4 import BeautifulSoup

from website.pages import described


def test_the_first_paragraph_describes_a_page() -> None:
    markdown = "# Title\n\n![A picture.](figure:x)\n\nWhy *one* point?\nSee [there](there.md).\n\nMore."
    assert described.description(markdown) == "Why one point? See there."
    assert described.description("# Only a title\n") == ""
    assert described.description("# Title\n\n```python\nimport a\n\nimport b\n```\n\nWhat is it?") == "What is it?"


def test_a_description_ends_with_a_sentence_or_a_word() -> None:
    long = "A sentence of some length. " * 20
    assert described.description(long).endswith("length.")
    assert len(described.description("word " * 100)) <= described.LONGEST + 2


def test_every_page_has_a_description_of_its_own_and_a_citation(site: Path) -> None:
    found = {}
    for path in site.rglob("index.html"):
        page = BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")
        found[path] = page.select_one("meta[name=description]")["content"]
        assert page.select_one("meta[property='og:description']")["content"] == found[path]
        assert page.select_one("link[rel=canonical]")["href"] in page.select_one(".gl-cite").get_text()
    twice = [text for text, n in Counter(found.values()).items() if n > 1]
    assert not twice
