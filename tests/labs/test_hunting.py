"""The rule of the hunts: a report never rules out the broken line, nor one that could have made the report."""

import contextlib
import re

import numpy as np
import pytest

import gradlab
from gradlab import labs
from gradlab.labs.hunting import Told, answer, answers
from gradlab.labs.hunting.hints import lines as in_words
from gradlab.labs.hunting.hints import window
from gradlab.labs.hunting.lines import Code
from tests.chosen import sample

HUNTS = [bug for bug in labs.BUGS if bug.detectable]
EACH = pytest.mark.parametrize("bug", HUNTS, ids=lambda bug: bug.slug)
SOME = pytest.mark.parametrize("bug", sample(HUNTS, 8), ids=lambda bug: bug.slug)  # a hunt takes two seconds


def hunt(bug, seed):
    """The right code, what the report of the copy says, and the copy's gradient."""
    case = bug.case(seed)
    code = Code(bug.listing, bug.setup.gradients(bug.name, seed))
    return code, Told.of(gradlab.check_gradients(*case)), code.run(bug.buggy_listing), case


@pytest.mark.slow
@EACH
def test_the_listing_is_the_case(bug):
    code, _, copy, (_, params, grads) = hunt(bug, 2)
    _, _, correct = bug.case(2, bug.correct)
    for name, grad in grads(params).items():
        np.testing.assert_allclose(copy[name], grad, rtol=1e-12, atol=1e-15)
        np.testing.assert_allclose(code.right[name], correct(params)[name], rtol=1e-12, atol=1e-15)


@EACH
def test_there_are_lines_enough_to_look_among(bug):
    clicked = [text for text in bug.listing.splitlines() if text.strip() and not re.match(r"\s*(def |#)", text)]
    assert len(clicked) >= 6


@EACH
def test_the_broken_lines_are_those_that_differ(bug):
    right, copy = bug.listing.splitlines(), bug.buggy_listing.splitlines()
    kept = [text for n, text in enumerate(right, 1) if n not in bug.broken]
    assert bug.broken
    assert all(right[n - 1] not in copy or right.count(right[n - 1]) > 1 for n in bug.broken)
    assert [text for text in copy if text in kept][: len(kept)] == kept


@pytest.mark.slow
@SOME
@pytest.mark.parametrize("seed", sample(range(4), 1))
def test_no_report_rules_out_what_could_have_made_it(bug, seed):
    code, told, copy, _ = hunt(bug, seed)
    found, alone = answer(code, bug.broken, told, copy), len(bug.broken) == 1
    seen = answers._off(copy, told)
    for line in code.lines:
        if line.number in bug.broken:
            assert found[line.number].kind == "broken"
            assert answers.possible(line, told.wrong, told.agree, alone=alone), "the rows rule out the broken line"
        elif alone and found[line.number].kind in ("agrees", "wrong"):
            near = answers.nearest(code, line, told, seen)
            assert not near or not answers.alike(near[0], seen), f"{near[0][1]} would give this very report"


@pytest.mark.slow
@SOME
def test_every_line_is_answered_by_a_row_that_there_is(bug):
    code, told, copy, _ = hunt(bug, 1)
    for n, one in answer(code, bug.broken, told, copy).items():
        if one.kind == "broken":
            continue
        assert one.text.endswith(".")
        if one.kind == "agrees":
            assert one.block in told.agree
        elif one.block:
            assert one.block in told.wrong
        assert not one.way or one.way[0] == n
        line = next(line for line in code.lines if line.number == n)
        reaches = [reach for reach in line.reach if reach]
        if one.counts and one.kind == "wrong":
            assert not line.header
            assert not all(one.block in reach for reach in reaches) or not reaches, "it reaches that block"
        assert one.counts == (one.kind in ("agrees", "wrong")), "what no row shows is not counted"
        lines = [line for line in code.lines if line.number in one.way]
        assert all(any(one.block in reach for reach in line.reach) for line in lines), "the way leads elsewhere"
        off = re.search(r"off by (\S+); the report says (\S+)\.$", one.text)
        assert not off or off[1] != off[2], "two numbers that are told apart look alike"


@pytest.mark.slow
@pytest.mark.parametrize("setup", dict.fromkeys(bug.setup for bug in HUNTS), ids=lambda setup: type(setup).__name__)
def test_code_that_writes_over_all_it_is_given_leaves_the_next_run_as_it_was(setup):
    bug = next(bug for bug in HUNTS if bug.setup is setup)
    gradients = setup.gradients(bug.name, 1)

    def spoil(value):
        for each in value.values() if isinstance(value, dict) else value if isinstance(value, (tuple, list)) else ():
            spoil(each)
        if isinstance(value, np.ndarray):
            value[...] = 0

    right = Code(bug.listing, gradients)
    space = {"np": np}
    exec(bug.listing, space)
    for name, function in [(name, each) for name, each in space.items() if callable(each)]:

        def last(*args, _function=function, **keywords):
            found = _function(*args, **keywords)
            spoil([args, keywords])
            return found

        space[name] = last
    with contextlib.suppress(Exception):  # what it gives is of no use
        gradients(space)
    for name, grad in right.run(bug.listing).items():
        np.testing.assert_array_equal(grad, right.right[name])


def test_a_value_that_comes_to_a_right_block_is_right():
    bug = labs.find("time-not-added-up")
    found = answer(*(lambda code, told, copy, _: (code, bug.broken, told, copy))(*hunt(bug, 1)))
    line = 1 + [text.strip() for text in bug.listing.splitlines()].index("dba += dz.sum(axis=1, keepdims=True)")
    assert found[line].kind == "agrees"
    assert found[line].block == "ba"
    assert found[line].way == (line,)
    assert "this is the line that makes the gradient of ba" in found[line].text


FACTORS = ["dw-doubled", "db-times-four", "db-averaged", "mean-forgotten", "mean-over-classes", "mean-not-divided"]


@pytest.mark.parametrize("slug", FACTORS)
def test_where_one_factor_is_off_a_line_that_can_give_a_factor_is_open(slug):
    """Nobody knows which factor somebody else would have written there."""
    bug = labs.find(slug)
    code, told, copy, _ = hunt(bug, 1)
    seen = answers._off(copy, told)
    assert all(off.factor is not None for off in seen.values())
    found, opened = answer(code, bug.broken, told, copy), 0
    for line in code.lines:
        if found[line.number].kind not in ("numbers", "open"):
            continue
        gives = [
            {answers._factor(off) for off in slip.values()} for _, _, slip in answers.nearest(code, line, told, seen)
        ]
        one = any(len(factors) == 1 and "" not in factors for factors in gives)
        assert not one or found[line.number].kind == "open"
        opened += one
    assert opened


def test_lines_are_said_as_a_reader_would_say_them():
    assert in_words([3]) == "Line 3"
    assert in_words([3, 4]) == "Lines 3 and 4"
    assert in_words([1, 3, 4, 5, 9]) == "Lines 1, 3 to 5 and 9"


@EACH
def test_the_window_of_the_third_hint_has_the_broken_line_wherever_it_stands(bug):
    if len(bug.broken) > 1:
        return
    for before in range(6):
        for after in range(6):
            left = [*range(bug.broken[0] - before, bug.broken[0]), *bug.broken, *range(100, 100 + after)]
            if len(left) >= 3:
                near = window(left, bug)
                assert len(near) == 3
                assert bug.broken[0] in near
                assert set(near) <= set(left)
