"""The caller's cost with expressions of its code held constant: what flows through them is gone from its slopes."""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gradlab.diagnosis.sources import Definition, Source, sources
from gradlab.diagnosis.trees import loaded

Floats = NDArray[np.float64]
CostAt = Callable[[Floats], float]

HOLD = "_gradlab_hold"
STEP = 1e-5  # in units of the scale: so short that seldom a kink lies within
MOST_STEPS = 10**6  # steps of the code that are looked at
TIMES_THE_STEPS = 4  # times as many steps as at first that the code may take: a loop may wait for what is held
# What has no value of its own, or whose value is no number; and where something is only said, stored or chosen.
UNHELD = ast.Constant | ast.Starred | ast.Slice | ast.Lambda | ast.JoinedStr | ast.GeneratorExp | ast.ListComp
UNSEEN = ast.arguments | ast.JoinedStr | ast.pattern | ast.Delete
ELSEWHERE = {"targets", "target", "optional_vars", "slice", "annotation", "returns", "decorator_list", "type_params"}


class AstrayError(BaseException):
    """With something held, the code took another way. No `except Exception` of the caller's may catch this."""


@dataclass(frozen=True, eq=False)
class Spot:
    """An expression in the code of the cost whose value was a number or an array of numbers.

    Attributes
    ----------
    index, order
        Its number among all marked expressions, and among those with a number as their value, in the order in which
        they were first computed.
    times
        How often it was computed in one call of the cost.
    """

    source: Source
    node: ast.expr
    index: int
    order: int
    times: int

    @property
    def text(self) -> str:
        """How it reads."""
        return ast.unparse(self.node)

    @property
    def around(self) -> list[ast.AST]:
        """The nodes that it stands in, from the inside out."""
        above = {id(child): node for node in ast.walk(self.source.definition) for child in ast.iter_child_nodes(node)}
        found: list[ast.AST] = [self.node]
        while (node := above.get(id(found[-1]))) is not None:
            found.append(node)
        return found[1:]

    @property
    def statement(self) -> ast.AST:
        """The statement that it stands in; the body of a lambda."""
        return next((node for node in self.around if isinstance(node, ast.stmt)), self.node)


Held = Mapping[int, Collection[int]]
"""Which of the times that a spot is passed it is held, by the spot's index."""


class Holding:
    """Asks the cost with spots of its code held, while `in_place`."""

    def __init__(self, cost: CostAt, size: int) -> None:
        self.cost, self.still = cost, np.zeros(size)
        self.sources = sources(lambda: cost(self.still))
        self.nodes: list[tuple[Source, ast.expr]] = []
        self.codes = [(source, source.compiled(self._marked(source))) for source in self.sources]
        self.held: Held = {}
        self.kept: dict[int, list[Any]] = {}
        self.passed: dict[int, int] = {}
        self.turn, self.counts, self.steps, self.most = "look", 0.0, 0, MOST_STEPS

    def _marked(self, source: Source) -> Definition:
        """The definition, with all that may be held passed through a function."""
        marked = copy.deepcopy(source.definition)
        own = {id(new): old for new, old in zip(ast.walk(marked), ast.walk(source.definition), strict=True)}

        def mark(node: ast.expr) -> ast.expr:
            self.nodes.append((source, own[id(node)]))  # type: ignore[arg-type]
            return ast.Call(ast.Name(HOLD, ast.Load()), [ast.Constant(len(self.nodes) - 1), node], [])

        _marked_below(marked, mark)
        return ast.fix_missing_locations(marked)

    @contextmanager
    def in_place(self) -> Iterator[None]:
        """The functions pass what they compute through this; afterwards all is as it was."""
        spaces = [function.__globals__ for source in self.sources for function in source.functions]
        try:
            for space in spaces:
                space[HOLD] = self._pass
            for source, code in self.codes:
                source.put(code)
            yield
        finally:
            for source in self.sources:
                source.put(source.code)
            for space in spaces:
                space.pop(HOLD, None)
            self.cost(self.still)  # what it leaves behind in objects is again that of params

    def spots(self) -> list[Spot]:
        """All expressions that stand for numbers, in the order in which they are first known."""
        self.held, self.turn, self.most = dict.fromkeys(range(len(self.nodes)), ()), "look", MOST_STEPS
        self._asked(self.still)
        self.most = TIMES_THE_STEPS * self.steps + 100
        return [Spot(*self.nodes[i], i, n, times) for n, (i, times) in enumerate(self.passed.items())]

    def slopes(self, moved: Floats, held: Held, ways: Floats, counts: float = 0.0) -> Iterator[float]:
        """Of the cost along directions, with these spots held at what they are at theta moved by so much.

        Held, or so that what flows through them counts so many times.

        Raises
        ------
        AstrayError
            Where the code is another one with them held, even if nothing else moves.
        """
        self.held, self.counts, self.turn, self.kept = held, counts, "keep", {}
        here = self._asked(moved)
        self.turn = "hold"
        if not abs(self._asked(moved) - here) <= 1e-12 * abs(here):
            raise AstrayError
        for way in ways:
            yield between(*sides(lambda t, way=way: self._asked(moved + t * way)))  # type: ignore[misc]

    def _asked(self, moved: Floats) -> float:
        self.passed, self.steps = {}, 0
        return self.cost(moved)

    def _pass(self, i: int, value: Any) -> Any:
        """The value; what was kept, if it is held at this time."""
        self.steps += 1
        if self.steps > self.most:
            raise AstrayError
        if i not in self.held or not is_number(value):
            return value
        time = self.passed.get(i, 0)
        self.passed[i] = time + 1
        if self.turn != "hold":
            if self.turn == "keep":
                self.kept.setdefault(i, []).append(_copied(value))
            return value
        if time >= len(before := self.kept.get(i, [])) or np.shape(value) != np.shape(before[time]):
            raise AstrayError
        if time not in self.held[i]:
            return value
        return self.counts * value + (1 - self.counts) * before[time] if self.counts else _copied(before[time])


def sides(f: Callable[[float], float]) -> tuple[float, float]:
    """The slope at zero by a central difference, and by one of twice the step."""
    near, far = ((f(h) - f(-h)) / (2 * h) for h in (STEP, 2 * STEP))
    return near, far


def between(near: float, far: float) -> float:
    """What both would be at no step: of order four."""
    return (4 * near - far) / 3


def is_number(value: object) -> bool:
    """A float, or an array of floats."""
    return isinstance(value, float) or (isinstance(value, np.ndarray | np.generic) and value.dtype.kind in "fc")


def _copied(value: Any) -> Any:
    return value.copy() if isinstance(value, np.ndarray) else value


def _marked_below(node: ast.AST, mark: Callable[[ast.expr], ast.expr]) -> None:
    """Mark all expressions below, the inner ones first: they are known first."""
    for name, value in ast.iter_fields(node):
        if name in ELSEWHERE:
            continue
        if isinstance(value, list):
            value[:] = [_marked(item, mark) for item in value]
        elif isinstance(value, ast.AST):
            called = isinstance(node, ast.Call) and name == "func"
            if called:
                _marked_below(value, mark)  # an array whose method is called, not the method
            else:
                setattr(node, name, _marked(value, mark))


def _marked(node: Any, mark: Callable[[ast.expr], ast.expr]) -> Any:
    if not isinstance(node, ast.AST) or isinstance(node, UNSEEN):
        return node
    _marked_below(node, mark)
    return mark(node) if loaded(node) and not isinstance(node, UNHELD) else node  # type: ignore[arg-type]
