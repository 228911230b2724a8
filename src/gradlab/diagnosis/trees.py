"""Syntax trees: the places of a function where something stands, and new nodes of old ones."""

from __future__ import annotations

import ast
import copy
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from gradlab.diagnosis.sources import Definition

LINE = 88  # columns of a line of code that is told whole
NAMED = ast.Name | ast.Attribute | ast.Subscript


@dataclass
class Place:
    """Where a node stands: in a field of another one, or in a list of them; and the statement that it is in."""

    holder: Any
    key: Any
    statement: ast.AST

    @property
    def node(self) -> Any:
        """What stands there."""
        return self.holder[self.key] if isinstance(self.holder, list) else getattr(self.holder, self.key)

    def set(self, node: ast.AST) -> None:
        """Let another node stand there."""
        if isinstance(self.holder, list):
            self.holder[self.key] = node
        else:
            setattr(self.holder, self.key, node)


def scaled(k: Fraction, node: ast.expr) -> ast.expr:
    """So many times this."""
    if isinstance(node, ast.Constant) and node.value == 1:
        return number(k)
    return node if k == 1 else binary(number(k), ast.Mult(), node)


def number(k: Fraction) -> ast.expr:
    """A fraction as one would write it."""
    if k.denominator == 1:
        return ast.Constant(k.numerator) if k >= 0 else ast.UnaryOp(ast.USub(), ast.Constant(-k.numerator))
    if 1000 % k.denominator == 0 and k > 0:
        return ast.Constant(float(k))
    return binary(number(Fraction(k.numerator)), ast.Div(), ast.Constant(k.denominator))


def places(definition: Definition) -> list[Place]:
    """All expressions and simple statements, each once, but for what chooses: the tests of if and while."""
    found: list[Place] = []
    if isinstance(definition, ast.Lambda):
        _below(definition, "body", definition.body, definition.body, found)
    else:
        for i, statement in enumerate(definition.body):
            _below(definition.body, i, statement, statement, found)
    return found


def _below(holder: Any, key: Any, node: ast.AST, statement: ast.AST, found: list[Place]) -> None:
    if isinstance(node, ast.stmt):
        statement = node
    if isinstance(node, ast.expr | ast.stmt):
        found.append(Place(holder, key, statement))
    for name, value in ast.iter_fields(node):
        if name == "test" or isinstance(value, ast.expr_context | ast.operator):
            continue
        if isinstance(value, ast.AST):
            _below(node, name, value, statement, found)
        elif isinstance(value, list):
            for i, item in enumerate(value):
                if isinstance(item, ast.AST):
                    _below(value, i, item, statement, found)


def loaded(node: ast.AST) -> bool:
    """Is it an expression with a value, and not what a value is given to?"""
    return isinstance(node, ast.expr) and isinstance(getattr(node, "ctx", ast.Load()), ast.Load)


def indices_of(index: ast.expr) -> list[ast.expr]:
    """What stands in the brackets, one for each axis."""
    return index.elts if isinstance(index, ast.Tuple) else [index]


def filled(form: str, node: ast.expr) -> ast.expr:
    """The form with this node in its gaps."""
    made = ast.parse(form.format("_gap"), mode="eval").body

    class Fill(ast.NodeTransformer):
        def visit_Name(self, name: ast.Name) -> ast.AST:
            return copy.copy(node) if name.id == "_gap" else name

    return Fill().visit(made)  # type: ignore[no-any-return]


def with_term(old: ast.expr, term: ast.expr, k: Fraction) -> ast.expr:
    """With a multiple of a term, as one would write it: `0.5 * a`, `a * (1 - b)`, `a - 2 * b`."""
    if ast.dump(term) == ast.dump(old):
        return binary(number(1 + k), ast.Mult(), old)
    op: ast.operator = ast.Add() if k > 0 else ast.Sub()
    if isinstance(term, ast.BinOp) and isinstance(term.op, ast.Mult) and ast.dump(term.left) == ast.dump(old):
        return binary(old, ast.Mult(), binary(ast.Constant(1), op, scaled(abs(k), term.right)))
    return binary(old, op, scaled(abs(k), term))


def both(one: ast.stmt, other: ast.stmt) -> ast.stmt:
    """Two statements as one, which decides nothing."""
    return ast.Try([one, other], [], [], [ast.Pass()])


def statements_of(node: ast.AST) -> list[ast.AST]:
    """The two statements of `both`; itself of any other."""
    return [*node.body] if isinstance(node, ast.Try) and not node.handlers else [node]


def inside(node: ast.expr) -> list[Place]:
    """The places within an expression that may be changed."""
    found: list[Place] = []
    _below([node], 0, node, node, found)
    return found[1:]


def binary(left: ast.expr, operator: ast.operator, right: ast.expr) -> ast.BinOp:
    """An operation on two."""
    return ast.BinOp(left, operator, right)
