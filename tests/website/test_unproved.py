"""Results in prose that nothing on the page shows are listed; what a block computes, or is quoted, is not."""

from pathlib import Path

import pytest

from website.verify import rewrite
from website.verify.document import name_of
from website.verify.unproved import Drawing, drawing, linked, unproved

SHOWN = "0.3333333333333333 2e-09 0.125 -0.5"
BLOCK = f'```python\nprint(1 / 3, 2e-9, 0.125, -0.5)\n```\n\n```text title="Output"\n{SHOWN}\n```\n'


def there(name: str) -> list[str]:
    """What stands on the only other page."""
    return ["0.777"] if name == "page.md" else []


@pytest.mark.parametrize(
    "sentence",
    [
        "The slope is 0.333, and its error 2e-9.",
        "That is 12.5 % of them, so 87.5 % are not.",
        "Others found [0.777](https://example.org/a).",
        "With `x = 0.777`, $x = 0.777$ and ε = 0.777.",
        "With `rate=0.777`, `f(x) < 0.777` and `x[0.777:]`.",
        "At most 2⁻⁵³·|J|, and a half, 2⁻¹.",
        "Between 0 and 1: 0 if they are equal. At 12:30:15.",
        "Two networks of seven layers.",
        "See version 0.777.",
        "## Why is it 0.777? { #why }",
        "## “It says 0.777. Is that bad?”",
        "## Hunt 0.777",
        "In [a list](page.md){ data-kept=0.777 } of it.",
        "With `f(x, 0.777)`.",
        "A minus of −0.5, or 0.5 less.",
        "Python 0.777 and PyTorch 0.777 were tried.",
        "Others wrote of [this](https://example.org/a). They found 0.777.",
        "| [a page](page.md) | 0.777 |",
        "| No. 0.777. Then more | [a page](page.md) |",
        "Ask for `0.777`, which is the default.",
    ],
)
def test_what_is_shown_set_or_quoted_is_not_listed(sentence: str) -> None:
    assert list(unproved(f"{sentence}\n\n{BLOCK}", follow=there)) == []


@pytest.mark.parametrize(
    ("sentence", "number"),
    [
        ("The slope is 0.334.", "0.334"),
        ("Its error is 3e-9.", "3e-9"),
        ("# A title with 0.777", "0.777"),
        ("## It falls to 0.777 { #falls }", "0.777"),
        ("It **falls**{ title='to 0.777' } fast.", "0.777"),
        ('It <sup title="to 0.777">falls</sup> fast.', "0.777"),
        ("The error is {{ 0.777 }}.", "0.777"),
        ("The error is 0.\u200b777.", "0.777"),
        ("Then `f(2) == 0.777`.", "0.777"),
        ("Then `f(2) = 0.777`.", "0.777"),
        ("That is 13.5 % of them.", "13.5"),
        ("| a | b |\n| --- | --- |\n| x | 0.777 |", "0.777"),
        ("![A line at 0.777.](figure:a)", "0.777"),
        ("/// caption\nIt ends at 0.777.\n///", "0.777"),
        ("[Another page](page.md) tells why. It ends at 0.777.", "0.777"),
        ("| [a page](page.md) | 0.125 |\n| b | 0.777 |", "0.777"),
        ("- [a page](page.md)\n- ends at 0.777", "0.777"),
        ("Off by 0.777.\n[A page](page.md) tells why.", "0.777"),
        ("They are 17 of 0.125.", "17"),
        ("It prints `0.777`.", "0.777"),
        ("The slope is `0.777`.", "0.777"),
        ("It is .777 there.", ".777"),
        ("It is 0,777 there.", "0,777"),
        ("It is _0.777_ there.", "0.777"),
        ("It takes 0.777s.", "0.777"),
        ("It is 0.7&#55;7 there.", "0.777"),
        ("The slope is −0.333.", "-0.333"),
        ("The error is 3e\u20119.", "3e-9"),
        ("The error is 3·10⁻⁹.", "3e-9"),
        ("The error is 10^-7.", "1e-7"),
        ("That is 34 per cent.", "34"),
        ("It is 34-fold.", "34"),
        ("It is 34x faster.", "34"),
        ("It is 34 times larger.", "34"),
        ("They are 17 out of 0.125.", "17"),
        ("The error = 0.777.", "0.777"),
        ("![The error = 0.777](figure:a)", "0.777"),
        ("![It ends at `0.777`](figure:a)", "0.777"),
        ("/// caption\nError = 0.777.\n///", "0.777"),
        ("It stops at step 0.777.", "0.777"),
        ("It is `0.125 ± 0.03` there.", "0.03"),
        ("Behind it stands `error 0.777`.", "0.777"),
        ("It ends with `error = 0.777`.", "0.777"),
        ("It says `relative difference < 3e-9`.", "3e-9"),
        ("The gradient is `[0.125, 0.777]`.", "0.777"),
        ("That is `x ≈ 0.777`.", "0.777"),
        ("It wins 19:1.", "19:1"),
        ("It wins 19 : 1.", "19:1"),
        ("The error is 2^-24.", "5.96046447754e-08"),
        ("The error is 2⁻²⁴.", "5.96046447754e-08"),
        ("The error is 2<sup>-24</sup>.", "5.96046447754e-08"),
        ("The error is 2**-24.", "5.96046447754e-08"),
        ("The slope is $f'(x) = 0.777$.", "0.777"),
        ("The slope is $0.777$.", "0.777"),
        ("It lies in 0.125-0.777.", "0.777"),
        ("It names nineteen of the twenty.", "19"),
        ("---\ntitle: The slope is 0.777\n---\n\nWords.", "0.777"),
    ],
)
def test_what_no_block_shows_is_listed(sentence: str, number: str) -> None:
    assert [found for _, found in unproved(f"{sentence}\n\n{BLOCK}", follow=there)] == [number]


