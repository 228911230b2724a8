"""Slips in how much is summed: one for all, an end too many; and slips that were copied to several places."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from typing import Any

from gradlab.diagnosis.slips import moved
from gradlab.diagnosis.trees import Place, indices_of, loaded

MOST_PLACES = 8  # places with the same text, up to which one slip may be in all


def repeated(at: Sequence[Place]) -> Iterator[list[Place]]:
    """The places where the same text stands: in the whole function, then in each statement."""
    told: dict[str, list[Place]] = {}
    within: dict[tuple[str, int], list[Place]] = {}
    for place in at:
        if isinstance(place.node, ast.expr) and loaded(place.node) and not isinstance(place.node, ast.Constant):
            text = ast.unparse(place.node)
            told.setdefault(text, []).append(place)
            within.setdefault((text, id(place.statement)), []).append(place)
    yield from (places for places in told.values() if 1 < len(places) <= MOST_PLACES)
    yield from (places for (text, _), places in within.items() if 1 < len(places) < len(told[text]))


def totals(node: Any) -> Iterator[ast.AST]:
    """The sum of all for one of them, and a slice that begins or ends elsewhere."""
    if isinstance(node, ast.Slice):
        yield from moved(node)
    if not isinstance(node, ast.Subscript) or not loaded(node):
        return
    indices = indices_of(node.slice)
    axes = [axis for axis, index in enumerate(indices) if not isinstance(index, ast.Slice)]
    whole = all(isinstance(i, ast.Slice) and i.lower is i.upper is None for i in indices if isinstance(i, ast.Slice))
    if len(axes) == 1 and whole:
        along = ast.keyword("axis", ast.Constant(axes[0]))
        yield ast.Call(ast.Attribute(node.value, "sum", ast.Load()), [], [along])


def shorter(node: Any) -> Iterator[ast.AST]:
    """Without its first, and without its last."""
    if isinstance(node, ast.Name) and loaded(node):
        one = ast.Constant(1)
        yield ast.Subscript(node, ast.Slice(one, None), ast.Load())
        yield ast.Subscript(node, ast.Slice(None, ast.UnaryOp(ast.USub(), one)), ast.Load())
