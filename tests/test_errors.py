"""Errors: bad input is a ValueError, a wrong gradient is an AssertionError that carries its report."""

import gradlab


def test_kinds_of_error():
    assert issubclass(gradlab.GradlabError, ValueError)
    assert issubclass(gradlab.GradientMismatch, AssertionError)


def test_mismatch_begins_on_a_line_of_its_own():
    error = gradlab.GradientMismatch("the report")
    assert str(error) == "\nthe report"
    assert error.report == "the report"
