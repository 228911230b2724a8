"""The pages of the bug hunt say what the catalogue says."""

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
    visible = sum(bug.visible for bug in labs.TOPICS[topic])
    assert text.count("## Hunt ") == len(labs.TOPICS[topic])
    assert text.count("\nWRONG: ") == visible
    repaired = sum(bug.was != bug.now for bug in labs.TOPICS[topic])
    assert text.count('    ```text title="Output"\n    AGREES\n') == repaired
    assert text.count("data-hunt=") == visible
