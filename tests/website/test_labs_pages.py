"""The pages of the bug hunt say what the catalogue says."""

from dataclasses import replace

import pytest

from gradlab import labs
from website.pages.lab_pages import FOLDER, page, without_outputs


@pytest.mark.parametrize("topic", labs.TOPICS)
def test_a_page_is_that_of_the_catalogue(topic):
    text = (FOLDER / f"{topic}.md").read_text(encoding="utf-8")
    assert without_outputs(text) == page(topic), "run: python -m website.pages.lab_pages"


@pytest.mark.parametrize("topic", labs.TOPICS)
def test_a_page_shows_every_bug_of_its_topic_as_wrong_and_repaired(topic):
    text = (FOLDER / f"{topic}.md").read_text(encoding="utf-8")
    visible = sum(bug.detectable for bug in labs.TOPICS[topic])
    assert text.count("## Hunt ") == len(labs.TOPICS[topic])
    assert text.count("\nWRONG: ") == visible
    repaired = sum(bug.original != bug.mutated for bug in labs.TOPICS[topic])
    assert text.count('    ```text title="Output"\n    AGREES\n') == repaired
    assert text.count("data-hunt=") == visible


@pytest.mark.parametrize("place", [0, 3, 7])
def test_one_more_bug_changes_the_page_of_its_topic_alone(monkeypatch: pytest.MonkeyPatch, place: int) -> None:
    before = {topic: page(topic) for topic in labs.TOPICS}
    bugs = list(labs.TOPICS["dense"])
    bugs.insert(place, replace(bugs[0], slug="dw-tripled", mutated="dW = 3 * dZ @ A.T"))
    monkeypatch.setitem(labs.TOPICS, "dense", tuple(bugs))
    monkeypatch.setattr(labs, "BUGS", tuple(bug for bugs in labs.TOPICS.values() for bug in bugs))
    assert [topic for topic in labs.TOPICS if page(topic) != before[topic]] == ["dense"]
