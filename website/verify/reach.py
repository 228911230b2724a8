"""Which lines of a page's code have run. A line that none does shows the reader something that nobody tried."""

import ast
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

_NAMELESS: dict[type[ast.expr], str] = {ast.Lambda: "<lambda>", ast.GeneratorExp: "<genexpr>"}


class Reach:
    """The lines of one file that were reached, and the first lines of lambdas and generators that ran."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._lines: set[int] = set()
        self._failed: set[int] = set()
        self._nameless: set[tuple[str, int]] = set()

    @contextmanager
    def noted(self) -> Iterator[None]:
        """Note each line of the page that runs within, in threads too."""
        threading.settrace(self._called)
        sys.settrace(self._called)
        try:
            yield
        finally:
            sys.settrace(None)
            threading.settrace(None)

    def _called(self, frame: FrameType, event: str, arg: Any) -> Any:
        if frame.f_code.co_filename != self._path:
            return None  # its lines are nobody's here, and cost nothing
        self._lines.add(frame.f_lineno)
        if frame.f_code.co_name in _NAMELESS.values():
            self._nameless.add((frame.f_code.co_name, frame.f_code.co_firstlineno))
        return self._line

    def _line(self, frame: FrameType, event: str, arg: Any) -> Any:
        if event == "line":
            self._lines.add(frame.f_lineno)
        elif event == "exception" and arg[0] is AssertionError and arg[2].tb_next is None:
            self._failed.add(frame.f_lineno)
        return self._line

    def swallowed(self, source: str, offset: int) -> Iterator[int]:
        """Lines of `source` on which an assert failed."""
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.Assert):
                whole = range(node.lineno + offset, (node.end_lineno or node.lineno) + offset + 1)
                if not self._failed.isdisjoint(whole):
                    yield node.lineno + offset

    def missed(self, source: str, offset: int) -> Iterator[int]:
        """Lines of `source`, which begins `offset` lines below the top of the file, where nothing ran.

        What only refuses (raise) may wait for the one who does it wrong.
        """
        tree = ast.parse(source)
        for node in ast.walk(tree):
            if isinstance(node, ast.Lambda | ast.GeneratorExp):
                if (_NAMELESS[type(node)], node.lineno + offset) not in self._nameless:
                    yield node.lineno + offset
            elif isinstance(node, ast.stmt) and not _without_code(node):
                first, end = _head(node)
                if self._lines.isdisjoint(range(first + offset, end + offset + 1)):
                    yield first + offset


def _without_code(node: ast.stmt) -> bool:
    """Does Python make nothing of it, or is it there for what goes wrong?"""
    if isinstance(node, ast.Expr):
        return isinstance(node.value, ast.Constant)
    if isinstance(node, ast.AnnAssign):
        return node.value is None
    if isinstance(node, ast.ImportFrom):
        return node.module == "__future__"
    return isinstance(node, ast.Raise | ast.Pass | ast.Global | ast.Nonlocal | ast.Continue | ast.Break)


def _head(node: ast.stmt) -> tuple[int, int]:
    """The lines of a statement, without those of its body."""
    first = min([node.lineno, *(decorator.lineno for decorator in getattr(node, "decorator_list", ()))])
    body = getattr(node, "body", None) or getattr(node, "cases", None)
    if not isinstance(body, list):
        return first, node.end_lineno or first
    inner = body[0].pattern.lineno if isinstance(body[0], ast.match_case) else body[0].lineno
    return first, max(first, inner - 1)
