"""The lines of a piece of code, and which blocks of the gradient each of them reaches.

A line makes values: each target of an assignment, the array that it changes in place, each part of what is
returned. Each value, each time that it is made, is a site. What a site reaches is measured, not read from code: the
value is changed a little just after it was made, and it reaches the blocks whose gradient then differs.
"""

import ast
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import CodeType
from typing import Any

import numpy as np

from gradlab.labs.bug import Array, Gradients

Namespace = dict[str, Any]
Reach = frozenset[str]
IN_PLACE: dict[type[ast.operator], str] = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/"}
HEADERS = (ast.For, ast.While, ast.If)
CHANGED = 1e-9  # relative: a gradient that a changed value does not reach is the same to the last bits


@dataclass(frozen=True)
class CodeLine:
    """A line that makes something.

    Attributes
    ----------
    number
        1 is the first line of the code.
    targets
        The names that it makes.
    uses
        The names that it reads.
    reach
        For each site, the blocks that it reaches.
    header
        Whether it begins a loop or a test, which can reach anything.
    over
        For each array that it could write over, had it been written in place, the blocks that this reaches.
    """

    number: int
    node: ast.stmt
    targets: tuple[str, ...]
    uses: frozenset[str]
    reach: tuple[Reach, ...]
    header: bool = False
    over: tuple[Reach, ...] = ()

    @property
    def free(self) -> tuple[Reach, ...]:
        """What it can spoil: by the values that it makes, or by writing over those that it reads."""
        return self.reach + self.over


class Code:
    """Python source, and the gradient that its functions give."""

    def __init__(self, source: str, gradients: Gradients) -> None:
        self.source, self._gradients = source, gradients
        self.tree = ast.parse(source)
        self.right = self.run(source)
        self.lines = tuple(self._lines())

    def run(self, code: str | CodeType, shake: Callable[[Any, int], Any] | None = None) -> dict[str, Array]:
        """The gradient that another version of the code gives."""
        space: Namespace = {"np": np, "_shake": shake}
        exec(compiled(code) if isinstance(code, str) else code, space)  # of this package, with a small change
        with np.errstate(all="ignore"):
            return {name: np.array(grad, float) for name, grad in self._gradients(space).items()}

    def replaced(self, line: CodeLine, text: str) -> str:
        """The source with another text in the place of a line."""
        lines = self.source.splitlines()
        end = line.node.lineno if line.header else line.node.end_lineno
        lines[line.number - 1 : end] = [" " * line.node.col_offset + text]
        return "\n".join(lines)

    def way(self, start: CodeLine, block: str) -> list[int]:
        """The shortest way of a value from line to line to the gradient of a block, all of which reach it.

        By who uses what; to an earlier line in a loop only. Empty if none is found.
        """
        goal = self.maker(block)
        loops = [
            {s.lineno for s in _simple(h.body)} for h in ast.walk(self.tree) if isinstance(h, (ast.For, ast.While))
        ]
        ways, seen = [[start]], {start.number}
        while ways:
            way = ways.pop(0)
            last = way[-1]
            if last.number == goal:
                return [line.number for line in way]
            for line in self.lines:
                near = line.number > last.number or any({line.number, last.number} <= loop for loop in loops)
                if (
                    line.number not in seen
                    and near
                    and set(last.targets) & line.uses
                    and self._home(line) is self._home(last)
                    and any(block in reach for reach in line.reach)
                ):
                    seen.add(line.number)
                    ways.append([*way, line])
        return []

    def maker(self, block: str) -> int:
        """The last line before `return` that makes what reaches this block alone; 0 if none does."""
        for line in reversed(self.lines):
            if frozenset({block}) in line.reach and not isinstance(line.node, ast.Return):
                return line.number
        return 0

    def _home(self, line: CodeLine) -> ast.stmt:
        return next(f for f in self.tree.body if f.lineno <= line.number <= (f.end_lineno or 0))

    def _lines(self) -> Iterator[CodeLine]:
        for function in self.tree.body:
            assert isinstance(function, ast.FunctionDef)
            for node in _statements(function.body):
                uses = frozenset(
                    n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)
                )
                if isinstance(node, HEADERS):
                    what = "the test" if isinstance(node, ast.If) else "the loop"
                    yield CodeLine(node.lineno, node, (what,), uses, (frozenset(),), header=True)
                else:
                    reach = [found for k in range(len(sites(node))) for found in self._reached(node, k)]
                    over = [found for name, _ in in_place(node) for found in self._written_over(node, name)]
                    targets = tuple(name for name, _ in sites(node))
                    yield CodeLine(node.lineno, node, targets, uses, tuple(reach), over=tuple(over))

    def _reached(self, node: ast.stmt, k: int) -> list[Reach]:
        """What the value k of a statement reaches, for each time that it is made."""
        return self._each(_edited(self.source, node.lineno, lambda node: _shaken(node, k)))

    def _written_over(self, node: ast.stmt, name: str) -> list[Reach]:
        """What an array reaches that is changed in place just after a statement; what is no array, cannot be."""
        try:
            shake = f"{name}[...] = _shake({name}, 0)"
            return self._each(_edited(self.source, node.lineno, lambda node: _after(node, shake)))
        except (TypeError, ValueError):
            return []

    def _each(self, shaken: CodeType) -> list[Reach]:
        """What the value reaches around which `_shake` stands, for each time that it comes by."""
        made: Counter[int] = Counter()
        parts: list[int] = []

        def count(value: Any, _: int) -> Any:
            parts.append(_parts(value))
            return value

        self.run(shaken, count)
        found = []
        for time in range(len(parts)):
            for part in range(parts[time]):
                made.clear()

                def shake(value: Any, _: int, time: int = time, part: int = part) -> Any:
                    made[0] += 1
                    return changed(value, part) if made[0] == time + 1 else value

                found.append(self._differs(shaken, shake))
        return found

    def _differs(self, code: CodeType, shake: Callable[[Any, int], Any]) -> Reach:
        try:
            now = self.run(code, shake)
        except (ArithmeticError, IndexError, KeyError, TypeError, ValueError):
            return frozenset(self.right)  # a changed index leads nowhere: it may reach everything
        return frozenset(
            name
            for name, right in self.right.items()
            if now[name].shape != right.shape or not np.allclose(now[name], right, rtol=CHANGED, atol=1e-12)
        )


