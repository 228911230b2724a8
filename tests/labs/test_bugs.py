"""The catalogue: the right function passes at every seed, every bug is found where it can be, under its own name."""

import ast

import numpy as np
import pytest

import gradlab
from gradlab import Verdict, labs
from tests.chosen import sample

SEEDS = sample(range(6), 1)
EACH = pytest.mark.parametrize("bug", labs.BUGS, ids=lambda bug: bug.slug)


@EACH
@pytest.mark.parametrize("seed", SEEDS)
def test_the_right_function_passes(bug, seed):
    report = gradlab.check_gradients(*bug.case(seed, bug.correct))
    assert report.verdict is Verdict.AGREES
    assert not report.findings


@pytest.mark.slow
@EACH
@pytest.mark.parametrize("seed", SEEDS)
def test_the_bug_is_found_by_name(bug, seed):
    report = gradlab.check_gradients(*bug.case(seed))
    if not bug.detectable:
        assert report.verdict is Verdict.AGREES
        return
    assert report.verdict is Verdict.WRONG
    if bug.finding:
        small = {"GL126", "GL148"} if bug.finding == "GL125" else set()  # in a batch of two every number fits
        assert report.findings[0].code in {bug.finding, *small}


@EACH
def test_nothing_but_one_place_differs(bug):
    right, wrong = ast.unparse(ast.parse(bug.correct_source)), ast.unparse(ast.parse(bug.source))
    assert (right == wrong) == (bug.slug == "condemned")
    assert len(bug.original) < 90
    assert ast.parse(bug.source).body[0].name == bug.name


@EACH
def test_the_same_seed_gives_the_same_case(bug):
    (cost, params, grads), (again, same, _) = bug.case(7), bug.case(7)
    assert cost(params) == again(same)
    np.testing.assert_array_equal(params[min(params)], same[min(params)])
    assert set(grads(params)) == set(params)


def test_an_id_is_opaque_and_no_other_bug_has_it():
    ids = [bug.id for bug in labs.BUGS]
    assert len(set(ids)) == len(ids)
    assert all(set(each) <= set("abcdef0123456789") and len(each) == 6 for each in ids)
    assert all(labs.find(bug.id) == labs.find(bug.slug) == bug for bug in labs.BUGS)


def test_slugs_are_addresses_and_nothing_is_listed_twice():
    slugs = [bug.slug for bug in labs.BUGS]
    assert len(set(slugs)) == len(slugs) >= 24
    assert all(set(slug) <= set("abcdefghijklmnopqrstuvwxyz0123456789-") for slug in slugs)
    assert {bug.level for bug in labs.BUGS} == {1, 2, 3, 4}
    assert all(bug.finding for bug in labs.BUGS if bug.level == 1), "at level 1 the report names the bug"
    assert all(labs.TOPICS[bug.topic].count(bug) == 1 for bug in labs.BUGS)


def test_every_bug_has_three_hints_and_a_reason():
    for bug in labs.BUGS:
        assert all(hint.endswith((".", "?")) for hint in bug.hints), bug.slug
        assert bug.why.endswith("."), bug.slug


def test_what_only_training_shows_is_not_seen_before():
    bug = labs.find("l2-on-bias")
    from gradlab.labs.regularisation import DECAY

    untrained = DECAY(bug.buggy, 1)
    assert gradlab.check_gradients(*untrained).verdict is not Verdict.WRONG
    assert gradlab.check_gradients(*bug.case(1)).verdict is Verdict.WRONG


def test_what_one_example_hides_is_found_with_more():
    assert labs.find("one-example").source == labs.find("db-of-one-example").source


def test_an_overwritten_input_is_said():
    text = str(gradlab.check_gradients(*labs.find("input-overwritten").case(1)))
    assert "grads changes its input" in text


def test_the_course_condemns_what_is_right_and_passes_what_is_wrong():
    condemned, hidden = labs.find("condemned"), labs.find("hidden-by-the-norm")
    for seed in SEEDS:
        assert gradlab.check_gradients(*condemned.case(seed), step=1e-7).relative_difference > 1e-7
        assert gradlab.check_gradients(*hidden.case(seed)).relative_difference < 1e-7


def test_an_unknown_slug_lists_those_that_there_are():
    with pytest.raises(ValueError, match=r"no bug 'nope'; there are [a-z0-9-]+, [a-z0-9-]+, "):
        labs.find("nope")
