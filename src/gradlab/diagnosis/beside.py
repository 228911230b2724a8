"""What is missing beside what is there: the other neighbour, the other end, the same of another name."""

from __future__ import annotations

import ast
import copy
import itertools
import re
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from typing import Any

from gradlab.diagnosis.slips import moved
from gradlab.diagnosis.trees import Place, inside, scaled

Addition = Callable[[Fraction], ast.stmt]  # a statement that adds so many times something

LONG = 20  # nodes of an expression that is said once more with a change
MOST_INDICES = 40  # other indices that are tried for one


def variants(names: Sequence[ast.expr]) -> Callable[[ast.expr], Iterator[ast.expr]]:
    """An expression with one thing in it changed: a sign, a slice, a triangle, a name; short ones only."""

    def make(node: ast.expr) -> Iterator[ast.expr]:
        size = sum(isinstance(n, ast.expr) for n in ast.walk(node))
        if size > LONG or not isinstance(node, ast.Call | ast.BinOp | ast.Subscript):
            return
        yield from _by_analogy(node, names)
        yield from _alike(node)
        holder = copy.deepcopy(node)
        for place in [*_itself(holder), *inside(holder)]:
            for other in _others(place, names):
                yield _with(node, holder, place, other)

    return make


def additions(said: Sequence[ast.expr], names: Sequence[ast.expr]) -> Callable[[Any], Iterator[Addition]]:
    """Statements that add a multiple of the same, or nearly the same, at another place."""
    change = variants(names)

    def make(node: Any) -> Iterator[Addition]:
        parts = _added(node)
        if parts is None:
            return
        index, value, built = parts
        near = list(_indices(index, said))
        for other in near[:MOST_INDICES]:
            yield lambda k, at=other: built(at, value, k)  # type: ignore[misc]
        for other in [index, *near][: MOST_INDICES // 2]:
            for term in change(value):
                yield lambda k, at=other, term=term: built(at, term, k)  # type: ignore[misc]

    return make


def other_targets(said: Sequence[ast.expr]) -> Callable[[Any], Iterator[ast.AST]]:
    """A part of an array that is written to, at another place."""

    def make(node: Any) -> Iterator[ast.AST]:
        if not isinstance(node, ast.AugAssign | ast.Assign):
            return
        target = node.target if isinstance(node, ast.AugAssign) else node.targets[0]
        if isinstance(target, ast.Subscript):
            for index in _indices(target.slice, said):
                at = ast.Subscript(target.value, index, ast.Store())
                if isinstance(node, ast.AugAssign):
                    yield ast.AugAssign(at, node.op, node.value)
                else:
                    yield ast.Assign([at, *node.targets[1:]], node.value)

    return make


def _added(node: Any) -> tuple[ast.expr, ast.expr, Callable[..., ast.stmt]] | None:
    """Where a statement adds, what it adds, and what makes another one of these."""
    if isinstance(node, ast.AugAssign) and isinstance(node.op, ast.Add | ast.Sub):
        target, op = node.target, node.op
        if not isinstance(target, ast.Subscript) or isinstance(target.slice, ast.Constant):
            return None

        def built(index: ast.expr, value: ast.expr, k: Fraction) -> ast.stmt:
            at = ast.Subscript(target.value, index, ast.Store())
            return ast.AugAssign(at, op if k > 0 else _turned(op), scaled(abs(k), value))

        return target.slice, node.value, built
    call = node.value if isinstance(node, ast.Expr) else None
    if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr == "at":
        function, ufunc = call.func, call.func.value
        if isinstance(ufunc, ast.Attribute) and ufunc.attr in {"add", "subtract"} and len(call.args) == 3:
            array, index, value = call.args
            name, numpy = ufunc.attr, ufunc.value

            def called(index: ast.expr, value: ast.expr, k: Fraction) -> ast.stmt:
                other = name if k > 0 else "subtract" if name == "add" else "add"
                at = ast.Attribute(ast.Attribute(numpy, other, ast.Load()), function.attr, ast.Load())
                return ast.Expr(ast.Call(at, [array, index, scaled(abs(k), value)], []))

            return index, value, called
    return None


def _turned(op: ast.operator) -> ast.operator:
    return ast.Sub() if isinstance(op, ast.Add) else ast.Add()


def _indices(index: ast.expr, said: Sequence[ast.expr]) -> Iterator[ast.expr]:
    """Other indices of as many axes: mirrored, one further, or said elsewhere."""
    elements = index.elts if isinstance(index, ast.Tuple) else [index]
    seen = {ast.dump(index)}

    def new(other: ast.expr) -> bool:
        return not (ast.dump(other) in seen or seen.add(ast.dump(other)))  # type: ignore[func-returns-value]

    each = [[element, *_mirrored(element)] for element in elements]
    mirrored = [_joined(chosen) for chosen in itertools.product(*each)]
    alike = [o for o in said if (len(o.elts) if isinstance(o, ast.Tuple) else 1) == len(elements)]
    further = [
        _joined([*elements[:i], other, *elements[i + 1 :]])
        for i, element in enumerate(elements)
        for other in moved(element)
    ]
    yield from (other for other in [*mirrored, *alike, *further] if new(other))


def _joined(elements: Sequence[ast.expr]) -> ast.expr:
    return elements[0] if len(elements) == 1 else ast.Tuple(list(elements), ast.Load())


def _mirrored(index: ast.expr) -> Iterator[ast.expr]:
    """`1:` for `:-1`, `i - 1` for `i + 1`, `0` for `-1`: the other side of a neighbour."""
    if isinstance(index, ast.Slice) and index.step is None:
        if index.lower is not None and index.upper is None:
            yield ast.Slice(None, _negative(index.lower))
        elif index.lower is None and index.upper is not None:
            yield ast.Slice(_negative(index.upper), None)
        elif index.lower is not None:
            yield ast.Slice(None, None)
    elif isinstance(index, ast.BinOp) and isinstance(index.op, ast.Add | ast.Sub):
        yield ast.BinOp(index.left, _turned(index.op), index.right)
        yield index.left
    elif isinstance(index, ast.UnaryOp) and isinstance(index.op, ast.USub):
        yield ast.Constant(0)


def _negative(node: ast.expr) -> ast.expr:
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return node.operand
    return ast.UnaryOp(ast.USub(), node)


def _others(place: Place, names: Sequence[ast.expr]) -> Iterator[ast.expr]:
    """What may stand in one place of a variant."""
    node = place.node
    if isinstance(node, ast.Constant) and type(node.value) in {int, float} and node.value:
        yield _negative(node)
        if place.key != "right":
            yield from (ast.Constant(value) for value in (0, 1, 2) if value != node.value)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        yield node.operand
    elif isinstance(node, ast.Subscript):
        indices = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
        for i, index in enumerate(indices):
            for other in (*_mirrored(index), *moved(index)):
                yield ast.Subscript(node.value, _joined([*indices[:i], other, *indices[i + 1 :]]), node.ctx)
    elif isinstance(node, ast.Call) and getattr(node.func, "attr", "") in {"triu", "tril"} and len(node.args) == 1:
        for k in (1, -1):
            yield ast.Call(node.func, [*node.args, ast.Constant(k)], [])
    elif isinstance(node, ast.Attribute) and node.attr == "T":
        yield node.value
    elif isinstance(node, ast.Name) and place.key != "func":
        yield from (other for other in names if isinstance(other, ast.Name) and other.id != node.id)


def _by_analogy(node: ast.expr, names: Sequence[ast.expr]) -> Iterator[ast.expr]:
    """`dv @ Wv.T` for `dq @ Wq.T`: one part of the names changed in all of them, where such names are known."""
    texts = {ast.unparse(name) for name in names}
    own = {ast.unparse(n) for n in ast.walk(node) if isinstance(n, ast.Name | ast.Subscript)} & texts
    seen: set[tuple[str, str]] = set()
    for one, other in itertools.product(sorted(own), sorted(texts - own)):
        before, after = _differing_parts(one, other)
        if not before or not after or (before, after) in seen or len(before) > 4:
            continue
        seen.add((before, after))
        turned = {text: re.sub(re.escape(before), after, text) for text in own}
        renamed = {text: new for text, new in turned.items() if new in texts and new != text}
        if len(renamed) > 1:
            yield _renamed(node, renamed)


def _alike(node: ast.expr) -> Iterator[ast.expr]:
    """One whole number changed wherever it stands, such as an axis."""
    said = [n.value for n in ast.walk(node) if isinstance(n, ast.Constant) and type(n.value) is int]
    for own in sorted({value for value in said if said.count(value) > 1}):
        for other in (0, 1, 2):
            if other != own:
                yield _numbered(node, own, other)


def _numbered(node: ast.expr, own: int, other: int) -> ast.expr:
    class Number(ast.NodeTransformer):
        def visit_Constant(self, found: ast.Constant) -> ast.AST:
            return ast.Constant(other) if type(found.value) is int and found.value == own else found

    made: ast.expr = Number().visit(copy.deepcopy(node))
    return made


def _differing_parts(one: str, other: str) -> tuple[str, str]:
    """What is left of two texts without what both begin and end with."""
    start = next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    one, other = one[start:], other[start:]
    back = zip(reversed(one), reversed(other), strict=False)
    end = next((i for i, (a, b) in enumerate(back) if a != b), min(len(one), len(other)))
    return one[: len(one) - end], other[: len(other) - end]


def _renamed(node: ast.expr, names: dict[str, str]) -> ast.expr:
    class Rename(ast.NodeTransformer):
        def visit(self, found: ast.AST) -> ast.AST:
            if isinstance(found, ast.Name | ast.Subscript) and (new := names.get(ast.unparse(found))):
                return ast.parse(new, mode="eval").body
            return self.generic_visit(found)

    made: ast.expr = Rename().visit(copy.deepcopy(node))  # type: ignore[assignment]
    return made


def _itself(node: ast.expr) -> list[Place]:
    return [Place([node], 0, node)]


def _with(node: ast.expr, holder: ast.expr, place: Place, other: ast.expr) -> ast.expr:
    """A copy of the whole with another node in this place."""
    old = place.node
    if old is holder:
        return copy.deepcopy(other)
    place.set(other)
    made = copy.deepcopy(holder)
    place.set(old)
    return made
