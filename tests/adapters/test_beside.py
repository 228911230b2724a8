"""gradlab beside each framework's own checker, on the same functions, right and wrong."""

import pytest

from benchmarks.frameworks import checkers
from benchmarks.records import read
from tests.adapters.framework import framework

MODULES = {
    "PyTorch": ("torch", checkers.pytorch),
    "JAX": ("jax", checkers.jax),
    "TensorFlow": ("tensorflow", checkers.tensorflow),
}


@pytest.mark.parametrize("name", MODULES)
@pytest.mark.filterwarnings("ignore")
def test_gradlab_is_right_on_all_and_the_record_says_what_their_checker_says(name):
    module, built = MODULES[name]
    framework(module)
    answers = checkers.answers(built)
    assert len(answers) >= 40
    assert sum(row["right"] for row in answers.values()) >= 10
    assert [case for case, row in answers.items() if row["gradlab"] is not row["right"]] == []
    recorded = read("frameworks")["answers"][name]
    theirs = next(checker for checker in recorded["sine"] if checker not in ("right", "gradlab"))
    assert {case: row["right"] for case, row in recorded.items()} == {
        case: row["right"] for case, row in answers.items()
    }
    assert {case: row[theirs] for case, row in recorded.items()} == {
        case: row[theirs] for case, row in answers.items()
    }
