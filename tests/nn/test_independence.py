"""The network knows nothing of the checker: a shared helper could hide a shared mistake."""

import ast
from pathlib import Path

import pytest

from gradlab import nn

MODULES = sorted(Path(nn.__file__).parent.glob("*.py"))


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_only_numpy_and_the_standard_library(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    imported = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    imported |= {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    outside = {name for name in imported if not (name + ".").startswith("gradlab.nn.")}
    assert outside <= {"collections.abc", "itertools", "math", "numpy", "numpy.typing", "typing"}


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_a_module_is_read_in_one_sitting_and_says_its_place(path):
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 250
    assert ast.get_docstring(ast.parse(text))
