"""Costs as other people write them, all kinds in CI: right gradients are never WRONG, visible mistakes never pass."""

import numpy as np
import pytest

from benchmarks import abroad, afield, besides, elsewhere, further
from benchmarks.elsewhere import made
from gradlab import Verdict, check_gradients
from tests.chosen import CHOSEN, sample
from tests.test_hard_costs import hidden, spoiled

SEEDS = range(900, 903) if CHOSEN == "all" else [900 + int(CHOSEN) % 1000]
KINDS = elsewhere.KINDS | afield.KINDS | further.KINDS | abroad.KINDS | besides.KINDS
COARSE = elsewhere.COARSE + afield.COARSE + further.COARSE + abroad.COARSE + besides.COARSE
ROUNDED = {f.__name__ for f in COARSE}
STOPPED = {f.__name__ for f in afield.STOPPED}
AT_KINKS = {f.__name__ for f in afield.AT_KINKS + abroad.AT_KINKS}
NOTHING_TO_TEST = {"zero_weights", "low_rank_zero", "gated_residual", "zero_softmax"}  # a block of 0, or nearly all


def case(kind, seed):
    return made(KINDS[kind], seed)


def dead(grads):
    """Is the gradient exactly 0, as of a ReLU network no unit of which answers? Then there is nothing to test."""
    return not any(np.any(g) for g in grads.values())


@pytest.mark.slow
@pytest.mark.parametrize("kind", sample(KINDS, 16))
@np.errstate(all="ignore")
def test_right_and_spoiled(kind):
    for seed in SEEDS:
        cost, params, right = case(kind, seed)
        report = check_gradients(cost, params, right)
        if dead(right):
            assert report.verdict is Verdict.UNTESTED, (seed, str(report))
            continue
        if kind in STOPPED and report.verdict is Verdict.WRONG:  # no black box can tell
            assert [finding.code for finding in report.findings] == ["GL129"], (seed, str(report))
        else:
            assert report.verdict is not Verdict.WRONG, (seed, str(report))
        assert report.ok or kind in ROUNDED | NOTHING_TO_TEST, (seed, str(report))
        for wrong in spoiled(right, seed):
            if any(not np.array_equal(wrong[name], right[name]) for name in right):
                report = check_gradients(cost, params, wrong)
                assert not report.ok or hidden(wrong, right, report), (seed, str(report))


@pytest.mark.parametrize("kind", sample(sorted(KINDS.keys() - ROUNDED - NOTHING_TO_TEST - AT_KINKS), 16))
@np.errstate(all="ignore")
def test_a_flipped_sign_is_wrong_and_not_left_open(kind):
    for seed in SEEDS:
        cost, params, right = case(kind, seed)
        wrong = {name: -g for name, g in right.items()}
        if dead(right):
            continue
        assert check_gradients(cost, params, wrong).verdict is Verdict.WRONG, seed