def test_what_never_runs_proves_nothing_and_a_title_is_a_sentence() -> None:
    skipped = '```{ .python data-skip="it needs a card" }\nprint(0.777)\n```\n'
    assert [number for _, number in unproved(f"It is 0.777.\n\n{skipped}")] == ["0.777"]
    assert [number for _, number in unproved('```python title="off by 0.777"\nx = 1\n```\n')] == ["0.777"]


def test_a_power_of_two_is_proved_by_the_code_that_writes_it() -> None:
    assert list(unproved("It is 2⁻²⁴.\n\n```pycon\n>>> print(2.0**-24 > 0)\nTrue\n```\n")) == []


@pytest.mark.parametrize("target", ["elsewhere.md", "#here", "?d=0.777", "picture.png", "missing.md"])
def test_a_link_within_the_site_proves_what_stands_where_it_leads(target: str, tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    text = f"The slope is [0.777]({target})."
    page.write_text(text, encoding="utf-8")
    (tmp_path / "elsewhere.md").write_text("It is 0.778 there.", encoding="utf-8")
    (tmp_path / "picture.png").write_bytes(b"0.777")
    assert [found for _, found in unproved(text, follow=linked(page))] == ["0.777"]
    (tmp_path / "elsewhere.md").write_text("It is −0.7771 there.", encoding="utf-8")
    assert bool(list(unproved(text, follow=linked(page)))) == (target != "elsewhere.md")


def test_a_picture_proves_what_its_alternative_text_says_and_nothing_else() -> None:
    picture = Drawing(("0.777",), (3.2e-8, 5.25))
    text = "![A line at 0.777 that falls to {}.](figure:a)\n\nBelow it stands 0.777."
    for said, listed in (("5.25", []), ("1e-8", ["1e-8"]), ("3e-8", []), ("5.2e-9", ["5.2e-9"])):
        found = [number for _, number in unproved(f"{text.format(said)}\n\n{BLOCK}", lambda name: picture)]
        assert found == [*listed, "0.777"]


def test_what_a_picture_shows_is_taken_from_what_it_is_drawn_with() -> None:
    shown = drawing("through-the-layers")
    assert shown.shows("4e5")
    assert not shown.shows("1e5")
    assert drawing("there is none") == Drawing()


@pytest.mark.parametrize("page", rewrite.pages(), ids=lambda page: name_of(str(page)))
def test_every_result_on_every_page_is_computed_there_or_quoted(page) -> None:
    """Computed: printed by a block of the page, or drawn by its picture. Quoted: with a link. A literal is `code`."""
    assert list(unproved(page.read_text(encoding="utf-8"), drawing, linked(page))) == []
