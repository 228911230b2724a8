"""The sample of small changes: each is made once, is said, and leaves code that differs."""

import ast

import pytest

from benchmarks.mutants import MODULES, changed, changes

SOURCE = "def f(a, b):\n    return max(a, 2) if a < b and not b else a * b + (a | ~b)\n"


def test_every_change_is_another_one():
    made = [changed(SOURCE, k) for k in range(changes(SOURCE))]
    assert len(made) == 9
    assert len({source for source, _ in made}) == len(made)
    assert all(said.startswith("2: ") for _, said in made)
    assert changed(SOURCE, len(made)) == (ast.unparse(ast.parse(SOURCE)), "")


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.stem)
def test_what_is_changed_is_still_python(module):
    source = module.read_text(encoding="utf-8")
    for k in range(0, changes(source), 25):
        compile(changed(source, k)[0], str(module), "exec")
