"""The page of the constants shows those of the verdicts, and those that decide by which name a bug is called."""

from website.pages.constants_table import MARK, NAMING, RUN, beside_rules, with_table


def test_every_number_of_the_rules_says_what_it_is():
    numbers = list(beside_rules())
    assert len(numbers) > 15
    assert [name for _, name, _, comment in numbers if len(comment.split()) < 3] == []


def test_the_page_shows_them_all():
    page = with_table(f"{RUN}\n\n{MARK}\n\n{NAMING}\n")
    assert "<!--" not in page
    for module, name, value, comment in beside_rules():
        assert f"| `{name}`<br>{value} | `{module}` | {comment} |" in page


def test_a_number_without_a_word_is_found(tmp_path):
    (tmp_path / "rule.py").write_text("LONE = 3 / 4\nWORDS = ('a', 'b')\nSAID = 2  # rows that are enough\n")
    assert list(beside_rules(tmp_path)) == [
        ("rule", "LONE", "3 / 4", ""),
        ("rule", "SAID", "2", "rows that are enough"),
    ]
