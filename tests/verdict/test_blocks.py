"""Verdicts from numbers alone: every corner of the four answers."""

import numpy as np
import pytest

from gradlab import Verdict
from gradlab.constants import BEYOND, NEGLIGIBLE, SMALL
from gradlab.numeric.answer import Numeric, Reason
from gradlab.problem.cost import Cost
from gradlab.problem.parameters import Parameters
from gradlab.problem.problem import Problem
from gradlab.verdict.blocks import compare_blocks, component_verdicts

A, W, D, T = Verdict.AGREES, Verdict.WRONG, Verdict.UNDECIDED, Verdict.UNTESTED


def problem(analytic, theta, scale=1.0):
    """What the verdicts look at; the cost is not asked."""
    theta, analytic = np.asarray(theta), np.asarray(analytic, dtype=float)
    cost = Cost(lambda t: 0.0, Parameters(theta))
    nobody = np.zeros(theta.size, dtype=bool)
    return Problem(cost, 0.0, np.full(theta.size, scale), analytic, nobody, np.random.default_rng(0))


def judged(analytic, value, bound, reason=""):
    """The verdict on one entry of a block in which nothing else is tested."""
    numeric = Numeric(np.array([value]), np.array([bound]), np.array([reason]))
    return component_verdicts(problem([analytic], [1.0]), numeric)[0]


@pytest.mark.parametrize(
    ("analytic", "value", "bound", "reason", "verdict"),
    [
        (1.0, 1.0, 1e-9, "", A),
        (1.0, 1.0 + 1e-9, 1.1e-9, "", A),
        (1.0, 1.0 + 3e-9, 1e-9, "", W),
        (1.0, 1.0 + 1.5e-9, 1e-9, "", D),  # between one bound and two
        (1.0, -1.0, 1e-9, "", W),
        (0.0, 1.0, 1e-9, "", W),
        (1.0, 0.0, 1e-9, "", W),
        (1.0, 1.0, SMALL, "", A),
        (1.0, 1.0, 2 * SMALL, "", D),  # fits, but so would half of it
        (1e-10, 0.0, 1e-9, "", T),
        (1e-9, 0.0, 1e-9, "", T),  # a bound holds where it ends
        (1.0, 1.0, np.inf, "noise", D),
        (0.0, 0.0, 0.0, "", A),  # exactly 0 on both sides of a cost that moves
        (0.0, 0.0, 1e-9, "no effect", T),
        (np.nan, 1.0, 1e-9, "", W),
        (np.inf, 1.0, 1e-9, "", W),
        (-np.inf, np.nan, np.inf, "overflow", W),
        (1.0, np.nan, np.inf, "noise", D),
        (1.0, np.nan, np.inf, "random", D),
        (1.0, 0.5, 0.5, "kink", A),
        (0.0, 0.5, 0.5, "kink", A),
        (1.1, 0.5, 0.5, "kink", D),
        (9.0, 0.5, 0.5, "kink", D),
    ],
)
def test_the_verdict_on_one_entry(analytic, value, bound, reason, verdict):
    assert judged(analytic, value, bound, reason) is verdict


def test_wrong_begins_at_twice_the_bound():
    assert judged(1.0, 1.0 + 0.999 * BEYOND * 1e-6, 1e-6) is D
    assert judged(1.0, 1.0 + 1.001 * BEYOND * 1e-6, 1e-6) is W


@pytest.mark.parametrize("scale", [1.0, 10.0])
@pytest.mark.parametrize("size", [1.0, 3.0])
@pytest.mark.parametrize(("bound", "verdict"), [(0.9 * NEGLIGIBLE, T), (1.1 * NEGLIGIBLE, D)])
def test_a_small_entry_of_a_well_tested_block_hardly_matters(bound, verdict, size, scale):
    n = 100
    analytic = np.full(n, size)
    analytic[0] = 2 * bound * size
    numeric = Numeric(analytic.copy(), np.full(n, bound * size), np.full(n, ""))
    found = component_verdicts(problem(analytic, np.ones(n), scale), numeric)
    assert found[0] is verdict
    assert set(found[1:]) == {A}


def compared(analytic, value, bound, reason=None):
    analytic, value, bound = (np.asarray(x, dtype=float) for x in (analytic, value, bound))
    reason = np.array(reason or [""] * len(analytic))
    return compare_blocks(problem(analytic, np.ones(len(analytic))), Numeric(value, bound, reason))["theta"]


