"""The sample of small changes: each is made once, is said, and leaves code that differs."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks import likely
from benchmarks.mutants import ALIKE, MODULES, changed, changes, drawn, named, score, wilson

SOURCE = "def f(a, b):\n    return max(a, 2) if a < b and not b else a * b + (a | ~b)\n"


def test_every_change_is_another_one():
    said = changes(SOURCE)
    assert len(said) == 9
    assert len({changed(SOURCE, k) for k in range(9)} - {ast.unparse(ast.parse(SOURCE))}) == 9
    assert all(place.startswith("2:") for place in said)
    assert changed(SOURCE, 9) == ast.unparse(ast.parse(SOURCE))


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.stem)
def test_what_is_changed_is_still_python(module):
    source = module.read_text(encoding="utf-8")
    for k in range(0, len(changes(source)), 25):
        compile(changed(source, k), str(module), "exec")


def test_a_sample_is_the_same_for_a_seed_and_begins_as_a_longer_one():
    names = [mutant.name for mutant in drawn(40, 5)]
    assert names == [mutant.name for mutant in drawn(60, 5)][:40]
    assert names != [mutant.name for mutant in drawn(40, 6)]
    assert len(set(names)) == len(names)
    assert {mutant.name for mutant in named(names)} == set(names)


def test_what_comes_to_the_same_is_a_change_of_the_code_as_it_is():
    assert all(reason for reason in ALIKE.values())
    assert {mutant.name for mutant in named(ALIKE)} == set(ALIKE)


def test_an_interval_of_a_share():
    assert wilson(0, 0) == (0, 1)
    low, high = wilson(50, 100)
    assert (low, high) == (pytest.approx(0.4038, abs=1e-4), pytest.approx(0.5962, abs=1e-4))
    assert "3 of 4 tried: 75%" in score({"noticed": {"by a test": 2, "in time": 1}, "survived": ["x"]})


def test_the_statement_around_a_line():
    tree = ast.parse("def f(\n    a,\n):\n    if a:\n        b = (\n            1\n        )\n    return b\n")
    assert [likely.lines_of(tree, line) for line in (2, 4, 6, 8)] == [
        range(1, 4), range(4, 5), range(5, 8), range(8, 9),
    ]  # fmt: skip


TESTS = """
from gradlab.numeric import scaling
from gradlab.numeric.scaling import rms
import numpy as np

def test_of_something_else():
    assert scaling.PIECE

def test_of_rms():
    assert abs(rms(np.array([3.0, 4.0])) ** 2 - 12.5) < 1e-9

def test_without_end():
    while rms(np.array([1.0])) > 1:
        pass
"""


@pytest.mark.slow
def test_the_first_test_that_fails_is_said_and_what_does_not_end_is_ended(tmp_path):
    """In a process of its own, as pytest collects once only; the changes are made where others have imported from."""
    (tmp_path / "test_small.py").write_text(TESTS, encoding="utf-8")
    script = f"""
import functools, sys
from pathlib import Path
from benchmarks import likely

def work(tests):
    module = sys.modules["gradlab.numeric.scaling"]
    source = Path(module.__file__).read_text(encoding="utf-8")
    all, of_rms, endless = list(tests.items), *list(tests.items)[1:]
    runs = tests.measured({{module.__file__: "scaling"}})
    line = 1 + [row.strip() for row in source.splitlines()].index("largest = float(np.abs(x).max(initial=0.0))")
    assert runs.of("scaling", range(line, line + 1)) == {{of_rms, endless}}, runs
    def fails(old, new, names=all):
        assert old in source
        return tests.fails(names, functools.partial(likely.become, module, source.replace(old, new)), 3)
    assert fails("largest *", "largest *") is None
    assert fails("largest *", "2 * largest *") == of_rms
    assert fails("largest *", "2 * largest *", [endless]) == "in time"
    assert "ZeroDivisionError" in fails("def rms", "1 / 0\\n\\n\\ndef rms")
    assert fails("largest *", "largest *") is None
    print("as it should be", file=sys.stderr)

likely.collected([{str(tmp_path / "test_small.py")!r}], work)
"""
    root = Path(__file__).parents[2]
    ended = subprocess.run(
        [sys.executable, "-c", script], cwd=root, env=os.environ | {"PYTHONPATH": str(root)},
        capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert "as it should be" in ended.stderr, ended.stderr + ended.stdout
