"""The search of the site finds what readers ask for, in their words; and nothing in a query breaks it."""

import json
import random
import re
from pathlib import Path

import pytest

from website.audit.search import ask, place, questions, sensible, typed, words
from website.paths import BROWSER

SYNONYMS, KNOWN, ASKED = (
    json.loads((BROWSER / "search" / f"{name}.json").read_text(encoding="utf-8"))
    for name in ("synonyms", "known", "asked")
)


@pytest.fixture(scope="module")
def titles(site: Path) -> dict[str, str]:
    """Title by address, of every section of the site."""
    index = json.loads((site / "search" / "search_index.json").read_text(encoding="utf-8"))
    return {section["location"]: section["title"] for section in index["docs"]}


def share_among(most: int, how: str, site: Path) -> float:
    queries, every = zip(*typed(how), strict=True)
    places = [place(found, each) for found, each in zip(ask(queries, site), every, strict=True)]
    return sum(at <= most for at in places) / len(places)


def test_every_answer_exists(titles: dict[str, str]) -> None:
    assert not [at for each in questions() for at in (each.answer, *each.others) if at not in titles]
    assert not [location for location in {**KNOWN, **ASKED} if location not in titles]


@pytest.mark.slow
def test_questions_of_readers_are_answered_among_the_first_three(site: Path) -> None:
    assert share_among(3, "asked", site) >= 0.95
    assert share_among(3, "keywords", site) >= 0.9


def test_words_of_the_field_are_found(site: Path) -> None:
    patterns = words()
    found = dict(zip(patterns, ask(patterns, site), strict=True))
    assert not [word for word, pages in found.items() if not pages]
    assert sum(sensible(pages, patterns[word]) for word, pages in found.items()) >= 0.9 * len(patterns)


@pytest.mark.parametrize(
    "around",
    ["{}", "ValueError: {}", "RuntimeError: {}", 'Traceback (most recent call last):\n  File "net.py", line 12\n{}'],
)
def test_what_stands_around_an_error_does_not_say_which_it_is(around: str, site: Path) -> None:
    texts = {
        "assignment destination is read-only": "reference/questions-errors/#read-only",
        "shapes (64,10) and (32,10) not aligned": "reference/questions-errors/#shapes-differ",
        "cannot cast ufunc multiply output from float64 to int32": "reference/questions-errors/#integer-parameters",
        "Backward is not reentrant": "reference/other-checkers/#not-reentrant",
    }
    found = ask([around.format(text) for text in texts], site)
    assert all(right in pages[0] for right, pages in zip(texts.values(), found, strict=True))


def test_nothing_in_a_query_is_syntax(site: Path) -> None:
    queries = [
        "W^T dZ",
        "title:gradient",
        '"relative difference"',
        "-dropout",
        "+relu",
        "softmax~2",
        "batch*",
        "(kink",
        "a\\b kink",
    ]
    assert all(ask(queries, site))


def test_a_short_word_is_not_the_beginning_of_another(site: Path) -> None:
    (found,) = ask(["ReLU at x = 0.0001"], site)
    first = [section for sections in found[:3] for section in sections]
    assert not any(section.startswith("labs/sequences/") for section in first)  # attention


def with_slips(query: str, draw: random.Random) -> str:
    """Two long words of a question, each with a letter lost, doubled or changed, or with two exchanged."""
    words = query.split()
    long = [k for k, word in enumerate(words) if re.fullmatch(r"[A-Za-z]{5,}", word)]
    for k in draw.sample(long, min(2, len(long))):
        word, at = words[k], draw.randrange(1, len(words[k]) - 1)
        before, this, after = word[:at], word[at], word[at + 1 :]
        words[k] = draw.choice(
            [
                before + after,
                before + this + this + after,
                before + draw.choice("aeiornst") + after,
                before + after[:1] + this + after[1:],
            ]
        )
    return " ".join(words)


@pytest.mark.slow
def test_words_with_typing_errors_are_found(site: Path) -> None:
    queries, every = zip(*typed("asked"), strict=True)
    draw = random.Random(0)
    slipped = [with_slips(query, draw) for query in queries]
    places = [place(found, each) for found, each in zip(ask(slipped, site), every, strict=True)]
    assert sum(at <= 3 for at in places) / len(places) >= 0.95


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("1e-7", "0.0000001"),
        ("1e-07", "1e-7"),
        ("regularisation", "regularization"),
        ("ε", "epsilon"),
        ("gradients", "gradient"),
    ],
)
def test_two_spellings_are_one_word(one: str, other: str, site: Path) -> None:
    first, second = ask([one, other], site)
    assert first[0] == second[0]


def test_code_is_found(site: Path, titles: dict[str, str]) -> None:
    index = json.loads((site / "search" / "search_index.json").read_text(encoding="utf-8"))
    with_it = {each["location"].split("#")[0] for each in index["docs"] if "logaddexp" in each["text"]}
    (found,) = ask(["logaddexp"], site)
    assert {sections[0].split("#")[0] for sections in found[:3]} <= with_it


def test_a_word_that_stands_for_others_has_no_section_of_its_own(titles: dict[str, str]) -> None:
    named = " ".join(titles.values()).lower()
    assert not [word for word in SYNONYMS["see"] if re.search(rf"\b{re.escape(word)}\b", named)]


def test_every_question_is_known_by_the_words_of_readers(titles: dict[str, str]) -> None:
    entries = [
        at for at, title in titles.items() if re.match(r"reference/questions[\w-]*/#", at) and title.endswith("?")
    ]
    assert len(entries) > 90
    assert not [at for at in entries if at not in ASKED]


@pytest.mark.parametrize(
    "difference", ["0.9417", "difference = 0.7313228", "grad check returns 0.61254", "3.4417e-05"]
)
def test_a_difference_that_no_page_has_leads_to_the_decoder(difference: str, site: Path) -> None:
    (found,) = ask([difference], site)
    assert any(section.startswith("labs/decoder/") for sections in found[:3] for section in sections)
