"""The report as text: fits 80 columns, says the verdict first, and explains where the course says something else."""

import re

import numpy as np
import pytest

from gradlab import Verdict, check_gradients
from gradlab.report.text import coloured, shorten
from tests import reports


@pytest.mark.parametrize("make", reports.ALL)
def test_fits_80_columns_without_trailing_blanks(make):
    lines = str(make()).splitlines()
    assert max(map(len, lines)) <= 80
    assert all(line == line.rstrip() for line in lines)


@pytest.mark.parametrize("make", reports.ALL)
def test_verdict_comes_first_then_the_course(make):
    report = make()
    told = str(report)
    assert told.startswith(f"{report.verdict.value}: ")
    assert "Relative difference, formula (2): " in told
    assert f'"{report.level}"' in told


@pytest.mark.parametrize("make", reports.ALL)
def test_same_text_twice(make):
    assert str(make.__wrapped__()) == str(make())


@pytest.mark.parametrize(
    ("make", "verdict", "level", "why"),
    [
        (reports.hidden_by_the_norm, "WRONG", "great", "hides b[0]: it is off by 2.0e-05"),
        (reports.under_noise, "AGREES", "look again", "no more exact than that"),
        (reports.at_a_kink, "AGREES", "worried", "comes from kinks"),
        (reports.random, "UNDECIDED", "worried", "cannot be formed"),
        (reports.untested, "UNTESTED", "great", "nothing with nothing"),
    ],
)
def test_says_why_verdict_and_level_differ(make, verdict, level, why):
    report = make()
    assert (report.verdict.value, report.level) == (verdict, level)
    assert why in str(report).split("\n\n")[-1].replace("\n", " ")


def test_says_nothing_about_it_where_they_do_not():
    for report in (reports.agrees(), reports.wrong()):
        assert len(str(report).split("\n\n")[-1].splitlines()) == 2


def test_at_a_minimum_the_course_compares_noise_with_noise():
    rng = np.random.default_rng(0)
    X, y = rng.standard_normal((40, 3)), rng.standard_normal(40)
    theta, *_ = np.linalg.lstsq(X, y, rcond=None)
    report = check_gradients(lambda t: 10 + np.mean((X @ t - y) ** 2), theta, lambda t: X.T @ (X @ t - y) / 20)
    assert (report.verdict, report.level) == (Verdict.UNTESTED, "worried")
    assert "That number compares noise with noise." in str(report)
    assert "Not tested (in the noise of the cost neither side can be told from 0): theta 3 of 3." in " ".join(
        str(report).split()
    )


def test_worst_block_first_and_the_rest_in_the_order_of_params():
    told = str(reports.many_blocks(wrong=3))
    names = re.findall(r"^(W\d+) ", told, re.MULTILINE)
    assert names[:6] == ["W0", "W1", "W2", "W3", "W4", "W5"]
    assert "and 20 more: 20 AGREES" in told


def test_a_long_list_of_wrong_blocks_is_cut_but_counted():
    told = str(reports.many_blocks(wrong=30))
    assert "30 of 40 blocks" in told.replace("\n", " ")
    assert "and 20 more: 10 WRONG, 10 AGREES" in told


def test_columns_are_aligned():
    told = str(reports.wrong()).split("\n\n")
    header, *rows = next(part for part in told if part.startswith("block ")).splitlines()
    for title in ("shape", "verdict", "difference", "wrong"):
        at = header.index(title)
        assert all(row[at - 1] == " " and row[at] != " " for row in rows)


def test_names_too_long_for_a_line_keep_both_ends():
    told = str(reports.long_names())
    assert "encoder.layers.0" in told
    assert "encoder.layers.1" in told
    assert told.count("weight_matrix") >= 3
    assert "worst [0, 0]: analytic 3, numeric 2 ± " in told
    assert shorten("abcdefghij", 5) == "ab…ij"
    assert shorten("abcdefghij", 10) == "abcdefghij"


def test_a_wrong_row_has_both_numbers_and_the_bound():
    row = next(line for line in str(reports.wrong()).splitlines() if line.startswith("W1"))
    assert re.search(r"3 of 3 +\[0, 2\] +-0\.786 +0\.786 ± \de-\d\d$", row)


def test_numeric_value_below_its_bound_is_shown_as_zero():
    report = check_gradients(lambda t: float(np.cos(t).sum()), np.array([0.0, 1.0]), np.array([0.5, -np.sin(1.0)]))
    assert report.verdict is Verdict.WRONG
    assert re.search(r"\[0\] +0\.5 +0 ± ", str(report))


@pytest.mark.parametrize(
    ("make", "line"),
    [
        (reports.at_a_kink, "Accepted (a kink, the gradient lies between the slopes of both sides): theta 1 of 2."),
        (reports.untested, "Not tested (the cost does not change): theta 2 of 2."),
        (reports.partly_untested, "Not tested (the cost does not change): theta 1 of 2."),
        (reports.random, "GL203 theta cannot be checked: cost or gradient"),
    ],
)
def test_what_was_left_open_is_said_with_its_reason(make, line):
    assert line in str(make()).replace("\n", " ")


def test_outside_the_slopes_of_a_kink_is_undecided():
    report = reports.at_a_kink(1.5)
    assert report.verdict is Verdict.UNDECIDED
    assert "the cost has a kink" in str(report)


def test_the_likeliest_cause_stands_right_below_the_verdict_and_the_number_of_the_course_last():
    parts = str(reports.with_findings()).split("\n\n")
    assert parts[0].startswith("WRONG: ")
    assert parts[1].startswith("GL101 W1 has the wrong sign.")
    assert parts[2].startswith("block ")
    assert parts[3] == "A note on <this> check."
    course, evaluations = parts[4].splitlines()
    assert course.startswith("Relative difference, formula (2): ")
    assert re.fullmatch(r"Evaluations of the cost: about \d+ for each entry", evaluations)


def test_colours_change_nothing_but_the_verdicts():
    plain = str(reports.wrong())
    bright = coloured(plain)
    assert "\033[1;31mWRONG\033[0m" in bright
    assert re.sub(r"\033\[[\d;]*m", "", bright) == plain
