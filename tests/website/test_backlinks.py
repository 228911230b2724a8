"""Every question has an answer, an anchor of its own and a page that teaches it, and that page links back."""

from collections import Counter
from pathlib import Path

from website.pages import backlinks

DOCS = Path(__file__).parents[2] / "docs"
TEXTS = [(DOCS / page).read_text(encoding="utf-8") for page in backlinks.PAGES]
QUESTIONS = [question for text in TEXTS for question in backlinks.questions(text)]


def test_every_heading_of_a_question_is_understood():
    headings = [line for text in TEXTS for line in text.splitlines() if line.startswith("### ")]
    assert len(QUESTIONS) == len(headings) >= 57


def test_anchors_are_unique():
    assert [anchor for anchor, n in Counter(anchor for _, anchor, _ in QUESTIONS).items() if n > 1] == []


def test_every_answer_names_a_page_that_teaches_it():
    assert [anchor for _, anchor, pages in QUESTIONS if not pages] == []
    assert [page for _, _, pages in QUESTIONS for page in pages if not (DOCS / page).exists()] == []


def test_the_page_that_teaches_links_back():
    page = backlinks.with_questions("# Batch norm\n", "learn/same-cost.md", DOCS)
    assert page.startswith("# Batch norm\n")
    assert "(../reference/questions-layers.md#batch-norm-one)" in page
    assert "#huge-epsilon" not in page


def test_a_page_without_questions_stays_as_it_is():
    assert backlinks.with_questions("# Design\n", "about/design.md", DOCS) == "# Design\n"
