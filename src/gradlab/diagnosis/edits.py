"""Small edits of a function, to undo the slips that people make: a sign, an operand, a name, an index, a factor."""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from typing import Any

from gradlab.diagnosis.beside import Addition, additions, other_targets, variants
from gradlab.diagnosis.repeated import repeated, shorter, totals
from gradlab.diagnosis.reshapes import reshaped
from gradlab.diagnosis.slips import (
    FACTORS,
    MOST_NODES,
    Nodes,
    by_functions,
    everywhere,
    everywhere_sliced,
    normalised,
    other_names,
    other_slopes,
    products,
    replaced,
    simple,
    sliced,
    square,
    statements,
    times,
    unpacked,
    wrapped,
)
from gradlab.diagnosis.sources import Definition, located
from gradlab.diagnosis.trees import LINE, NAMED, Place, binary, both, filled, loaded, places, statements_of, with_term

Groups = Iterator[Iterator["Edit"]]


@dataclass
class Edit:
    """One node in place of another; within `with`, the tree says what it would say with it.

    Where something is added, any multiple of it may be meant: `of` makes the new node with this one. Some edits make
    sense only of a number, or of an array of numbers. A slip that was copied is undone in all its places: `alike`
    has the others.
    """

    place: Place
    new: ast.AST
    of: Callable[[Fraction], ast.AST] | None = None
    of_number: bool = False
    alike: tuple[Place, ...] = ()

    def __enter__(self) -> Edit:
        for node in ast.walk(self.new):
            located(node)
        self.old = [place.node for place in (self.place, *self.alike)]
        self.place.set(self.new)
        for place in self.alike:
            place.set(copy.deepcopy(self.new))
        return self

    def __exit__(self, *_: object) -> None:
        for place, old in zip((self.place, *self.alike), self.old, strict=True):
            place.set(old)

    @property
    def elsewhere(self) -> list[int]:
        """The other lines that change alike."""
        own = self.place.statement
        return sorted({place.statement.lineno for place in self.alike if place.statement is not own})  # type: ignore[attr-defined]

    def texts(self) -> tuple[int, str, str]:
        """The line, what it says, and what it would say: as much of it as fits, for one number says little."""
        old, whole = self.place.node, self.place.statement
        line = getattr(old, "lineno", getattr(whole, "lineno", 0))
        around = (node for node in ast.walk(whole) if isinstance(node, ast.stmt | ast.expr))
        for node in around:  # from the whole inwards
            if node is not old and any(inner is old for inner in ast.walk(node)):
                before = _text(node)
                with self:
                    after = _text(node)
                if before != after and max(len(before), len(after)) <= LINE:  # nor behind the first line
                    return line, before, after
        return line, _text(old), _text(self.new)


def _text(node: ast.AST) -> str:
    if isinstance(node, ast.Pass):
        return ""
    located(node)
    lines = (ast.unparse(statement).split("\n")[0] for statement in statements_of(node))
    return "; ".join(lines)


def indices(definition: Definition, names: set[str]) -> list[ast.expr]:
    """What a function indexes arrays with, and may be said where these names are known."""
    found: dict[str, ast.expr] = {}
    for node in ast.walk(definition):
        if not isinstance(node, ast.Subscript) or isinstance(node.slice, ast.Constant):
            continue
        if {n.id for n in ast.walk(node.slice) if isinstance(n, ast.Name)} <= names:
            found.setdefault(ast.dump(node.slice), copy.deepcopy(node.slice))
    return list(found.values())


def parts(definition: Definition, names: set[str]) -> list[ast.expr]:
    """Small expressions that a function has, and that may be said where these names are known; short ones first."""
    found: dict[str, ast.expr] = {}
    for place in places(definition):
        node = place.node
        if isinstance(node, ast.Name):
            node = ast.copy_location(ast.Name(node.id, ast.Load()), node)
        if loaded(node) and not isinstance(node, ast.Constant | ast.Lambda | ast.Slice | ast.Starred | ast.Tuple):
            inside = list(ast.walk(node))
            spoken = {n.id for n in inside if isinstance(n, ast.Name)}
            if sum(isinstance(n, ast.expr) for n in inside) <= MOST_NODES and spoken and spoken <= names:
                found.setdefault(ast.unparse(node), copy.deepcopy(node))  # where it stands may be edited
    return sorted(found.values(), key=lambda node: sum(1 for _ in ast.walk(node)))


@dataclass(frozen=True)
class Said:
    """What the functions say, and may be said elsewhere.

    Attributes
    ----------
    names
        Names, attributes and entries of arrays and of whatever else is no function.
    values
        Small expressions whose value is a number, or an array of numbers.
    indices
        What arrays are indexed with.
    functions
        The caller's own functions of one argument.
    shape
        The shape of the value of an expression; None if that cannot be said.
    numpy
        What NumPy is called there.
    """

    names: Sequence[ast.expr]
    values: Sequence[ast.expr]
    indices: Sequence[ast.expr]
    functions: Sequence[ast.expr]
    shape: Callable[[ast.expr], tuple[int, ...] | None]
    numpy: str

    def fits(self, old: ast.expr, other: ast.expr) -> bool:
        """May the other one be added to it, or multiply it, and its shape stays?"""
        mine, its = self.shape(old), self.shape(other)
        if mine is None or its is None:
            return True
        padded = (1,) * (len(mine) - len(its)) + its
        return len(padded) == len(mine) and all(n in (1, m) for m, n in zip(mine, padded, strict=True))

    def alike(self, old: ast.AST, other: Any) -> bool:
        """Have both the same shape?"""
        if not isinstance(old, ast.expr) or isinstance(old, ast.Constant):
            return True
        mine, its = self.shape(old), self.shape(other)
        return mine is None or its is None or mine == its


