"""Small mistakes in one statement, of the kinds that people make: each is a copy of the statement with one change."""

import ast
import copy
from collections.abc import Iterator
from typing import Any

from gradlab.labs.hunting.lines import Code, CodeLine, in_place, sites

TWINS = {"sum": "mean", "mean": "sum", "zeros_like": "ones_like"}
OTHER = {ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult}


def slips(code: Code, line: CodeLine) -> Iterator[str]:
    """The line with a mistake in it, once for each mistake, as text without its indent."""
    earlier = {
        name for other in code.lines if other.number < line.number for name in other.targets if name.isidentifier()
    }
    arguments = {a.arg for f in code.tree.body if isinstance(f, ast.FunctionDef) for a in f.args.args}
    counts = _counts(code)
    seen = {_text(line.node)}
    for mutant in _headers(line.node) if line.header else _mutants(line.node, sorted(earlier | arguments)):
        text = _text(mutant)
        if text not in seen and not _ends_the_process(mutant, counts):
            seen.add(text)
            yield text
    yield from (text for _, text in in_place(line.node))


def _counts(code: Code) -> set[str]:
    """Names of whole numbers: what is read from a shape."""
    statements = [node for node in ast.walk(code.tree) if isinstance(node, ast.Assign) and ".shape" in _text(node)]
    return {name.id for one in statements for name in ast.walk(one.targets[0]) if isinstance(name, ast.Name)}


def _ends_the_process(mutant: ast.stmt, counts: set[str]) -> bool:
    """NumPy 2.4 crashes in `np.add.at(a, (slice(None), 3), values)` with values of another shape: no error."""
    calls = [
        call for call in ast.walk(mutant) if isinstance(call, ast.Call) and ast.unparse(call.func) == "np.add.at"
    ]
    return any(
        isinstance(name, ast.Name) and name.id in counts
        for call in calls
        for index in call.args[1:2]
        for name in ast.walk(index)
    )


def _text(node: ast.stmt) -> str:
    """A statement; of a loop or a test, the line that begins it."""
    return ast.unparse(node).splitlines()[0]


def _headers(node: ast.stmt) -> Iterator[ast.stmt]:
    """A loop that is one too short or runs the other way, a test that always holds or is turned around."""
    if isinstance(node, ast.For):
        for call in ast.walk(node.iter):
            name = getattr(call.func, "id", "") if isinstance(call, ast.Call) else ""
            if isinstance(call, ast.Call) and name == "reversed":
                yield _with(node, call, call.args[0])
            if isinstance(call, ast.Call) and name == "range" and len(call.args) == 1:
                n = call.args[0]
                yield _with(node, call, ast.Call(call.func, [ast.BinOp(n, ast.Sub(), ast.Constant(1))], []))
                yield _with(node, call, ast.Call(call.func, [ast.Constant(1), n], []))
    if isinstance(node, ast.If):
        yield _with(node, node.test, ast.Constant(value=True))
        yield _with(node, node.test, ast.UnaryOp(ast.Not(), node.test))


def _mutants(node: ast.stmt, names: list[str]) -> Iterator[ast.stmt]:
    if isinstance(node, ast.AugAssign):
        yield ast.copy_location(ast.Assign([node.target], node.value), node)
    if isinstance(node, ast.Assign) and len(node.targets) == 1 and len(sites(node)) == 1:
        yield ast.copy_location(ast.AugAssign(node.targets[0], ast.Add(), node.value), node)  # type: ignore[arg-type]
    for old in ast.walk(node):
        if isinstance(old, ast.expr) and not isinstance(getattr(old, "ctx", None), ast.Store):
            for new in _instead(old, names):
                yield _with(node, old, new)
    value = getattr(node, "value", None)
    values = value.elts if isinstance(value, ast.Tuple) else [value] if isinstance(value, ast.expr) else []
    for one in values:
        yield _with(node, one, ast.UnaryOp(ast.USub(), one))
        yield _with(node, one, ast.BinOp(ast.Constant(2), ast.Mult(), one))
    for k, one in enumerate(values):
        for other in values[:k]:  # two that are exchanged
            twin = _with(node, one, other)
            places = getattr(twin, "value", None)
            if isinstance(places, ast.Tuple):
                places.elts[values.index(other)] = copy.deepcopy(one)
                yield twin


def _instead(node: ast.expr, names: list[str]) -> Iterator[ast.expr]:
    """What could stand in the place of an expression by mistake."""
    if isinstance(node, ast.BinOp):
        yield node.left
        if not isinstance(node.op, (ast.Div, ast.Pow)):
            yield node.right
        if type(node.op) in OTHER:
            yield ast.BinOp(node.left, OTHER[type(node.op)](), node.right)
        if isinstance(node.op, ast.Sub):
            yield ast.BinOp(node.right, ast.Sub(), node.left)
    if isinstance(node, ast.Attribute) and node.attr == "T":
        yield node.value
    if isinstance(node, ast.Name) and node.id != "np":
        yield ast.Attribute(node, "T", ast.Load())
        yield from (ast.Name(other, ast.Load()) for other in names if other != node.id)
    if isinstance(node, ast.Call):
        yield from _calls(node)
    if isinstance(node, ast.Compare):
        yield from (ast.Compare(node.left, [op()], node.comparators) for op in (ast.Lt, ast.GtE, ast.NotEq))
    if isinstance(node, ast.Constant) and isinstance(node.value, (int, float)) and not isinstance(node.value, bool):
        yield ast.Constant(node.value + 1)


def _calls(node: ast.Call) -> Iterator[ast.expr]:
    """Another function, another axis, or no call at all."""
    if not isinstance(node.func, ast.Attribute):
        return
    if node.func.attr in TWINS:
        twin = copy.deepcopy(node)
        twin.func.attr = TWINS[node.func.attr]  # type: ignore[attr-defined]
        yield twin
    numpy = isinstance(node.func.value, ast.Name) and node.func.value.id == "np"
    if numpy and node.args:
        yield node.args[0]
    elif not numpy:
        yield node.func.value
    for word in node.keywords:
        axis = getattr(word.value, "value", None)
        if word.arg == "axis" and axis in (0, 1):
            for keep in ([], [ast.keyword("keepdims", ast.Constant(value=True))]):
                twin = copy.deepcopy(node)
                twin.keywords = [ast.keyword("axis", ast.Constant(1 - axis)), *keep]
                yield twin


def _with(node: ast.stmt, old: ast.expr, new: ast.expr) -> ast.stmt:
    """A copy of the statement with `new` in the place of the expression `old`."""
    twin = copy.deepcopy(node)
    place = next(b for a, b in zip(ast.walk(node), ast.walk(twin), strict=True) if a is old)

    class Put(ast.NodeTransformer):
        def visit(self, node: ast.AST) -> Any:
            return copy.deepcopy(new) if node is place else self.generic_visit(node)

    put: ast.stmt = ast.fix_missing_locations(Put().visit(twin))
    return put
