"""Garbage in every argument of every public function: an answer, or a GradlabError that names the argument.

Never another exception, a warning of ours, a changed array of the caller's, or a call that does not end. Warnings are
errors here (pyproject.toml), NumPy raises where it would warn, and a call that hangs fails by its time.
"""

import types

import pytest

import gradlab
from tests.garbage import GOOD, calls, ends

CASES = [(name, argument) for name, (_, arguments) in calls().items() for argument in arguments]


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::PendingDeprecationWarning")  # np.matrix
@pytest.mark.parametrize(("name", "argument"), CASES, ids=[f"{name}-{argument}" for name, argument in CASES])
def test_garbage_ends_in_an_answer_or_in_a_clear_error(name, argument):
    assert {kind: ended for kind, ended in ends(name, argument) if ended not in GOOD} == {}


@pytest.mark.parametrize("name", calls())
def test_what_is_tried_is_right_but_for_the_garbage(name):
    function, arguments = calls()[name]
    assert function(**arguments) is not None


def test_every_public_function_is_tried():
    public = {name for name in gradlab.__all__ if isinstance(getattr(gradlab, name), types.FunctionType)}
    public -= {"assert_backward", "assert_jacobian"}  # these pass everything on, as assert_gradients does
    assert public - {function.__name__ for function, _ in calls().values()} == set()
