"""The rooms and the two towers: imports go downwards only, and nothing but NumPy is imported outside the edge."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

SRC = Path(__file__).parents[1] / "src" / "gradlab"
EDGE = {"report.figures": {"matplotlib"}, "problem.progress": {"tqdm"}, "pytest_plugin": {"pytest"}}
EDGE |= {f"adapters.{name}": {name} for name in ("torch", "jax", "tensorflow")}
EDGE |= {f"adapters.{name}": {"torch"} for name in ("torch_gradcheck", "torch_state", "torch_tensors")}
EDGE |= {f"adapters.{name}": {"jax"} for name in ("jax_check_grads", "jax_trees")}
EDGE |= {"adapters.tensorflow_functions": {"tensorflow"}}
STDLIB = {
    "__future__", "argparse", "ast", "base64", "collections", "concurrent", "contextlib", "copy", "csv",
    "dataclasses", "datetime", "decimal", "dis", "importlib",
    "enum", "fractions", "functools", "hashlib", "html", "inspect", "io", "itertools", "json", "math", "os",
    "gc", "linecache", "pathlib", "pickle", "queue", "random", "re", "resource", "select", "signal", "subprocess",
    "sys", "sysconfig", "textwrap", "threading", "time", "types", "typing", "unicodedata", "warnings",
    "weakref", "zipfile",
}  # fmt: skip


def _modules():
    return {
        ".".join(path.relative_to(SRC).with_suffix("").parts): ast.parse(path.read_text(encoding="utf-8"))
        for path in sorted(SRC.rglob("*.py"))
    }


MODULES = _modules()


def imports(tree):
    """Dotted names that a module imports when it runs: what is only for type checkers is left out."""
    checking = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and getattr(node.test, "id", "") == "TYPE_CHECKING"
        for inner in ast.walk(node)
    }
    for node in ast.walk(tree):
        if id(node) in checking:
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            if node.module == "gradlab":
                yield from (f"gradlab.{alias.name}" for alias in node.names)
            else:
                yield node.module


def test_the_contracts_of_the_rooms_and_towers_are_kept():
    """The contracts stand in pyproject.toml; import-linter reads them."""
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports; raise SystemExit(lint_imports())"]
    done = subprocess.run(command, cwd=SRC.parents[1], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    assert "0 broken" in done.stdout


@pytest.mark.parametrize("name", MODULES)
def test_numpy_is_all_there_is_to_import(name):
    roots = {imported.split(".")[0] for imported in imports(MODULES[name])}
    assert roots <= STDLIB | {"gradlab", "numpy"} | EDGE.get(name, set())


@pytest.mark.parametrize("name", MODULES)
def test_a_module_says_its_place(name):
    assert ast.get_docstring(MODULES[name])


def test_importing_gradlab_imports_nothing_heavy():
    code = "import sys, gradlab; print(*sorted({m.split('.')[0] for m in sys.modules}))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not {"matplotlib", "pytest", "tqdm", "torch", "jax", "tensorflow", "scipy"} & set(loaded)
