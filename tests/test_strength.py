"""How strong a check was: what it would notice of a gradient that is spoiled, by the numbers that it has."""

import numpy as np
import pytest

import gradlab
from benchmarks import costs
from gradlab import GradlabError, nn
from gradlab.strength import BLOCK_MUTATIONS, ENTRY_MUTATIONS


def check(seed=1, **keywords):
    rng = np.random.default_rng(seed)
    params = nn.init_params([4, 5, 3, 1], rng=rng)
    X, Y = rng.standard_normal((4, 3)), rng.integers(0, 2, (1, 3))
    return gradlab.check_gradients(lambda p: nn.cost(p, X, Y), params, lambda p: nn.gradients(p, X, Y), **keywords)


def test_what_is_missed_is_what_could_not_be_tested():
    report = check()
    seen = gradlab.strength(report)
    untested = {name: block.size - block.tested_count for name, block in report.blocks.items()}
    assert sum(untested.values()) > 0
    for s in seen.mutants:
        if s.way in ENTRY_MUTATIONS:
            assert s.tried - s.noticed == untested[s.block] == s.silent


def test_the_text_says_how_many_and_where():
    text = str(gradlab.strength(check()))
    assert text.startswith("This check would notice ")
    assert "one entry + 10 %             39 of 47    missed: W2 8" in text
    assert max(map(len, text.splitlines())) <= 80


def test_all_ways_are_tried():
    assert {s.way for s in gradlab.strength(check()).mutants} >= {*BLOCK_MUTATIONS, *ENTRY_MUTATIONS} - {
        "a block transposed"
    }


def test_the_score_is_the_share_that_a_real_check_notices():
    """The judgement without the cost is the judgement with it, spoil by spoil."""
    cost, params, right = costs.case("tanh", 0)
    judged = {(s.way, s.block): s for s in gradlab.strength(gradlab.check_gradients(cost, params, right)).mutants}
    for way, spoil in BLOCK_MUTATIONS.items():
        for name in params:
            wrong = spoil(right[name], params[name])
            if wrong is not None and not np.array_equal(wrong, right[name]):
                real = gradlab.check_gradients(cost, params, right | {name: wrong})
                assert judged[way, name].noticed == int(not real.ok)


def test_a_coarse_check_notices_less():
    cost, params, right = costs.case("tanh", 0)
    fine = gradlab.strength(gradlab.check_gradients(cost, params, right))
    coarse = gradlab.strength(gradlab.check_gradients(cost, params, right, step=0.1))
    assert coarse.noticed < fine.noticed == fine.tried


def test_a_wrong_gradient_is_judged_by_the_numeric_one():
    cost, params, right = costs.case("tanh", 0)
    wrong = gradlab.check_gradients(cost, params, right | {"W1": -right["W1"]})
    assert gradlab.strength(wrong).noticed == gradlab.strength(wrong).tried


def test_directions_have_no_entries_to_judge_by():
    with pytest.raises(GradlabError, match="without directions="):
        gradlab.strength(check(directions=4))


def test_no_evaluation_is_spent():
    calls = []
    theta = np.array([1.0, 2.0])
    report = gradlab.check_gradients(lambda t: calls.append(1) or float(t @ t), theta, 2 * theta)
    before = len(calls)
    gradlab.strength(report)
    assert len(calls) == before
