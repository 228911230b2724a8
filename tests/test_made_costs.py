"""Hypothesis: whatever the cost is made of, a right gradient is not WRONG and a spoiled one does not pass."""

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from gradlab import Verdict, check_gradients, numeric_gradient
from tests.chosen import CHOSEN
from tests.made_costs import made

EXAMPLES = 300 if CHOSEN == "all" else 60
quick = settings(max_examples=EXAMPLES, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])


@quick
@given(made())
def test_a_right_gradient_of_a_smooth_cost_is_not_wrong_and_its_bounds_hold(case):
    gradient = case.gradient()
    report = check_gradients(case.cost, case.theta, gradient)
    assert report.verdict is not Verdict.WRONG, str(report)
    assert report.findings == () or report.verdict is Verdict.UNDECIDED
    numeric = numeric_gradient(case.cost, case.theta)
    own = 1e-13 * np.abs(gradient).max()  # of the analytic side
    assert np.all(~(np.abs(numeric.values - gradient) > numeric.bounds + own))


@quick
@given(made(kinks=True, jumps=True))
def test_a_right_gradient_of_a_cost_with_kinks_and_jumps_is_not_wrong(case):
    report = check_gradients(case.cost, case.theta, case.gradient())
    assert report.verdict is not Verdict.WRONG, str(report)


@quick
@given(made(kinks=True, jumps=True, rounded=True))
def test_a_right_gradient_of_a_rounded_cost_is_not_wrong(case):
    assume(case.moves())  # a cost that is flat as far as one may go has the gradient 0
    report = check_gradients(case.cost, case.theta, case.gradient())
    assert report.verdict is not Verdict.WRONG, str(report)


@quick
@given(made(kinks=True, jumps=True), st.sampled_from([-1.0, 0.0, 0.5, 0.99, 1.001, 1.1, 2.0]), st.integers(0, 4))
def test_a_spoiled_entry_does_not_pass(case, factor, at):
    right = case.gradient()
    wrong, i = right.copy(), at % right.size
    wrong[i] *= factor
    if wrong[i] == right[i]:
        return
    report = check_gradients(case.cost, case.theta, wrong)
    block = report.blocks["theta"]
    if block.verdicts[i] is Verdict.AGREES:  # then the report says itself that it could not have seen this
        assert block.reason[i] == "kink" or abs(wrong[i] - right[i]) <= 3 * block.bound[i], str(report)


@pytest.mark.slow
@quick
@given(made(kinks=True), st.integers(-30, 30), st.sampled_from([1.0, 1.01, -1.0]))
def test_a_power_of_two_changes_no_verdict(case, power, factor):
    """It rounds nothing, so all that is decided must be decided relative to the size of the cost.

    Bounds may differ: a value may have fewer decimal digits by chance, which counts as rounded.
    """
    scaled = case.times(2.0**power)
    one, other = (check_gradients(c.cost, c.theta, factor * c.gradient()) for c in (case, scaled))
    assert one.verdict is other.verdict
    assert np.array_equal(one.blocks["theta"].verdicts, other.blocks["theta"].verdicts)
