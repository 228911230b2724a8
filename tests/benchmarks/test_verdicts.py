"""A small fixed part of the benchmark: the truth is never called wrong, no way to spoil it is called right."""

import numpy as np
import pytest

from benchmarks import hard
from benchmarks.costs import KINDS, case
from benchmarks.oracle import told
from benchmarks.spoils import SPOILS, spoiled
from benchmarks.verdicts import TOO_SMALL_FOR_FLOAT32
from gradlab import Verdict, check_gradients
from tests.chosen import sample

SEED = 500


def test_a_bias_before_batch_norm_moves_nothing_and_so_is_untested():
    """Its gradient is exactly 0. What is right of the rest is no pass for it, unless that is meant."""
    cost, params, truth = case("batch norm", SEED)
    report = check_gradients(cost, params, truth)
    assert report.verdict is Verdict.UNTESTED
    assert {name for name, block in report.blocks.items() if block.verdict is Verdict.UNTESTED} == {"b1"}
    assert {block.verdict for name, block in report.blocks.items() if name != "b1"} == {Verdict.AGREES}
    assert check_gradients(cost, params, truth, allow_untested=["b1"]).ok


@pytest.mark.parametrize("kind", sample(KINDS, 4))
def test_truth_and_spoils(kind):
    cost, params, truth = case(kind, SEED)
    if kind != "batch norm":  # see above
        assert check_gradients(cost, params, truth).ok
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


def test_what_values_of_a_cost_can_tell():
    x = np.array([0.7, -1.3])
    smooth = lambda t: float(np.sum(np.sin(t)))  # noqa: E731
    assert told(smooth, x, np.cos(x), np.cos(x) * (1 + 1e-7))
    assert not told(smooth, x, np.cos(x), np.cos(x) * (1 + 1e-14))
    rounded = lambda t: round(float(np.sum(t**2)), 3)  # noqa: E731
    assert told(rounded, x, 2 * x, 1.1 * 2 * x)
    assert not told(rounded, x, 2 * x, 1.0001 * 2 * x)
    kink = lambda t: float(np.sum(np.abs(t)))  # noqa: E731
    zero = np.zeros(2)
    assert not told(kink, zero, zero, np.array([0.9, -0.9]), kinked=True)
    assert told(kink, zero, zero, np.array([1.1, 0.0]), kinked=True)


@pytest.mark.parametrize("kind", sample(hard.KINDS, 6))
def test_hard_kinds_are_the_same_for_a_seed_and_others_for_another(kind):
    (cost, params, _), (same, again, _), (_, others, _) = (hard.case(kind, seed) for seed in (1, 1, 2))
    assert all(np.array_equal(params[name], again[name]) for name in params)
    assert cost(params) == same(again)
    assert kind in {"zero_cost", "linear_and_even", "zero_start", "signs_of_qr"} or any(
        params[name].shape != others[name].shape or not np.array_equal(params[name], others[name]) for name in params
    )
