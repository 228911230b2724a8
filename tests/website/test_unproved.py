"""Results in prose that no block shows are listed; those that a block computes, or somebody is named for, are not."""

import pytest

from website.verify.unproved import unproved

BLOCK = '```python\nprint(1 / 3, 2e-9, 0.125)\n```\n\n```text title="Output"\n0.3333333333333333 2e-09 0.125\n```\n'


@pytest.mark.parametrize(
    "sentence",
    [
        "The slope is 0.333, and its error 2e-9.",
        "That is 12.5 % of them, so 87.5 % are not.",
        "Others found [0.777](https://example.org/a).",
        "With `x = 0.777`, $0.777$ and ε = 0.777.",
        "See version 0.777, and 3 of 4 entries.",
        "# A title with 0.777",
        "A minus of −0.125.",
    ],
)
def test_what_is_shown_set_or_quoted_is_not_listed(sentence: str) -> None:
    assert list(unproved(f"{sentence}\n\n{BLOCK}")) == []


@pytest.mark.parametrize(
    ("sentence", "number"),
    [
        ("The slope is 0.334.", "0.334"),
        ("Its error is 3e-9.", "3e-9"),
        ("That is 13.5 % of them.", "13.5"),
        ("| a | b |\n| --- | --- |\n| x | 0.777 |", "0.777"),
        ("![A line at 0.777.](figure:a)", "0.777"),
        ("/// caption\nIt ends at 0.777.\n///", "0.777"),
    ],
)
def test_what_no_block_shows_is_listed(sentence: str, number: str) -> None:
    assert [found for _, found in unproved(f"{sentence}\n\n{BLOCK}")] == [number]
