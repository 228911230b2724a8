"""Do the tests notice? A random sample of small changes of the modules that decide verdicts.

    python -m benchmarks.mutants --count 40 --seed 0 --minutes 12

One comparison, operator, constant or call of max and min is changed in a copy of the package, and the tests of these
modules are run until one fails. What no test notices is printed. `make mutants` tries all changes, and takes hours.
"""

from __future__ import annotations

import argparse
import ast
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
MODULES = sorted((ROOT / "src/gradlab/numeric").glob("*.py")) + sorted((ROOT / "src/gradlab/verdict").glob("*.py"))
TESTS = ("tests/numeric", "tests/verdict", "tests/test_bounds.py", "tests/test_guards.py", "tests/test_stopped.py")
SLOWEST = 240  # seconds; a mutant that never ends is noticed

SWAPS: dict[type, type] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Gt, ast.Gt: ast.GtE, ast.GtE: ast.Lt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd, ast.And: ast.Or, ast.Or: ast.And,
}  # fmt: skip
NAMES = {"max": "min", "min": "max", "maximum": "minimum", "minimum": "maximum", "all": "any", "any": "all"}


class Change(ast.NodeTransformer):
    """Makes the change of that number, in the order in which a walk comes to places where one can be made."""

    def __init__(self, number: int) -> None:
        self.number, self.seen, self.said = number, 0, ""

    def _mine(self, node: ast.AST, what: str) -> bool:
        self.seen += 1
        if self.seen - 1 != self.number:
            return False
        self.said = f"{node.lineno}: {what}"  # type: ignore[attr-defined]
        return True

    def visit_Compare(self, node: ast.Compare) -> ast.AST:
        self.generic_visit(node)
        old = node.ops[0]
        if type(old) in SWAPS and self._mine(node, f"another comparison in {ast.unparse(node)}"):
            node.ops[0] = SWAPS[type(old)]()
        return node

    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        self.generic_visit(node)
        if type(node.op) in SWAPS and self._mine(node, f"another operator in {ast.unparse(node)}"):
            node.op = SWAPS[type(node.op)]()
        return node

    def visit_BoolOp(self, node: ast.BoolOp) -> ast.AST:
        self.generic_visit(node)
        if self._mine(node, f"another operator in {ast.unparse(node)}"):
            node.op = SWAPS[type(node.op)]()
        return node

    def visit_UnaryOp(self, node: ast.UnaryOp) -> ast.AST:
        self.generic_visit(node)
        if isinstance(node.op, ast.Not | ast.Invert) and self._mine(node, f"left out in {ast.unparse(node)}"):
            return node.operand
        return node

    def visit_Constant(self, node: ast.Constant) -> ast.AST:
        number = isinstance(node.value, int | float) and not isinstance(node.value, bool)
        if number and self._mine(node, f"{node.value} + 1"):
            return ast.copy_location(ast.Constant(node.value + 1), node)
        return node

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if name in NAMES and self._mine(node, f"{NAMES[name]} in {ast.unparse(node)}"):
            if isinstance(node.func, ast.Attribute):
                node.func.attr = NAMES[name]
            else:
                node.func = ast.copy_location(ast.Name(NAMES[name], ast.Load()), node)
        return node


def changed(source: str, number: int) -> tuple[str, str]:
    """The source with that change, and what it is; nothing is said if there is none of that number."""
    change = Change(number)
    tree = ast.fix_missing_locations(change.visit(ast.parse(source)))
    return ast.unparse(tree), change.said


def changes(source: str) -> int:
    """How many changes can be made."""
    change = Change(-1)
    change.visit(ast.parse(source))
    return change.seen


def noticed(package: Path, seconds: float = SLOWEST) -> bool:
    """Whether a test fails with this copy of the package, or does not come to an end."""
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", "-m", "not slow", *TESTS]
    environment = os.environ | {"PYTHONPATH": str(package), "PYTHONDONTWRITEBYTECODE": "1", "GRADLAB_TESTS": "few"}
    try:
        ended = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, timeout=seconds, check=False)
    except subprocess.TimeoutExpired:
        return True
    return ended.returncode != 0


def main() -> None:
    """Sample, try and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=40)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--minutes", type=float, default=30)
    options = parser.parse_args()
    places = [(module, k) for module in MODULES for k in range(changes(module.read_text(encoding="utf-8")))]
    chosen = random.Random(options.seed).sample(places, min(options.count, len(places)))
    until, tried, survived = time.monotonic() + 60 * options.minutes, 0, 0
    with tempfile.TemporaryDirectory() as folder:
        package = Path(folder)
        shutil.copytree(ROOT / "src/gradlab", package / "gradlab", ignore=shutil.ignore_patterns("__pycache__"))
        if noticed(package):
            sys.exit("the tests fail without any change")
        for module, k in chosen:
            if time.monotonic() > until:
                break
            source, said = changed(module.read_text(encoding="utf-8"), k)
            copy = package / module.relative_to(ROOT / "src")
            copy.write_text(source, encoding="utf-8")
            found = noticed(package)
            copy.write_text(module.read_text(encoding="utf-8"), encoding="utf-8")
            tried, survived = tried + 1, survived + (not found)
            print("noticed " if found else "SURVIVED", module.relative_to(ROOT / "src/gradlab"), said, flush=True)
    print(f"{tried} of {len(places)} changes, seed {options.seed}: {tried - survived} noticed, {survived} not")


if __name__ == "__main__":
    main()
