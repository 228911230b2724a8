"""The caller's own functions: which of them run, their syntax trees, and other code in their place."""

from __future__ import annotations
import __future__

import ast
import copy
import gc
import linecache
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import CellType, CodeType, FrameType, FunctionType
from typing import Any

import numpy as np
from numpy.typing import NDArray

Definition = ast.FunctionDef | ast.Lambda

WATCH = "_gradlab_watch"
FUTURE = sum(getattr(__future__, name).compiler_flag for name in __future__.all_feature_names)


@cache
def _not_the_callers() -> tuple[str, ...]:
    """How the names of other people's files begin. Asked late: where this is known, is read from a file."""
    import sysconfig

    installed = (sysconfig.get_path(name) for name in ("stdlib", "purelib", "platlib"))
    # A doctest stands in the text, and so does a block of a page, whose report is written there.
    return (str(Path(__file__).parents[1]), *installed, "<doctest", "<string", "<block")


@dataclass(frozen=True)
class Source:
    """A function of the caller's that is alive, and its definition.

    Attributes
    ----------
    functions
        All functions with this code: a method has one, what is made anew with each call has several.
    definition
        The tree, which may be changed: `compiled` then is what it says.
    values
        What its names stood for when it returned.
    """

    functions: tuple[FunctionType, ...]
    code: CodeType
    definition: Definition
    values: dict[str, object]

    @property
    def name(self) -> str:
        """As its author calls it."""
        return "a lambda" if isinstance(self.definition, ast.Lambda) else self.definition.name

    @property
    def names(self) -> set[str]:
        """All that an expression in it may speak of."""
        code = self.code
        known = {*code.co_varnames, *code.co_cellvars, *code.co_freevars}
        return known | set(self.functions[0].__globals__)

    def learn_names(self, others: Iterable[Source]) -> None:
        """Know by name what other functions of the file have from where they are defined."""
        for other in others:
            for function in other.functions if other.code.co_filename == self.code.co_filename else ():
                for name, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=True):
                    with suppress(ValueError):  # not bound yet
                        self.functions[0].__globals__.setdefault(name, cell.cell_contents)

    def kept(self) -> Iterator[object]:
        """What outlives a call: of its module, of where it is defined, and of objects that it is given."""
        objects: list[Any] = [value for value in self.values.values() if hasattr(value, "__dict__")]
        cells: list[Any] = [cell for f in self.functions for cell in f.__closure__ or () if _is_bound(cell)]
        yield from (cell.cell_contents for cell in cells)
        for space in (self.functions[0].__globals__, *map(vars, objects)):
            yield from space.values()

    def arrays(self) -> Iterator[NDArray[Any]]:
        """The arrays among it, and in its lists and dicts."""
        for value in [*self.kept()]:
            several = list(value.values()) if isinstance(value, dict) else value
            inside = several if isinstance(several, list | tuple) else ()
            yield from (one for one in (value, *inside) if isinstance(one, np.ndarray))

    def lists(self) -> Iterator[list[Any]]:
        """The lists among it, and those in them."""
        for value in [*self.kept()]:
            if isinstance(value, list):
                yield value
                yield from (inner for inner in value if isinstance(inner, list))

    def value(self, node: ast.expr) -> object:
        """What an expression stood for when it returned; itself if that cannot be said."""
        for part in ast.walk(node):
            located(part)
        try:
            code = compile(ast.Expression(node), self.code.co_filename, "eval")
            return eval(code, self.functions[0].__globals__, self.values)
        except Exception:  # noqa: BLE001 (of a value that is no longer there, for example)
            return node

    def compiled(self, tree: Definition | None = None) -> CodeType:
        """The code of the tree as it is now, or of another one, with the free variables that the function has."""
        return _compiled(tree or self.definition, self.code)

    def instrumented(self) -> CodeType:
        """The same, and each thing that it decides is told to a function of the name `WATCH`."""
        tree: Definition = _Instrumented().visit(copy.deepcopy(self.definition))  # type: ignore[assignment]
        return _compiled(ast.fix_missing_locations(tree), self.code)

    def put(self, code: CodeType) -> None:
        """Let all functions run this code."""
        for function in self.functions:
            function.__code__ = code


class _Instrumented(ast.NodeTransformer):
    """Passes tests, comparisons and both sides of `and` and `or` through the function that watches them."""

    def visit(self, node: ast.AST) -> ast.AST:
        self.generic_visit(node)
        if isinstance(asked := getattr(node, "test", None), ast.expr):
            node.test = _told(asked)  # type: ignore[attr-defined]
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            node.operand = _told(node.operand)
        if isinstance(node, ast.BoolOp):
            node.values = [_told(value) for value in node.values]
        elif isinstance(node, ast.comprehension):
            node.ifs = [_told(asked) for asked in node.ifs]
        return _told(node) if isinstance(node, ast.Compare) else node


