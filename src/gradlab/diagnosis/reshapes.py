"""Reshapes where a transpose belongs, and the reverse: heads, patches, channels; and order F for order C."""

from __future__ import annotations

import ast
import itertools
from collections.abc import Iterator, Sequence
from typing import Any

MOST_AXES = 5  # up to 4 axes of an array are tried in all orders, of 5 only two are exchanged


def reshaped(node: Any) -> Iterator[ast.expr]:
    """A call of reshape with a transpose before or behind it, its axes in another order."""
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
        return
    if node.func.attr in {"reshape", "ravel", "flatten"} and not node.keywords:
        yield ast.Call(node.func, node.args, [ast.keyword("order", ast.Constant("F"))])
    if node.func.attr != "reshape":
        return
    array, shape = node.func.value, _shape(node)
    if 2 <= len(shape) <= MOST_AXES:
        for order in _orders(len(shape)):
            first = _call(array, "reshape", [shape[i] for i in order])
            back = [ast.Constant(order.index(i)) for i in range(len(order))]
            yield _call(first, "transpose", back)
    if isinstance(array, ast.Call) and getattr(array.func, "attr", "") == "transpose":
        return  # there is one, whose axes are another slip
    for axes in (3, 2, 4, MOST_AXES):
        for order in _orders(axes):
            turned = _call(array, "transpose", [ast.Constant(i) for i in order])
            yield ast.Call(ast.Attribute(turned, "reshape", ast.Load()), node.args, node.keywords)


def _shape(node: ast.Call) -> list[ast.expr]:
    if len(node.args) == 1 and isinstance(node.args[0], ast.Tuple | ast.List):
        return node.args[0].elts
    return node.args


def _orders(axes: int) -> Iterator[tuple[int, ...]]:
    """All orders but the one in which they are; of many axes those in which two change places."""
    if axes <= 4:
        yield from list(itertools.permutations(range(axes)))[1:]
        return
    for i, j in itertools.combinations(range(axes), 2):
        order = list(range(axes))
        order[i], order[j] = j, i
        yield tuple(order)


def _call(array: ast.expr, method: str, args: Sequence[ast.expr]) -> ast.Call:
    return ast.Call(ast.Attribute(array, method, ast.Load()), list(args), [])
