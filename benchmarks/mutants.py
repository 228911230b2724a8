"""Do the tests notice? A random sample of small changes of the modules that decide verdicts.

    python -m benchmarks.mutants --count 150 --seed 0
    python -m benchmarks.mutants --again

One comparison, operator, constant or call of max and min is changed, and tests that run the changed line are run
until one fails: those that noticed something before, then the quickest, for eight seconds. The second tries again
what survived. Changes that come to the same are listed in alike.json, by hand, with the reason.
"""

from __future__ import annotations

import argparse
import ast
import functools
import json
import math
import os
import pickle
import random
import sys
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks import likely

PACKAGE = Path(__file__).parents[1] / "src/gradlab"
MODULES = sorted((PACKAGE / "numeric").glob("*.py")) + sorted((PACKAGE / "verdict").glob("*.py"))
TESTS = (
    "tests/numeric", "tests/verdict", "tests/test_bounds.py", "tests/test_guards.py", "tests/test_stopped.py",
    "tests/test_check.py", "tests/test_rtol.py", "tests/test_only.py", "tests/test_steps.py",
    "tests/test_stencils.py", "tests/test_precision.py", "tests/test_hard_costs.py", "tests/test_workers.py",
)  # fmt: skip
PATIENCE = 6  # seconds beyond three times what the tests take: a change that never ends is noticed
RECORD = Path(__file__).with_name("mutants.json")
ALIKE = json.loads(Path(__file__).with_name("alike.json").read_text(encoding="utf-8"))  # name to reason

SWAPS: dict[type, type] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Gt, ast.Gt: ast.GtE, ast.GtE: ast.Lt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd, ast.And: ast.Or, ast.Or: ast.And,
}  # fmt: skip
NAMES = {"max": "min", "min": "max", "maximum": "minimum", "minimum": "maximum", "all": "any", "any": "all"}


class Change(ast.NodeTransformer):
    """Makes the change of that number, in the order in which a walk comes to places where one can be made."""

    def __init__(self, number: int) -> None:
        self.number, self.said = number, list[str]()

    def _mine(self, node: ast.AST, what: str) -> bool:
        self.said.append(f"{node.lineno}:{node.col_offset}: {what}")  # type: ignore[attr-defined]
        return len(self.said) - 1 == self.number

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
        value = node.value
        if isinstance(value, bool) or not isinstance(value, int | float) or not self._mine(node, f"{value} + 1"):
            return node
        return ast.copy_location(ast.Constant(value + 1), node)

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if name in NAMES and self._mine(node, f"{NAMES[name]} in {ast.unparse(node)}"):
            if isinstance(node.func, ast.Attribute):
                node.func.attr = NAMES[name]
            else:
                node.func = ast.copy_location(ast.Name(NAMES[name], ast.Load()), node)
        return node


def changed(source: str, number: int) -> str:
    """The source with that change."""
    return ast.unparse(ast.fix_missing_locations(Change(number).visit(ast.parse(source))))


def changes(source: str) -> list[str]:
    """What can be changed: line, column, and the change in words."""
    change = Change(-1)
    change.visit(ast.parse(source))
    return change.said


def wilson(count: int, of: int, z: float = 1.96) -> tuple[float, float]:
    """The 95 % interval of a share, by Wilson's formula."""
    if not of:
        return 0.0, 1.0
    share, spread = count / of, z * z / of
    middle = (share + spread / 2) / (1 + spread)
    half = z / (1 + spread) * math.sqrt(share * (1 - share) / of + spread / (4 * of))
    return middle - half, middle + half


@dataclass(frozen=True)
class Mutant:
    """One change of one module: its number, and what it is in words."""

    module: Path
    number: int
    said: str

    @property
    def name(self) -> str:
        """What stays when lines move: the module, the change, and the text where it is made."""
        line, column, what = self.said.split(":", 2)
        text = _text(self.module).splitlines()[int(line) - 1]
        indent = len(text) - len(text.lstrip())
        return f"{_in_package(self.module)}:{what} at {int(column) - indent} of `{text.strip()}`"

    @property
    def line(self) -> int:
        """Where it is."""
        return int(self.said.partition(":")[0])

    @property
    def source(self) -> str:
        """The text of the module with it."""
        return changed(_text(self.module), self.number)


def every() -> list[Mutant]:
    """All of them."""
    return [Mutant(module, k, said) for module in MODULES for k, said in enumerate(changes(_text(module)))]


def drawn(count: int, seed: int) -> list[Mutant]:
    """That many of all changes of all modules."""
    return random.Random(seed).sample(everything := every(), min(count, len(everything)))


