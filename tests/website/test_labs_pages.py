"""The pages of the bug hunt say what the catalogue says."""

import copy
import json
import math
import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from gradlab import labs
from tests.chosen import sweep
from website.audit import open_lines
from website.pages import hunt_reports
from website.pages.lab_pages import CLICKS, FOLDER, clicks, draws, order, page, without_outputs, written


@pytest.mark.parametrize("name", written())
def test_a_page_is_that_of_the_catalogue(name):
    text = (FOLDER / name).read_text(encoding="utf-8")
    assert without_outputs(text) == written()[name], "run: python -m website.pages.lab_pages"


@pytest.mark.parametrize("topic", labs.TOPICS)
def test_a_page_shows_every_bug_of_its_topic_as_wrong_and_repaired(topic):
    text = (FOLDER / f"{topic}.md").read_text(encoding="utf-8")
    traps = sum(bool(bug.trap) for bug in labs.TOPICS[topic])
    assert text.count("## Hunt ") == len(labs.TOPICS[topic])
    assert len(re.findall("(?m)^ *WRONG: ", text)) == 2 * (len(labs.TOPICS[topic]) - traps) + 2 * bool(traps)
    assert text.count("data-hunt=") == len(labs.TOPICS[topic]) - traps
    assert text.count("data-trap=") == traps


def test_the_blind_lab_has_a_report_of_every_hunt_that_it_draws(tmp_path: Path) -> None:
    """From the page that prints it: no report is kept twice. Of several bugs, also of what is left at each step."""
    found = hunt_reports.reports()
    assert set(found) == {bug.id for bug in labs.BUGS if bug.detectable}
    for bug in labs.BUGS:
        if bug.detectable:
            named = re.findall(r"(?m)^(\S+) +\d+(?:×\d+)* +(?:WRONG|AGREES)", found[bug.id])
            assert sorted(named) == sorted(bug.case(bug.seed).params), bug.slug
    (tmp_path / "labs").mkdir()
    shutil.copytree(CLICKS, tmp_path / "labs" / "hunts")
    hunt_reports.write(tmp_path)
    for hunt, report in found.items():
        told = json.loads((tmp_path / "labs" / "hunts" / f"{hunt}.json").read_text(encoding="utf-8"))
        assert told["report"] == report
        for stage in told.get("after", {}).values():
            assert stage.pop("report").startswith("WRONG: ")
        assert told | json.loads((CLICKS / f"{hunt}.json").read_text(encoding="utf-8")) == told


@pytest.mark.parametrize("place", [0, 3, 7])
def test_one_more_bug_changes_the_page_of_its_topic_alone(monkeypatch: pytest.MonkeyPatch, place: int) -> None:
    before = {topic: page(topic) for topic in labs.TOPICS}
    bugs = list(labs.TOPICS["dense"])
    bugs.insert(place, replace(bugs[0], slug="dw-tripled", mutated="dW = 3 * dZ @ A.T"))
    monkeypatch.setitem(labs.TOPICS, "dense", tuple(bugs))
    monkeypatch.setattr(labs, "BUGS", tuple(bug for bugs in labs.TOPICS.values() for bug in bugs))
    assert [topic for topic in labs.TOPICS if page(topic) != before[topic]] == ["dense"]


# Numbers that were measured, whose last digits differ by machine; and in how many digits something agrees.
MEASURED = re.compile(r"\d+\.\d+(?:e[-−+]?\d+)?|\d+e[-−+]?\d+|\d+(?= digits)")


def alike(kept: object, made: object) -> bool:
    """Whether two of them say the same, but for what a machine rounds otherwise; numbers of lines are equal."""
    texts = [json.dumps(told, ensure_ascii=False) for told in (kept, made)]
    if len({MEASURED.sub("#", text) for text in texts}) > 1:
        return False
    pairs = zip(*(MEASURED.findall(text.replace("−", "-")) for text in texts), strict=True)
    return all(
        abs(int(a) - int(b)) <= 1
        if a.isdigit() and b.isdigit()
        else math.isclose(float(a), float(b), rel_tol=0.02, abs_tol=1e-6)
        for a, b in pairs
    )


HUNTS = [bug for bug in labs.BUGS if bug.detectable]


@pytest.mark.parametrize("bug", sweep(labs.BUGS), ids=lambda bug: bug.slug)
def test_the_answers_to_clicks_are_those_of_the_rule(bug: labs.Bug) -> None:
    """Of every hunt: a rule that changes leaves no answer behind as it was."""
    kept = told_of(bug)
    made = json.loads(json.dumps(clicks(bug)))
    assert alike(kept, made), f"run: python -m website.pages.lab_pages {bug.topic}"


@pytest.mark.parametrize(
    "spoil",
    [
        lambda told: told.update(why="another reason"),
        lambda told: told["hints"].__setitem__(0, "W1 is wrong."),
        lambda told: told["lines"]["2"].update(kind="open"),
        lambda told: told["lines"]["2"].update(mark="W1 agrees"),
        lambda told: told["lines"]["3"].update(way=[3, 4]),
        lambda told: told["broken"].update({"1": "x"}),
        lambda told: told.update(copy=told["copy"].replace("1", "2")),
    ],
)
def test_whatever_is_stale_in_an_answer_is_noticed(spoil: Callable[[dict[str, Any]], None]) -> None:
    kept = told_of(labs.find("two-directions"))
    spoilt = copy.deepcopy(kept)
    spoil(spoilt)
    assert alike(kept, copy.deepcopy(kept))
    assert not alike(kept, spoilt)


