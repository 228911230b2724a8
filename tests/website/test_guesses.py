"""Guesses before an output: what they give as the answer is what a block of that page shows."""

import re
from html import unescape
from pathlib import Path

import pytest

from website.paths import DOCS
from website.verify import blocks

GUESS = re.compile(r"<guess-first ([^>]*)>([^<]*)</guess-first>")
PAGES = sorted(page for page in DOCS.rglob("*.md") if "<guess-first" in page.read_text(encoding="utf-8"))
SHORT_COURSE = (
    "what-comparing-proves",
    "one-side-or-two",
    "floating-point",
    "the-check",
    "it-failed",
    "when-to-run-it",
)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_answer_is_shown_by_a_block(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert text.count("<guess-first") == len(GUESS.findall(text)), "a guess is one line, without markup in it"
    shown = " ".join(re.sub(r"\s+", " ", block.source) for block in blocks.find(text))
    for attributes, question in GUESS.findall(text):
        given = {name: unescape(value) for name, value in re.findall(r'data-([a-z]+)="([^"]*)"', attributes)}
        assert question.strip().endswith(("?", ":")), question
        if "choices" in given:
            assert given["answer"] in given["choices"].split("|"), question
        numbers = re.findall(r"\d+\.\d+", given.get("why", ""))
        assert all(number in shown for number in numbers), question
        proof = re.escape(" ".join(given.get("shown", given["answer"]).split()))
        assert re.search(rf"(?<![\w.]){proof}(?!\d)", shown), (question, proof)


def test_every_lesson_asks_before_it_shows() -> None:
    asked = {page.stem: len(GUESS.findall(page.read_text(encoding="utf-8"))) for page in PAGES}
    lessons = {page.stem for page in (DOCS / "learn").glob("*.md")} - {"index", "build-your-own-checker"}
    assert lessons <= set(asked), lessons - set(asked)
    assert all(asked[name] >= 2 for name in SHORT_COURSE), asked
