"""The two towers: imports go downwards only, nothing but NumPy is imported outside the edge, modules stay small."""

import ast
from pathlib import Path

import pytest

SRC = Path(__file__).parents[1] / "src" / "gradlab"
EDGE = {"plot": {"matplotlib"}, "progress": {"tqdm"}, "pytest_plugin": {"pytest"}}
EDGE |= {f"adapters.{name}": {name} for name in ("torch", "jax", "tensorflow")}
STDLIB = {
    "__future__", "argparse", "collections", "concurrent", "contextlib", "copy", "dataclasses", "enum", "fractions",
    "functools", "html", "inspect", "io", "itertools", "math", "os", "pathlib", "re", "sys", "textwrap", "time",
    "types", "typing", "warnings",
}  # fmt: skip
# Lowest first. A module may import from those before it, and from no other.
ORDER = [
    "errors", "precision", "stencils", "steps", "parameters", "cost", "progress", "ladder", "fixed", "derivative",
    "gradient", "compare", "analytic", "examine", "findings", "fits", "rules", "locate", "curl", "directions",
    "diagnose", "notes", "text", "html", "plot", "report", "check", "strength", "sweep", "pytest_plugin",
]  # fmt: skip
LATE = {("report", "plot"), ("plot", "sweep"), ("pytest_plugin", "__init__")}  # imported when asked for


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


def layer(name):
    """The module of the checker that a dotted name belongs to."""
    return name.split(".")[0]


OTHERS = ("nn", "labs", "adapters", "__init__")
CHECKER = {name: tree for name, tree in MODULES.items() if layer(name) not in OTHERS}


@pytest.mark.parametrize("name", CHECKER)
def test_imports_go_downwards(name):
    above = layer(name)
    for imported in imports(CHECKER[name]):
        if not imported.startswith("gradlab") or imported == "gradlab":
            continue
        below = imported.split(".")[1]
        if below == above or (above, below) in LATE:
            continue
        assert ORDER.index(below) < ORDER.index(above), f"{name} imports {imported}"


def test_every_module_has_its_place():
    assert {layer(name) for name in CHECKER} == set(ORDER)


def test_the_towers_do_not_know_each_other():
    for name, tree in MODULES.items():
        of_the_package = {i for i in imports(tree) if i.startswith("gradlab")}
        if layer(name) == "nn":
            assert all(i.startswith("gradlab.nn") for i in of_the_package), name
        elif layer(name) == "labs":
            assert all(i.startswith(("gradlab.nn", "gradlab.labs")) for i in of_the_package), name
        else:
            assert not any(i.startswith("gradlab.nn") for i in of_the_package), name


@pytest.mark.parametrize("name", MODULES)
def test_numpy_is_all_there_is_to_import(name):
    roots = {imported.split(".")[0] for imported in imports(MODULES[name])}
    assert roots <= STDLIB | {"gradlab", "numpy"} | EDGE.get(name, set())


@pytest.mark.parametrize("name", MODULES)
def test_a_module_is_read_in_one_sitting_and_says_its_place(name):
    path = SRC / Path(*name.split(".")).with_suffix(".py")
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 250
    assert ast.get_docstring(MODULES[name])


def test_importing_gradlab_imports_nothing_heavy():
    import subprocess
    import sys

    code = "import sys, gradlab; print(*sorted({m.split('.')[0] for m in sys.modules}))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not {"matplotlib", "pytest", "tqdm", "torch", "jax", "tensorflow", "scipy"} & set(loaded)