@pytest.mark.parametrize("bug", [bug for bug in labs.BUGS if bug.also], ids=lambda bug: bug.slug)
def test_of_several_bugs_the_last_is_found_in_the_report_of_what_is_left(bug: labs.Bug) -> None:
    """Whichever are found first; a report that leaves a line open leaves hardly another one."""
    told = json.loads((CLICKS / f"{bug.id}.json").read_text(encoding="utf-8"))
    places = len(bug.also) + 1
    assert len(told["after"]) == 2**places - 2
    for found, stage in told["after"].items():
        lines, left = stage["lines"], told["broken"].keys() - {*found.split(",")}
        assert lines.keys() == (told["lines"].keys() | told["broken"].keys()) - left, "the broken lines are not told"
        if len(left) == 1:
            assert sum(line["kind"] == "open" for line in lines.values()) <= 1


def test_the_lines_of_all_hunts_are_counted(capsys: pytest.CaptureFixture[str]) -> None:
    open_lines.main()
    _, *rows = capsys.readouterr().out.splitlines()
    assert [row[:10].strip() for row in rows] == ["1", "2", "3", "4", "4 at last"]
    for row in rows:
        _, lines, *kinds, worst = map(int, row[10:].split())
        assert sum(kinds) == lines
        assert worst <= kinds[-1]


def test_every_hunt_has_its_answers_and_no_other_has() -> None:
    kept = {name: json.loads((CLICKS / f"{name}.json").read_text(encoding="utf-8")) for name in ("index", "draws")}
    assert kept == {"index": order(), "draws": draws()}
    assert {path.stem for path in CLICKS.glob("*.json")} == {*order(), *kept}


def told_of(bug: labs.Bug) -> dict[str, Any]:
    """What is kept for the clicks on a hunt's lines."""
    return json.loads((CLICKS / f"{bug.id}.json").read_text(encoding="utf-8"))


EVERY = pytest.mark.parametrize("bug", HUNTS, ids=lambda bug: bug.slug)


@EVERY
def test_the_margin_says_by_what_each_line_is_ruled_out(bug: labs.Bug) -> None:
    """By a row, which it names; or by numbers, which stand in it and in the sentence; never by "its number"."""
    told = told_of(bug)
    for stage in (told, *told.get("after", {}).values()):
        for one in stage["lines"].values():
            assert 0 < len(one["mark"]) <= 45
            if one["kind"] == "agrees":
                assert one["mark"] == f"{one['block']} agrees"
                assert f"{one['block']} agrees to" in one["text"]
            elif one["kind"] == "wrong":
                assert one["mark"] == f"does not reach {one['block']}"
                assert one["block"] in one["text"]
            else:
                for number in re.findall(r"\d+\.\d+|\b\d+e-\d+", one["mark"]):
                    assert number in one["text"]
            assert one["text"].count("`") in (0, 2)


def numbered(words: str) -> set[int]:
    """The lines of "Lines 3, 5 to 8 and 11"."""
    found: set[int] = set()
    for first, last in re.findall(r"(\d+)(?: to (\d+))?", words):
        found |= set(range(int(first), int(last or first) + 1))
    return found


@EVERY
def test_hints_of_lines_are_true(bug: labs.Bug) -> None:
    """The first counts what the rows leave, the third has the broken line among few of those."""
    told, hints = told_of(bug), told_of(bug)["hints"]
    left = {int(n) for n, one in told["lines"].items() if one["kind"] in ("open", "numbers")} | set(bug.broken)
    cleared = {int(n) for n in told["lines"]} - left
    if said := re.search(r"(Lines? [^.]*) (?:is|are) left; a row clears each of the others\.$", hints[0]):
        assert cleared
        assert numbered(said[1]) == left
    else:
        assert not cleared
    if said := re.search(r"(Lines? [^.]*) are worth a look: it is one of them\.$", hints[2]):
        assert set(bug.broken) < numbered(said[1]) < left
        assert len(numbered(said[1])) == 3
    else:
        assert len(left) <= 3 or len(bug.broken) > 1


CODE = re.compile(r"\b(?:d[A-Z]\w*|d[a-z]\w*_\w+|[a-z]+(?:_[a-z]+)+)\b|\b[A-Z]\[")  # what looks like a name of code


@pytest.mark.parametrize("bug", labs.BUGS, ids=lambda bug: bug.slug)
def test_no_hint_is_empty_and_the_names_in_them_stand_in_the_code(bug: labs.Bug) -> None:
    assert len(set(bug.hints)) == 3
    names = bug.listing + " ".join(bug.case(bug.seed).params)
    for hint in bug.hints:
        assert not re.match(r"(There is none|None)\b", hint), "a hint that says nothing"
        assert len(hint.split()) > 3
        for name in CODE.findall(hint):
            assert name in names, f"{name} is nowhere in the code"


def test_no_page_before_the_labs_gives_a_hunt_away() -> None:
    """Where hunts begin, no broken line stands, and no name that tells what is wrong."""
    places = (FOLDER / "index.md", FOLDER.parent / "index.md", FOLDER.parent.parent / "README.md")
    lines = {line.strip() for place in places for line in place.read_text(encoding="utf-8").splitlines()}
    whole = "\n".join(lines)
    for bug in HUNTS:
        for broken in told_of(bug)["broken"].values():
            assert not set(map(str.strip, broken.splitlines())) & lines, bug.slug
        for name in (bug.slug, bug.title):
            assert not re.search(rf"\b{re.escape(name)}\b", whole), name


@pytest.mark.parametrize("topic", [topic for topic in labs.TOPICS if topic != "traps"])
def test_the_contents_of_a_lab_name_the_level_of_each_hunt(topic: str) -> None:
    text = (FOLDER / f"{topic}.md").read_text(encoding="utf-8")
    labels = re.findall(r'(?m)^## Hunt .*data-toc-label="(.*?)" \}$', text)
    assert labels == [f"Hunt {labs.number(bug)}, level {bug.level}" for bug in labs.TOPICS[topic]]