def named(names: Iterable[str]) -> list[Mutant]:
    """The changes of these names, as far as there are such in the code as it is now; one of those that share it."""
    wanted = set(names)
    return list({mutant.name: mutant for mutant in every() if mutant.name in wanted}.values())


def _in_package(module: Path) -> str:
    return module.relative_to(PACKAGE).as_posix()


@functools.cache
def _text(module: Path) -> str:
    return module.read_text(encoding="utf-8")


class Bench:
    """Tests, and which of them run what: those that noticed something before come first."""

    def __init__(self, tests: likely.Tests, seconds: float, kept: Path | None) -> None:
        self.all, self.seconds, self.noticed_by = tests, seconds, Counter[str]()
        if kept and kept.exists():
            self.runs = pickle.loads(kept.read_bytes())
        else:
            self.runs = tests.measured({str(module): _in_package(module) for module in MODULES})
        if kept:
            kept.write_bytes(pickle.dumps(self.runs))

    def tests(self, mutant: Mutant) -> list[str]:
        """What runs the changed line, the likeliest first, as many as fit into the time."""
        lines = likely.lines_of(ast.parse(_text(mutant.module)), mutant.line)
        reach = self.runs.of(_in_package(mutant.module), lines)
        chosen, left = list[str](), self.seconds
        for test in sorted(reach & self.all.items.keys(), key=self._order):
            left -= self.runs.seconds[test]
            if left < 0:
                break
            chosen.append(test)
        return chosen

    def _order(self, test: str) -> tuple[int, float, str]:
        return -self.noticed_by[test], self.runs.seconds[test], test

    def tried(self, mutant: Mutant) -> str | None:
        """The test that notices, "in time" if they do not end, or nothing."""
        if not (tests := self.tests(mutant)):
            return None
        module = sys.modules["gradlab." + _in_package(mutant.module).removesuffix(".py").replace("/", ".")]
        change = functools.partial(likely.become, module, mutant.source)
        if found := self.all.fails(tests, change, PATIENCE + int(3 * self.seconds)):
            self.noticed_by[found] += 1
        return found


def main() -> None:
    """Sample, try, print and write the record."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=150)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--minutes", type=float, default=600)
    parser.add_argument("--seconds", type=float, default=8, help="of tests for one change, as they take without it")
    parser.add_argument("--runs", type=Path, help="a file that keeps which tests run which lines, for another call")
    parser.add_argument("--again", action="store_true", help="only what survived in the record, which is renewed")
    options = parser.parse_args()
    os.environ["GRADLAB_TESTS"] = "few"
    likely.collected(TESTS, functools.partial(_try_all, options))


def _try_all(options: argparse.Namespace, tests: likely.Tests) -> None:
    record = json.loads(RECORD.read_text(encoding="utf-8")) if options.again else {}
    past = record["after"] if options.again else {"noticed": {}, "survived": []}
    mutants = named(past["survived"]) if options.again else drawn(options.count, options.seed)
    found = {"by a test": 0, "in time": 0} | past["noticed"]
    survived = sorted(set(past["survived"]) - {mutant.name for mutant in mutants})  # their code is another one now
    until = time.monotonic() + 60 * options.minutes
    bench = Bench(tests, options.seconds, options.runs)
    print(f"{len(bench.runs.seconds)} tests, {sum(bench.runs.seconds.values()):.0f} s", flush=True)
    for mutant in mutants:
        if time.monotonic() > until and not options.again:
            break
        by = bench.tried(mutant)
        if by:
            found["in time" if by == "in time" else "by a test"] += 1
        else:
            survived.append(mutant.name)
        print(f"{'noticed' if by else 'SURVIVED'} {mutant.line} {mutant.name} | {by}", flush=True)
    now = {"noticed": found, "survived": survived}
    record = record or {"changes": len(every()), "seed": options.seed, "seconds": options.seconds, "before": now}
    RECORD.write_text(json.dumps(record | {"after": now}, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    print(score(now))


def score(part: dict[str, Any]) -> str:
    """The share that is noticed, with its interval: of all, and of those that can be."""
    noticed, lived = sum(part["noticed"].values()), part["survived"]
    alike = [name for name in lived if name in ALIKE]
    lines = []
    for what, of in (("tried", noticed + len(lived)), ("that can be noticed", noticed + len(lived) - len(alike))):
        low, high = wilson(noticed, of)
        lines.append(f"{noticed} of {of} {what}: {noticed / max(of, 1):.0%} ({low:.0%} to {high:.0%})")
    return f"{'; '.join(lines)}; {part['noticed'].get('in time', 0)} of them did not end"


if __name__ == "__main__":
    main()
