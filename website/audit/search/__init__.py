"""At which place does the search of the built site bring the right page? For questions of people, and for words.

questions.json has questions with the section that answers each, and the same in two to four keywords, or one of both,
and other sections that would answer as well; words.json has words of the field, each with a pattern of what may
sensibly come first.
"""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from website import npm
from website.paths import DOCS, SITE

_HERE = Path(__file__).parent
_TEACHES = re.compile(r"\]\(\.\./((?:learn|howto|labs|gallery)/[\w./-]+?)\.(?:md|py)(?:#[\w-]+)?\)")
Found = list[list[str]]  # pages in order, each as the addresses of its first sections
NOWHERE = 1_000


@dataclass(frozen=True)
class Question:
    """A question in other words than the site's own, and where the site answers it: a section, or a page."""

    asked: str  # the whole question; "" if it was typed as keywords only
    keywords: str
    answer: str
    others: tuple[str, ...] = ()


def questions() -> list[Question]:
    """Other people's wordings, each with its answer."""
    return [Question(**each) for each in json.loads((_HERE / "questions.json").read_text(encoding="utf-8"))]


def typed(how: str) -> list[tuple[str, Question]]:
    """What is typed for each question, "asked" whole or as "keywords"."""
    return [(getattr(each, how), each) for each in questions() if getattr(each, how)]


def words() -> dict[str, str]:
    """Words of the field, each with a pattern of the addresses that are sensible to come first."""
    found: dict[str, str] = json.loads((_HERE / "words.json").read_text(encoding="utf-8"))
    return found


def ask(queries: Iterable[str], site: Path = SITE) -> list[Found]:
    """What the built site's search finds for each query."""
    typed = json.dumps(list(queries))
    printed = npm.run("node", _HERE, "ask.mjs", str(site), given=typed)
    answers: list[Found] = json.loads(printed)
    return answers


def place(found: Found, question: Question) -> int:
    """Place of the first page that answers: the section itself, or a page to which the answer sends its reader."""
    return min(_place(found, answer) for answer in (question.answer, *question.others))


def _place(found: Found, answer: str) -> int:
    page, _, anchor = answer.partition("#")
    right = {answer} if anchor else {page}
    for k, sections in enumerate(found, start=1):
        if right & set(sections) or any(section.split("#")[0] in _taught(answer) for section in sections[:1]):
            return k
        if not anchor and any(section.split("#")[0] == page for section in sections):
            return k
    return NOWHERE


def _taught(answer: str) -> set[str]:
    """The pages to which a section of the question pages sends its reader."""
    page, _, anchor = answer.partition("#")
    source = DOCS / f"{page.rstrip('/')}.md"
    if not anchor or not source.exists():
        return set()
    text = source.read_text(encoding="utf-8")
    section = re.search(rf"^### [^\n]* \{{ #{re.escape(anchor)} \}}$(.*?)(?=^###? |\Z)", text, re.M | re.S)
    return {f"{found}/" for found in _TEACHES.findall(section[1])} if section else set()


def sensible(found: Found, pattern: str) -> bool:
    """Does a section of the first page that was found match the pattern?"""
    return bool(found) and any(re.search(pattern, section, re.I) for section in found[0])
