"""A check that an exception ends: it comes out as it is, params are as they were, and the report so far is in it."""

import numpy as np
import pytest

import gradlab
from gradlab import Verdict, check_gradients

X = np.linspace(0.1, 2, 30)


class Own(Exception):
    pass


def stopping(at, error):
    """A cost that raises at this call."""
    calls = 0

    def cost(t):
        nonlocal calls
        calls += 1
        if calls >= at:
            raise error
        return float(np.sum(np.sin(t)))

    return cost


@pytest.mark.slow
@pytest.mark.parametrize("error", [KeyboardInterrupt(), TypeError("x"), OSError("disk"), Own("mine"), SystemExit(1)])
@pytest.mark.parametrize("at", [3, 20, 50])
@pytest.mark.parametrize("options", [{}, {"directions": 20}, {"step": 1e-5}], ids=["entries", "directions", "step"])
def test_the_exception_comes_out_with_the_report_so_far(at, error, options):
    x = X.copy()
    with pytest.raises(type(error)) as caught:
        check_gradients(stopping(at, error), x, np.cos(X), **options)
    assert caught.value is error
    report = caught.value.report
    assert report.verdict is Verdict.UNDECIDED
    assert not report
    assert report.evaluations < at
    assert report.blocks["theta"].counts[Verdict.WRONG] == 0
    assert str(report).startswith("UNDECIDED: the check was stopped, and")
    assert any("The check was stopped by" in note for note in report.notes)
    assert any(".report" in note for note in caught.value.__notes__)
    assert np.array_equal(x, X)


def test_what_was_compared_before_counts():
    with pytest.raises(KeyboardInterrupt) as caught:
        check_gradients(stopping(70, KeyboardInterrupt()), X, np.cos(X))
    counts = caught.value.report.blocks["theta"].counts
    assert counts[Verdict.AGREES] > 15
    assert counts[Verdict.AGREES] + counts[Verdict.UNDECIDED] == 30


@pytest.mark.parametrize("at", range(62, 140, 7))
def test_no_entry_is_called_wrong_by_half_a_look(at):
    """What climbs when the check ends is undecided: a right gradient stays right, a wrong one is no pass."""
    relu = lambda t: float(np.sum(np.maximum(t, 0)))  # noqa: E731
    x = np.where(np.arange(12) % 2, 1e-7, 1.0) * np.linspace(-1, 1, 12)
    right = (x > 0).astype(float)
    calls = 0

    def cost(t):
        nonlocal calls
        calls += 1
        if calls >= at:
            raise Own
        return relu(t)

    try:
        report = check_gradients(cost, x, right)
    except Own as error:
        report = error.report
    assert report.blocks["theta"].counts[Verdict.WRONG] == 0
    calls = 0
    try:
        report = check_gradients(cost, x, 1 - right)
    except Own as error:
        report = error.report
    assert not report


def test_workers_and_stacks_stop_too():
    with pytest.raises(Own) as caught:
        check_gradients(stopping(70, Own()), X, np.cos(X), workers=2)
    assert caught.value.report.verdict is Verdict.UNDECIDED
    calls = 0

    def stacked(t):
        nonlocal calls
        calls += 1
        if calls > 4:
            raise Own
        return np.sin(t).sum(axis=-1)

    with pytest.raises(Own) as caught:
        check_gradients(stacked, X, np.cos(X), vectorized=True)
    assert caught.value.report.verdict is Verdict.UNDECIDED


def test_at_params_themselves_there_is_no_report():
    with pytest.raises(Own) as caught:
        check_gradients(stopping(1, Own()), X, np.cos(X))
    assert not hasattr(caught.value, "report")


def test_others_let_it_through():
    for ask in (
        lambda cost: gradlab.numeric_gradient(cost, X),
        lambda cost: gradlab.derivative(lambda t: cost(np.array([t])), 1.0),
    ):
        with pytest.raises(Own):
            ask(stopping(9, Own()))


def test_input_errors_stay_what_they_are():
    calls = 0

    def cost(t):
        nonlocal calls
        calls += 1
        return None if calls > 50 else float(np.sum(np.sin(t)))

    with pytest.raises(gradlab.GradlabError, match="is a return missing"):
        check_gradients(cost, X, np.cos(X))