def _told(node: ast.expr) -> ast.expr:
    return ast.Call(ast.Name(WATCH, ast.Load()), [node], [])


def _is_bound(cell: CellType) -> bool:
    try:
        return cell.cell_contents is not None
    except ValueError:
        return False


def sources(call: Callable[[], object]) -> list[Source]:
    """The caller's functions that a call runs, if their sources are known, in the order in which they are called."""
    seen: dict[CodeType, dict[str, object]] = {}

    def called(frame: FrameType, event: str, _: object) -> None:
        file = frame.f_code.co_filename
        if event in {"call", "return"} and not file.startswith(_not_the_callers()):
            seen.setdefault(frame.f_code, {}).update(frame.f_locals)

    before = sys.getprofile()
    sys.setprofile(called)
    try:
        call()
    finally:
        sys.setprofile(before)
    return [source for code, values in seen.items() if (source := _source(code, values)) is not None]


def _source(code: CodeType, values: dict[str, object]) -> Source | None:
    functions = tuple(f for f in gc.get_referrers(code) if isinstance(f, FunctionType) and f.__code__ is code)
    if not functions:
        return None  # it is gone, and in the tree of the function that made it
    lines = linecache.getlines(code.co_filename, functions[0].__globals__)
    for definition in _definitions("".join(lines), code):
        if _alike(_compiled(definition, code), code):
            return Source(functions, code, definition, values)
    return None


def _definitions(text: str, code: CodeType) -> Iterator[Definition]:
    try:
        tree = ast.parse(text)
    except SyntaxError:
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.Lambda):
            decorators = [] if isinstance(node, ast.Lambda) else node.decorator_list
            name = "<lambda>" if isinstance(node, ast.Lambda) else node.name
            if min([node.lineno, *(d.lineno for d in decorators)]) == code.co_firstlineno and name == code.co_name:
                yield node


def _compiled(definition: Definition, code: CodeType) -> CodeType:
    """Compiled in a function that has the free variables, each spoken of, so that they stay in their order."""
    bound, spoken, free = _free(code.co_freevars)
    inner: ast.stmt
    if isinstance(definition, ast.Lambda):
        inner = ast.Expr(ast.Lambda(definition.args, ast.IfExp(ast.Constant(0), free, definition.body)))
    else:
        inner = ast.FunctionDef("function", definition.args, [spoken, *definition.body], [], None, None)
    outer = ast.FunctionDef("outer", ast.arguments([], [], None, [], [], None, []), [*bound, inner], [], None, None)
    if sys.version_info >= (3, 12):
        for function in (outer, inner):
            if isinstance(function, ast.FunctionDef):
                function.type_params = []
    located(outer)
    made = compile(ast.Module([outer], []), code.co_filename, "exec", code.co_flags & FUTURE, dont_inherit=True)
    return _inner(_inner(made))


@cache
def _free(names: tuple[str, ...]) -> tuple[list[ast.stmt], ast.stmt, ast.expr]:
    """Statements that bind names, one that speaks of them and does nothing, and what it speaks of."""
    free = ast.Tuple([ast.Name(name, ast.Load()) for name in names], ast.Load())
    spoken = ast.If(ast.Constant(0), [ast.Expr(free)], [])
    bound: list[ast.stmt] = [ast.Assign([ast.Name(name, ast.Store())], ast.Constant(None)) for name in names]
    for node in (*bound, spoken):
        located(node)
    return bound, spoken, free


def located(node: ast.AST) -> None:
    """Give nodes without a line one, down to those that have one: what stands below these is as it was parsed."""
    if isinstance(node, ast.stmt | ast.expr | ast.keyword | ast.arg | ast.excepthandler):
        if hasattr(node, "lineno"):
            return
        node.lineno = node.end_lineno = 1
        node.col_offset = node.end_col_offset = 0
    for child in ast.iter_child_nodes(node):
        located(child)


def _inner(code: CodeType) -> CodeType:
    """The last code among the constants: those before it are of default values."""
    return [constant for constant in code.co_consts if isinstance(constant, CodeType)][-1]


def _alike(one: CodeType, other: CodeType) -> bool:
    """Do they speak of the same names in the same order, in as many nested functions?"""
    named = (one.co_names, one.co_freevars, one.co_varnames, one.co_cellvars)
    return named == (other.co_names, other.co_freevars, other.co_varnames, other.co_cellvars)
