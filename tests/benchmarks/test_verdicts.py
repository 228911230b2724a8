"""A small fixed part of the benchmark: the truth is never called wrong, no way to spoil it is called right."""

import pytest

from benchmarks.costs import KINDS, case
from benchmarks.spoils import SPOILS, spoiled
from benchmarks.verdicts import TOO_SMALL_FOR_FLOAT32
from gradlab import Verdict, check_gradients
from tests.chosen import sample

SEED = 500


@pytest.mark.parametrize("kind", sample(KINDS, 4))
def test_truth_and_spoils(kind):
    cost, params, truth = case(kind, SEED)
    assert check_gradients(cost, params, truth, allow_untested=("b1",) if kind == "batch norm" else False).ok
    asked = 0
    for way in SPOILS:
        bad = spoiled(way, truth, params, SEED)
        if bad is None or (kind == "float32" and way in TOO_SMALL_FOR_FLOAT32):
            continue
        asked += 1
        assert check_gradients(cost, params, bad).verdict is Verdict.WRONG, way
    assert asked >= 9


def test_fourteen_kinds_and_twelve_ways():
    assert len(KINDS) >= 14
    assert len(SPOILS) >= 12
