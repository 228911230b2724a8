"""The pages of the bug hunt say what the catalogue says."""

import json
import re
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from gradlab import labs
from tests.chosen import sample
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


def bare(told: object) -> str:
    """Without numbers, whose last digits differ from machine to machine."""
    return re.sub(r"\d+(\.\d+)?(e[-−+]?\d+)?", "#", json.dumps(told, ensure_ascii=False))


HUNTS = [bug for bug in labs.BUGS if bug.detectable]


@pytest.mark.parametrize("bug", sample(HUNTS, 6), ids=lambda bug: bug.slug)
def test_the_answers_to_clicks_are_those_of_the_rule(bug: labs.Bug) -> None:
    kept = json.loads((CLICKS / f"{bug.id}.json").read_text(encoding="utf-8"))
    made = json.loads(json.dumps(clicks(bug)))
    assert bare(kept) == bare(made), "run: python -m website.pages.lab_pages"
    kinds = [{n: one["kind"] for n, one in told["lines"].items()} for told in (kept, made)]
    assert kinds[0] == kinds[1]


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
