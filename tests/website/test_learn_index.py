"""The map of the lessons lists each of them, with the minutes that it takes to read its text aloud."""

import re

from website.audit.reading import LEARN, of, reading, the_map


def test_every_lesson_is_on_the_map() -> None:
    assert set(the_map()[1]) == {page.name for page in LEARN.glob("*.md")} - {"index.md"}


def test_minutes_are_those_of_the_text() -> None:
    stated = the_map()[1]
    assert not {page: of(page).minutes for page, minutes in stated.items() if abs(of(page).minutes - minutes) > 0.75}


def test_the_map_says_how_long_the_short_course_takes() -> None:
    text = " ".join((LEARN / "index.md").read_text(encoding="utf-8").split())
    said = re.search(r"at 150 words a minute: (\d+) in all. The code that stands between, about (\d+) lines", text)
    assert said
    short = the_map()[0]
    assert int(said[1]) == sum(short.values())
    assert abs(int(said[2]) - sum(of(page).code_lines for page in short)) <= 15


def test_only_what_is_read_aloud_counts() -> None:
    lesson = """---
description: not read
---
# Two words

![Not read](figure:x)
/// caption
Of *7*{ data-follows="a: b" } digits $x^2$ is one.
///

<guess-first data-answer="5">How many?</guess-first>

```python
three = 3
print(three)
```

??? question "Folded"

    Not read either.

| a table | [of four](not-read.md) |
| --- | --- |
"""
    assert reading(lesson).words == 2 + 6 + 2 + 4
    assert reading(lesson).code_lines == 2
