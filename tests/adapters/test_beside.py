"""gradlab beside each framework's own checker, on the same functions, right and wrong."""

import pytest

from benchmarks.frameworks import checkers
from benchmarks.records import read
from tests.adapters.framework import framework

MODULES = {"PyTorch": "torch", "JAX": "jax", "TensorFlow": "tensorflow"}

NO_ANSWER = {
    "backward draws random numbers",
    "product with two zeros",  # all slopes are 0: nothing is tested
    "leaky ReLU at 0, the slope of neither side",
    "straight through a rounding",
    "a rounding that claims a slope of 1",
    "Keras: dropout in training",
    "dropout in training",
    "straight through a sign",
    "bfloat16 on the way",
    "bfloat16 inside",
    "autocast to bfloat16",
    "half precision on the way",
    "least squares",  # PyTorch's answers differ in their last bits from call to call, on some processors
    "nn: gelu and dot product attention",  # its softmax is in float32
}
RAISED = {"forward mode is not there"}  # by PyTorch itself
# PyTorch's gradient comes from an LU decomposition whose last pivot is 0 but for rounding: on the processor of the
# record it is wrong, on another it was the matrix of cofactors to the last digits. Both checkers say the same of it.
BY_PROCESSOR = {"determinant of a singular matrix, by PyTorch itself"}


@pytest.mark.parametrize("name", MODULES)
@pytest.mark.filterwarnings("ignore")
def test_gradlab_is_right_on_all_and_the_record_says_what_their_checker_says(name):
    framework(MODULES[name])
    answers = checkers.answers(checkers.PARTS["answers"][name])
    assert len(answers) >= 40
    assert sum(row["right"] for row in answers.values()) >= 10
    assert [case for case, row in answers.items() if row["gradlab"] is not row["right"]] == []
    _as_recorded("answers", name, answers)


@pytest.mark.parametrize("name", MODULES)
@pytest.mark.filterwarnings("ignore")
def test_a_frameworks_own_forms(name):
    framework(MODULES[name])
    answers = checkers.answers(checkers.PARTS["kinds"][name])
    assert len(answers) >= 100
    assert sum(row["right"] for row in answers.values()) >= 10
    assert sum(not row["right"] for row in answers.values()) >= 10
    for row in (answers.pop(case) for case in BY_PROCESSOR & answers.keys()):
        assert row["gradlab"] is row["gradcheck"]
    other = {case: row["gradlab"] for case, row in answers.items() if row["gradlab"] is not row["right"]}
    assert {case for case, answer in other.items() if answer is None} <= NO_ANSWER
    assert {case for case, answer in other.items() if answer is not None} <= RAISED
    _as_recorded("kinds", name, answers)


def _as_recorded(part, name, answers):
    recorded = read("frameworks")[part][name]
    theirs = next(checker for checker in next(iter(recorded.values())) if checker not in ("right", "gradlab"))
    for column in ("right", theirs):
        assert {case: row[column] for case, row in recorded.items() if case not in BY_PROCESSOR} == {
            case: row[column] for case, row in answers.items()
        }
