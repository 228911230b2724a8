"""The map of the lessons lists each of them, with the minutes that it takes to read its text aloud."""

import re

from website.paths import DOCS

LEARN = DOCS / "learn"
WORDS_A_MINUTE = 150  # read aloud
_ROW = re.compile(r"^\|.*?\[[^\]]+\]\((?P<page>[\w-]+\.md)\) \|.*\| (?P<minutes>\d+) \|$", re.M)


def minutes() -> dict[str, int]:
    text = (LEARN / "index.md").read_text(encoding="utf-8")
    return {row["page"]: int(row["minutes"]) for row in _ROW.finditer(text)}


def words(text: str) -> int:
    """Words of the text itself: no code, no folded exercises, no addresses."""
    for left_out in (r"\A---\n.*?\n---\n", r"^ *```.*?^ *```", r"^\?\?\?.*?(?=^\S|\Z)", r"\]\([^)]*\)"):
        text = re.sub(left_out, "", text, flags=re.M | re.S)
    return len(text.split())


def test_every_lesson_is_on_the_map() -> None:
    assert set(minutes()) == {page.name for page in LEARN.glob("*.md")} - {"index.md"}


def test_minutes_are_those_of_the_text() -> None:
    for page, stated in minutes().items():
        taken = words((LEARN / page).read_text(encoding="utf-8")) / WORDS_A_MINUTE
        assert abs(taken - stated) <= 1.2, f"{page}: {taken:.1f} minutes"


def test_the_short_course_takes_about_an_hour() -> None:
    text = (LEARN / "index.md").read_text(encoding="utf-8")
    short = text.split("## Going deeper")[0]
    assert 45 <= sum(int(row["minutes"]) for row in _ROW.finditer(short)) <= 65