def tiers(definition: Definition, said: Said) -> Groups:
    """All edits, in groups: first what is said otherwise, then what is taken from elsewhere, then what is longer."""
    at, values = places(definition), said.values
    terms = [place for place in at if _is_term(place)]
    single = [node for node in values if isinstance(node, NAMED)]
    idle = [node for node in single if _is_idle(node, definition)]
    longer = [node for node in values if node not in single]
    one: list[ast.expr] = [ast.Constant(1)]
    near: Callable[[Any], Nodes] = other_names(said.names)
    yield _each(at, statements(said.numpy), other_slopes, simple)
    yield _each(at, unpacked)
    yield _added(terms, said, lambda old: [*idle, old])
    yield _multiplied(terms, said, [filled(form, node) for node in single for form in FACTORS[:2]])
    yield _each(at, everywhere(single), lambda old: (new for new in near(old) if said.alike(old, new)))
    counts = [node for node in single if said.shape(node) == ()]
    yield _each(at, everywhere_sliced(said.indices), sliced(said.indices, counts), other_targets(said.indices))
    yield _each(at, reshaped, totals)
    yield _copied(at, simple, lambda old: (new for new in near(old) if said.alike(old, new)), totals)
    yield _numbers(at, shorter)
    yield _numbers(terms, wrapped)
    yield _numbers(terms, by_functions(said.functions))
    yield _added(terms, said, lambda old: [*one, *single])
    yield _added(terms, said, square(said.numpy))
    yield _inserted(at, additions(said.indices, single))
    yield _added(terms, said, variants(single))
    yield _added(terms, said, lambda old: values)
    yield _added(terms, said, lambda old: (binary(old, ast.Mult(), node) for node in values if said.fits(old, node)))
    yield _numbers(terms, normalised(single))
    yield _multiplied(terms, said, [filled(form, node) for node in single for form in FACTORS[2:]])
    yield _multiplied(terms, said, longer)
    yield _added(terms, said, lambda old: (binary(old, ast.Div(), node) for node in values if said.fits(old, node)))
    yield _each(at, replaced(values))
    yield _each(at, lambda old: (new for new in near(old) if not said.alike(old, new)))
    yield _added(terms, said, lambda old: products(single, longer))


def _is_idle(node: ast.expr, definition: Definition) -> bool:
    """Is it a name that is given a value, and then never asked for it?"""
    said = [n.ctx for n in ast.walk(definition) if isinstance(n, ast.Name) and n.id == getattr(node, "id", "")]
    return bool(said) and not any(isinstance(context, ast.Load) for context in said)


def nudged(place: Place, function: str) -> Edit:
    """The place, passed through a function of this name."""
    return Edit(place, ast.Call(ast.Name(function, ast.Load()), [place.node], []))


def is_value(place: Place) -> bool:
    """May a number stand there? Then it can be asked with what it changes."""
    node = place.node
    return loaded(node) and not isinstance(node, ast.Constant | ast.Slice | ast.Starred | ast.Lambda)


def _each(at: Sequence[Place], *makers: Callable[[Any], Nodes]) -> Iterator[Edit]:
    for make in makers:
        for place in at:
            for new in make(place.node):
                yield Edit(place, new)


def _copied(at: Sequence[Place], *makers: Callable[[Any], Nodes]) -> Iterator[Edit]:
    for first, *others in repeated(at):
        for make in makers:
            for new in make(first.node):
                yield Edit(first, new, alike=tuple(others))


def _numbers(at: Sequence[Place], make: Callable[[Any], Nodes]) -> Iterator[Edit]:
    for edit in _each(at, make):
        edit.of_number = True
        yield edit


def _added(at: Sequence[Place], said: Said, terms: Callable[[Any], Iterable[ast.expr]]) -> Iterator[Edit]:
    for place in at:
        for term in terms(place.node):
            if said.fits(place.node, term):
                new = binary(place.node, ast.Add(), term)
                yield Edit(place, new, partial(with_term, place.node, term), of_number=True)


def _multiplied(at: Sequence[Place], said: Said, factors: Sequence[ast.expr]) -> Iterator[Edit]:
    for place in at:
        fitting = [factor for factor in factors if said.fits(place.node, factor)]
        yield from _numbers([place], times(fitting))


def _inserted(at: Sequence[Place], make: Callable[[Any], Iterator[Addition]]) -> Iterator[Edit]:
    """Another statement after one that adds to a part of an array."""
    for place in at:
        for of in make(place.node):
            yield Edit(place, both(place.node, of(Fraction(1))), partial(_after, place.node, of))


def _after(statement: ast.stmt, of: Addition, multiple: Fraction) -> ast.AST:
    return both(statement, of(multiple))


def _is_term(place: Place) -> bool:
    """What a factor or a term may be missing in: not each factor of a product, but the product."""
    node, holder = place.node, place.holder
    if not loaded(node) or isinstance(node, ast.Tuple | ast.List | ast.Dict | ast.Lambda | ast.Slice | ast.Starred):
        return False
    if isinstance(holder, ast.BinOp) and isinstance(holder.op, ast.Mult | ast.Div):
        return isinstance(holder.op, ast.Div) and place.key == "right"
    return not (isinstance(holder, ast.Attribute | ast.UnaryOp) or place.key in {"func", "slice"})