def compiled(source: str | ast.Module) -> CodeType:
    """Code that `exec` takes, without the warning that Python has for a slip such as `1[...]`."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SyntaxWarning)
        return compile(source, "<hunt>", "exec")


def _parts(value: Any) -> int:
    """How many ways `changed` has to change a value: one for each part of a dict or tuple, else one."""
    if isinstance(value, (dict, tuple)):
        return len(value)
    return _parts(value[-1]) if isinstance(value, list) and value else 1


def changed(value: Any, part: int = 0) -> Any:
    """A value, a little off: normal noise of a tenth of its size; whole numbers are off by one."""
    if isinstance(value, dict):
        name = list(value)[part]
        return value | {name: changed(value[name])}
    if isinstance(value, tuple):
        return tuple(changed(each) if k == part else each for k, each in enumerate(value))
    if isinstance(value, list):
        return [*value[:-1], changed(value[-1], part)] if value else value
    if isinstance(value, (bool, np.bool_, str, slice)) or value is None:
        return value
    if isinstance(value, (int, np.integer)):
        return value + 1
    size = np.sqrt(np.mean(np.square(value))) or 1.0
    return value + 0.1 * size * np.random.default_rng(0).standard_normal(np.shape(value))


def _statements(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """Every statement, and the headers of loops and tests."""
    for node in body:
        yield node
        if isinstance(node, HEADERS):
            yield from _statements(node.body + node.orelse)


def _simple(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    return (node for node in _statements(body) if not isinstance(node, HEADERS))


def sites(node: ast.stmt) -> list[tuple[str, ast.expr]]:
    """(name, expression) of every value that a statement makes."""
    if isinstance(node, ast.Return) and node.value is not None:
        parts = node.value.elts if isinstance(node.value, ast.Tuple) else [node.value]
        return [("what this line returns", part) for part in parts]
    targets: list[ast.expr] = []
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        call = node.value  # A.append(a) changes A; np.add.at(dE, ...) its first argument
        method = isinstance(call.func, ast.Attribute) and isinstance(call.func.value, ast.Name)
        own = method and call.func.value.id != "np"  # type: ignore[attr-defined]
        targets = [call.func.value] if own else call.args[:1]  # type: ignore[attr-defined]
    elif isinstance(node, ast.Assign):
        targets = list(node.targets)
    elif isinstance(node, ast.AugAssign):
        targets = [node.target]
    flat = [part for target in targets for part in (target.elts if isinstance(target, ast.Tuple) else [target])]
    return [(next(n.id for n in ast.walk(part) if isinstance(n, ast.Name)), part) for part in flat]


def in_place(node: ast.stmt) -> list[tuple[str, str]]:
    """(array written over, text) of a statement such as `B = A * D`, had somebody written `B = A; B *= D`."""
    if not (isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and len(node.targets) == 1):
        return []
    value, target = node.value, node.targets[0].id
    if not isinstance(value, ast.BinOp) or type(value.op) not in IN_PLACE:
        return []
    sign = IN_PLACE[type(value.op)]
    pairs = [(value.left, value.right)]
    pairs += [(value.right, value.left)] if sign in ("+", "*") else []
    return [
        (one.id, f"{target} = {one.id}; {target} {sign}= {ast.unparse(other)}")
        for one, other in pairs
        if isinstance(one, ast.Name) and one.id != target
    ]


def _after(node: ast.stmt, text: str) -> list[ast.stmt]:
    """A statement, and another just after it."""
    return [node, *ast.parse(text).body]


def _shaken(node: ast.stmt, k: int) -> ast.stmt | list[ast.stmt]:
    """A statement with `_shake` around one of its values, just after it was made."""
    part = sites(node)[k][1]
    if not isinstance(node, ast.Return):
        text = ast.unparse(part)
        return _after(node, f"{text} = _shake({text}, 0)")
    call = ast.Call(ast.Name("_shake", ast.Load()), [part, ast.Constant(0)], [])
    if isinstance(node.value, ast.Tuple):
        node.value.elts[k] = call
    else:
        node.value = call
    return node


def _edited(source: str, lineno: int, change: Callable[[ast.stmt], ast.stmt | list[ast.stmt]]) -> CodeType:
    """The code in which the statement of a line is changed; what stands within loops and tests is a line as any."""

    class Edit(ast.NodeTransformer):
        def visit(self, node: ast.AST) -> Any:
            if not isinstance(node, ast.stmt) or isinstance(node, (*HEADERS, ast.FunctionDef)):
                return self.generic_visit(node)
            return change(node) if node.lineno == lineno else self.generic_visit(node)

    return compiled(ast.fix_missing_locations(Edit().visit(ast.parse(source))))