def test_a_block_is_as_bad_as_its_worst_entry():
    assert compared([1, 1, 1], [1, 1, 2], [1e-9] * 3).verdict is W
    assert compared([1, 1, 1], [1, 1, 1], [1e-9, 1e-9, 0.5]).verdict is D
    assert compared([1, 0, 1], [1, 0, 1], [1e-9] * 3, ["", "no effect", ""]).verdict is A
    assert compared([0, 0], [0, 0], [1e-9] * 2, ["no effect"] * 2).verdict is T


def test_order_of_verdicts():
    assert Verdict.worst([A, D, W, T]) is W
    assert Verdict.worst([A, D, T]) is D
    assert Verdict.worst([A, T]) is T
    assert Verdict.of_entries([A, T]) is A
    assert Verdict.of_entries([D, T]) is D
    assert Verdict.of_entries([T]) is T
    assert Verdict.worst([T]) is T
    assert Verdict.worst([]) is T


def test_counts_reasons_and_the_worst_entry():
    block = compared([1, 5, 1, 0], [1, 2, 2, 0], [1e-9, 1e-3, 1e-9, 1e-9], ["", "", "", "no effect"])
    assert block.counts == {A: 1, W: 2, D: 0, T: 1}
    assert (block.wrong_count, block.tested_count, block.size) == (2, 3, 4)
    assert block.reasons == {"no effect": 1}
    assert block.worst.index == (1,)  # off by 3, the other by 1
    assert (block.worst.analytic, block.worst.numeric, block.worst.bound) == (5.0, 2.0, 1e-3)
    assert block.worst.verdict is W
    assert compared([1], [0.5], [0.5], ["kink"]).worst.reason == "kink"


def test_the_worst_entry_is_one_of_its_verdict_however_little_it_is_off():
    assert compared([1, 1, 1], [1, 1 + 3e-9, 1], [1e-9] * 3).worst.index == (1,)


def test_of_entries_that_are_off_alike_the_first_is_shown():
    assert compared([1, 1, 1], [2, 2 + 1e-9, 2 - 1e-9], [1e-9] * 3).worst.index == (0,)


def test_an_entry_that_is_not_finite_is_the_worst():
    assert compared([1, np.nan, 1], [3, 1, 1], [1e-9] * 3).worst.index == (1,)


def test_a_block_cannot_be_changed():
    block = compared([1, 1], [1, 1], [1e-9] * 2)
    for array in (block.analytic, block.numeric, block.bound, block.verdicts, block.reason, block.theta):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = array[1]


def test_theta_is_shown_in_float64():
    one = np.ones(1)
    numeric = Numeric(one, 1e-3 * one, np.array([""]))
    assert compare_blocks(problem(one, np.ones(1, dtype=np.float32)), numeric)["theta"].theta.dtype == np.float64


def test_of_a_gradient_that_is_not_the_same_twice_nothing_is_said():
    one = np.ones(2)
    numeric = Numeric(one, 1e-9 * one, np.array(["", ""])).without(np.array([False, True]))
    assert numeric.value.tolist() == pytest.approx([1.0, np.nan], nan_ok=True)
    assert numeric.bound.tolist() == [1e-9, np.inf]
    assert numeric.reason.tolist() == ["", "random"]
    assert component_verdicts(problem(one, one), numeric).tolist() == [A, D]


@pytest.mark.parametrize(("bound", "digits"), [(1e-9, 9), (0.9e-9, 9), (1.1e-9, 8), (0.0, 16)])
def test_digits_are_those_that_the_bounds_allow(bound, digits):
    assert compared([1, 1], [1, 1], [bound, bound]).digits == digits


def test_less_than_one_digit_is_none_at_all():
    assert compared([0.95], [1.0], [SMALL]).digits == 0


def test_no_digits_where_nothing_agrees_or_only_at_a_kink():
    assert compared([1], [3], [1e-9]).digits is None
    assert compared([1], [0.5], [0.5], ["kink"]).digits is None
    assert compared([0], [0], [1e-9]).digits is None


def test_noise_is_the_reason_if_there_is_no_other():
    block = compared([1, 1, 1], [1, 1, 1], [0.5, 1e-9, 2.0])
    assert block.reason.tolist() == ["noise", "", "noise"]


@pytest.mark.parametrize("size", [1e300, 1e160, 1e-160, 1e-300])
def test_digits_of_numbers_whose_squares_overflow_or_vanish(size):
    assert compared([size, size], [size, size], [1e-9 * size] * 2).digits == 9


def test_zero_on_both_sides_of_a_cost_that_never_moves_is_not_tested():
    """Where the noise is 0 too, the bound is, and 0 ± 0 is small beside nothing."""
    assert judged(0.0, 0.0, 0.0, "no effect") is T


def test_no_reason_is_cut():
    for reason in Reason:
        assert compared([1], [np.nan], [np.inf], [str(reason)]).reason[0] == (reason or "noise")
