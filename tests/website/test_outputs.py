"""`make outputs` writes what blocks really give, and nothing that still matches."""

import textwrap
from pathlib import Path

import pytest

from website.verify import rewrite
from website.verify.rewrite import Raised


def rewritten(text: str) -> str:
    return rewrite.rewrite(textwrap.dedent(text), "page.md")


UNFINISHED = """\
# Title

```pycon
>>> x = 1 / 3
>>> x
>>> print("a\\n\\nb")
>>> for i in range(2):
...     print(i)
...
7
>>> 1 / 0
Traceback (most recent call last):
    ...
Error
```

!!! note

    ```python
    print(x)
    ```

Words.

```python
print("took", 3)
```
```text title="Output"
nothing
at all
```

```console
$ echo 1
$ echo "1 passed in 0.03s"
1 failed
```
"""

FINISHED = """\
# Title

```pycon
>>> x = 1 / 3
>>> x
0.3333333333333333
>>> print("a\\n\\nb")
a
<BLANKLINE>
b
>>> for i in range(2):
...     print(i)
...
0
1
>>> 1 / 0
Traceback (most recent call last):
    ...
ZeroDivisionError: division by zero
```

!!! note

    ```python
    print(x)
    ```

    ```text title="Output"
    0.3333333333333333
    ```

Words.

```python
print("took", 3)
```
```text title="Output"
took 3
```

```console
$ echo 1
1
$ echo "1 passed in 0.03s"
1 passed in ...s
```
"""


def test_outputs_are_filled_in_and_replaced() -> None:
    assert rewritten(UNFINISHED) == FINISHED


def test_a_finished_page_stays_as_it_is() -> None:
    assert rewritten(FINISHED) == FINISHED


def test_what_matches_to_the_digits_written_stays_as_written() -> None:
    text = "```pycon\n>>> 1 / 3\n0.33\n>>> 'in 0.25 s'\n'in ... s'\n>>> 2 / 3\n0.33\n```\n"
    assert rewritten(text) == text.replace("2 / 3\n0.33", "2 / 3\n0.6666666666666666")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("```pycon\n>>> 1 / 0\n3\n```\n", "page.md:2:\n.*ZeroDivisionError"),
        ("```python\n1 / 0\n```\n", "page.md:1:.*raised\n.*ZeroDivisionError"),
        (
            "```pycon\n>>> 1\nTraceback (most recent call last):\n    ...\nZeroDivisionError: x\n```\n",
            "though the page shows",
        ),
        ("```console\n$ exit 3\n```\n", "exit status 3"),
        ('```python\nx = 1\n```\n```text title="Output"\n1\n```\n', "prints nothing"),
    ],
)
def test_a_page_that_fails_is_left_alone(
    text: str, message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(Raised, match=f"(?s){message}"):
        rewritten(text)
    page = tmp_path / "page.md"
    page.write_text(text, encoding="utf-8")
    assert rewrite.main([str(page)]) == 1
    assert page.read_text(encoding="utf-8") == text
    assert "1 could not be run" in capsys.readouterr().err


def test_the_diff_is_printed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = tmp_path / "page.md"
    page.write_text("```pycon\n>>> 1 + 1\n3\n```\n", encoding="utf-8")
    assert rewrite.main([str(page)]) == 0
    assert "-3\n+2\n" in capsys.readouterr().out
    assert page.read_text(encoding="utf-8") == "```pycon\n>>> 1 + 1\n2\n```\n"


def test_output_with_fences_gets_a_longer_fence() -> None:
    fences = rewritten('```python\nprint("```")\n```\n')
    assert fences.endswith('````text title="Output"\n```\n````\n')
