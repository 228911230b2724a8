"""Small edits of a function, to undo the slips that people make: a sign, an operand, a name, an index, a factor."""

from __future__ import annotations

import ast
import copy
import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from gradlab.diagnosis.sources import Definition, located

Nodes = Iterator[ast.AST]
Groups = Iterator[Iterator["Edit"]]

SMALL = 12  # nodes of an expression that is moved elsewhere
WIDE = 88  # columns of a line that is shown whole
OTHER_OPERATORS: dict[type[ast.operator], tuple[type[ast.operator], ...]] = {
    ast.Add: (ast.Sub,),
    ast.Sub: (ast.Add,),
    ast.Mult: (ast.Div, ast.MatMult),
    ast.Div: (ast.Mult,),
    ast.MatMult: (ast.Mult,),
}
ORDERS = (ast.Lt, ast.LtE, ast.Gt, ast.GtE)
OTHER_NAMES = [
    {"sum", "mean"},
    {"maximum", "minimum", "fmax"},
    {"max", "min"},
    {"argmax", "argmin"},
    {"sin", "cos", "tan"},
    {"sinh", "cosh", "tanh"},
    {"exp", "log", "expm1", "log1p"},
    {"zeros", "ones"},
    {"triu", "tril"},
    {"inner", "outer", "dot"},
    {"abs", "sign"},
    {"var", "std"},
    {"sqrt", "square"},
    {"real", "imag"},
    {"vstack", "hstack"},
    {"repeat", "tile"},
]
OF_AN_AXIS = {"sum", "mean", "max", "min", "var", "std", "prod"}
WRAPS = (
    "{}.T",
    "{}.conj()",
    "{}.sum(axis=0)",
    "{}.sum(axis=-1)",
    "{}.sum(axis=0, keepdims=True)",
    "{}.sum(axis=-1, keepdims=True)",
    "{}.mean(axis=0)",
    "{}.mean(axis=-1)",
    "{}.mean(axis=0, keepdims=True)",
    "{}.mean(axis=-1, keepdims=True)",
    "{0} + {0}.T",
    "({0} + {0}.T) / 2",
    "{}[::-1]",
    "{}.cumsum(axis=0)",
    "{}[::-1].cumsum(axis=0)[::-1]",
    "{}.real",
    "{}.sum()",
    "2 * {}",
    "0.5 * {}",
    "{} ** 2",
    "{} ** 0.5",
    "1 / {}",
    "1 - {}",
    "abs({})",
)
FACTORS = ("{0}", "1 - {0}", "1 + {0}", "1 - {0} ** 2", "{0} * (1 - {0})", "{0} > 0", "{0} ** 2", "{0} ** 3")


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


@dataclass
class Edit:
    """One node in place of another; within `with`, the tree says what it would say with it.

    With a term, the new node is the old one plus this term, of which any multiple may be meant. Some make sense only
    of a number, or of an array of numbers.
    """

    place: Place
    new: ast.AST
    term: ast.expr | None = None
    of_number: bool = False

    def __enter__(self) -> Edit:
        self.old = self.place.node
        for node in ast.walk(self.new):
            located(node)
        self.place.set(self.new)
        return self

    def __exit__(self, *_: object) -> None:
        self.place.set(self.old)

    def times(self, multiple: Fraction) -> Edit:
        """With this multiple of the term, as one would write it: `0.5 * a`, `a * (1 - b)`, `a - 2 * b`."""
        old, term, k = self.place.node, self.term, multiple
        assert term is not None
        if ast.dump(term) == ast.dump(old):
            return Edit(self.place, _binary(_number(1 + k), ast.Mult(), old))
        op: ast.operator = ast.Add() if k > 0 else ast.Sub()
        if isinstance(term, ast.BinOp) and isinstance(term.op, ast.Mult) and ast.dump(term.left) == ast.dump(old):
            inner = _binary(ast.Constant(1), op, _scaled(abs(k), term.right))
            return Edit(self.place, _binary(old, ast.Mult(), inner))
        return Edit(self.place, _binary(old, op, _scaled(abs(k), term)))

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
                if before != after and max(len(before), len(after)) <= WIDE:  # nor behind the first line
                    return line, before, after
        return line, _text(old), _text(self.new)


def _scaled(k: Fraction, node: ast.expr) -> ast.expr:
    if isinstance(node, ast.Constant) and node.value == 1:
        return _number(k)
    return node if k == 1 else _binary(_number(k), ast.Mult(), node)


def _number(k: Fraction) -> ast.expr:
    if k.denominator == 1:
        return ast.Constant(k.numerator) if k >= 0 else ast.UnaryOp(ast.USub(), ast.Constant(-k.numerator))
    if 1000 % k.denominator == 0 and k > 0:
        return ast.Constant(float(k))
    return _binary(_number(Fraction(k.numerator)), ast.Div(), ast.Constant(k.denominator))


def _text(node: ast.AST) -> str:
    if isinstance(node, ast.Pass):
        return ""
    located(node)
    return ast.unparse(node).split("\n")[0]


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


def _loaded(node: ast.AST) -> bool:
    return isinstance(node, ast.expr) and isinstance(getattr(node, "ctx", ast.Load()), ast.Load)


def parts(definition: Definition, names: set[str]) -> list[ast.expr]:
    """Small expressions that a function has, and that may be said where these names are known; short ones first."""
    found: dict[str, ast.expr] = {}
    for place in places(definition):
        node = place.node
        if isinstance(node, ast.Name):
            node = ast.copy_location(ast.Name(node.id, ast.Load()), node)
        if _loaded(node) and not isinstance(node, ast.Constant | ast.Lambda | ast.Slice | ast.Starred | ast.Tuple):
            inside = list(ast.walk(node))
            spoken = {n.id for n in inside if isinstance(n, ast.Name)}
            if sum(isinstance(n, ast.expr) for n in inside) <= SMALL and spoken and spoken <= names:
                found.setdefault(ast.unparse(node), copy.deepcopy(node))  # where it stands may be edited
    return sorted(found.values(), key=lambda node: sum(1 for _ in ast.walk(node)))


def tiers(definition: Definition, names: Sequence[ast.expr], values: Sequence[ast.expr], numpy: str) -> Groups:
    """All edits, in groups: first what is said otherwise, then what is taken from elsewhere, then what is longer."""
    at = places(definition)
    terms = [place for place in at if _is_term(place)]
    single = [node for node in values if isinstance(node, ast.Name | ast.Attribute | ast.Subscript)]
    idle = [node for node in single if _is_idle(node, definition)]
    one: list[ast.expr] = [ast.Constant(1)]
    yield _each(at, _statements(numpy), _simple)
    yield _added(terms, lambda old: [*idle, old])
    yield _each(at, _everywhere(single), _names(names))
    yield _numbers(terms, _wrapped)
    yield _added(terms, lambda old: [*one, *single])
    yield _added(terms, lambda old: values)
    yield _added(terms, lambda old: (_binary(old, ast.Mult(), node) for node in values))
    yield _numbers(terms, _normalised(single))
    yield _numbers(terms, _times([_filled(form, node) for node in single for form in FACTORS]))
    yield _added(terms, lambda old: (_binary(old, ast.Div(), node) for node in values))
    yield _each(at, _replaced(values))
    yield _added(terms, lambda old: _products(single))


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
    return _loaded(node) and not isinstance(node, ast.Constant | ast.Slice | ast.Starred | ast.Lambda)


def _each(at: Sequence[Place], *makers: Callable[[Any], Nodes]) -> Iterator[Edit]:
    for make in makers:
        for place in at:
            for new in make(place.node):
                yield Edit(place, new)


def _numbers(at: Sequence[Place], make: Callable[[Any], Nodes]) -> Iterator[Edit]:
    for edit in _each(at, make):
        edit.of_number = True
        yield edit


def _added(at: Sequence[Place], terms: Callable[[Any], Iterable[ast.expr]]) -> Iterator[Edit]:
    for place in at:
        for term in terms(place.node):
            yield Edit(place, _binary(place.node, ast.Add(), term), term, of_number=True)


def _is_term(place: Place) -> bool:
    """What a factor or a term may be missing in: not each factor of a product, but the product."""
    node, holder = place.node, place.holder
    if not _loaded(node) or isinstance(node, ast.Tuple | ast.List | ast.Dict | ast.Lambda | ast.Slice | ast.Starred):
        return False
    if isinstance(holder, ast.BinOp) and isinstance(holder.op, ast.Mult | ast.Div):
        return isinstance(holder.op, ast.Div) and place.key == "right"
    return not (isinstance(holder, ast.Attribute | ast.UnaryOp) or place.key in {"func", "slice"})


def _filled(form: str, node: ast.expr) -> ast.expr:
    """The form with this node in its gaps."""
    made = ast.parse(form.format("_gap"), mode="eval").body

    class Fill(ast.NodeTransformer):
        def visit_Name(self, name: ast.Name) -> ast.AST:
            return copy.copy(node) if name.id == "_gap" else name

    return Fill().visit(made)  # type: ignore[no-any-return]


def _binary(left: ast.expr, operator: ast.operator, right: ast.expr) -> ast.BinOp:
    return ast.BinOp(left, operator, right)


# --- what makes the new nodes of one place


def _statements(numpy: str) -> Callable[[Any], Nodes]:
    def make(node: Any) -> Nodes:
        if isinstance(node, ast.Assign) and len(node.targets) == 1:
            target = node.targets[0]
            if isinstance(target, ast.Name | ast.Subscript | ast.Attribute):
                yield ast.AugAssign(target, ast.Add(), node.value)
        if isinstance(node, ast.AugAssign):
            for other in OTHER_OPERATORS.get(type(node.op), ()):
                if other is not ast.MatMult:
                    yield ast.AugAssign(node.target, other(), node.value)
            yield ast.Assign([node.target], node.value)
            if isinstance(node.target, ast.Subscript) and isinstance(node.op, ast.Add | ast.Sub):
                at = f"{numpy}.{'add' if isinstance(node.op, ast.Add) else 'subtract'}.at"
                made = ast.parse(f"{at}(_a, _b, _c)").body[0]
                call: Any = made.value  # type: ignore[attr-defined]
                call.args = [node.target.value, node.target.slice, node.value]
                yield made
        if isinstance(node, ast.Assign | ast.AugAssign | ast.Expr):
            yield ast.Pass()

    return make


def _simple(node: Any) -> Nodes:
    if not _loaded(node):
        return
    if isinstance(node, ast.BinOp):
        yield from _of_operation(node)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub | ast.Invert):
        yield node.operand
    elif isinstance(node, ast.Compare):
        yield from _of_comparison(node)
    elif isinstance(node, ast.Call):
        yield from _of_call(node)
    elif isinstance(node, ast.Attribute):
        yield from _of_attribute(node)
    elif isinstance(node, ast.Constant):
        yield from _of_constant(node)
    elif isinstance(node, ast.Subscript):
        yield node.value
        yield from _of_index(node)
    elif isinstance(node, ast.Tuple | ast.List) and 1 < len(node.elts) <= 4:
        for order in list(itertools.permutations(node.elts))[1:]:
            yield type(node)(list(order), node.ctx)
    if not isinstance(node, ast.Tuple | ast.List | ast.Dict | ast.Lambda | ast.Slice | ast.Starred | ast.UnaryOp):
        yield ast.UnaryOp(ast.USub(), node)


def _of_operation(node: ast.BinOp) -> Nodes:
    left, right, op = node.left, node.right, node.op
    for other in OTHER_OPERATORS.get(type(op), ()):
        yield _binary(left, other(), right)
    yield left
    yield right
    if not isinstance(op, ast.Add | ast.Mult):
        yield _binary(right, op, left)
    if isinstance(op, ast.MatMult):
        turned = [[side, _filled("{}.T", side)] for side in (left, right)]
        for one, two in list(itertools.product(*turned))[1:]:
            yield _binary(one, op, two)
        for one, two in itertools.product(*turned):
            yield _binary(two, op, one)
    if isinstance(left, ast.BinOp):  # (a + b) · c or a + b · c
        yield _binary(left.left, left.op, _binary(left.right, op, right))
    if isinstance(right, ast.BinOp):
        yield _binary(_binary(left, op, right.left), right.op, right.right)


def _of_comparison(node: ast.Compare) -> Nodes:
    if len(node.ops) == 1 and isinstance(node.ops[0], ORDERS):
        for order in ORDERS:
            if not isinstance(node.ops[0], order):
                yield ast.Compare(node.left, [order()], node.comparators)


def _of_call(node: ast.Call) -> Nodes:
    function = node.func
    if len(node.args) == 2:
        yield ast.Call(function, node.args[::-1], node.keywords)
    yield from node.args[:3]
    if isinstance(function, ast.Attribute):
        yield function.value
        if function.attr in {"cumsum", "cumprod", "accumulate"} and node.args:
            turned = _filled("{}[::-1]", node.args[0])
            yield _filled("{}[::-1]", ast.Call(function, [turned, *node.args[1:]], node.keywords))
    yield from _of_axis(node)
    if len(node.args) > 2 and all(isinstance(a, ast.Constant) for a in node.args) and len(node.args) < 5:
        for order in list(itertools.permutations(node.args))[1:]:
            yield ast.Call(function, list(order), node.keywords)
    if len(node.args) == 3:  # both sides of a choice
        yield ast.Call(function, [node.args[0], *node.args[:0:-1]], node.keywords)
    if isinstance(function, ast.Name) and function.id == "range":
        yield ast.Call(ast.Name("reversed", ast.Load()), [node], [])
        if len(node.args) == 1:
            yield ast.Call(function, [ast.Constant(1), *node.args], [])


def _of_axis(node: ast.Call) -> Nodes:
    """Without one of the keywords, and along another axis, or along one at all."""
    for i in range(len(node.keywords)):
        yield ast.Call(node.func, node.args, [*node.keywords[:i], *node.keywords[i + 1 :]])
    others = [keyword for keyword in node.keywords if keyword.arg != "axis"]
    if len(others) < len(node.keywords) or getattr(node.func, "attr", "") in OF_AN_AXIS:
        for axis in (0, 1, 2, -1, -2):
            along = [*others, ast.keyword("axis", ast.Constant(axis))]
            yield ast.Call(node.func, node.args, along)
            if len(others) == len(node.keywords):
                yield ast.Call(node.func, node.args, [*along, ast.keyword("keepdims", ast.Constant(value=True))])


def _of_attribute(node: ast.Attribute) -> Nodes:
    if node.attr in {"T", "real"}:
        yield node.value
        yield _filled("{}.conj()", node)
    for group in OTHER_NAMES:
        if node.attr in group:
            for other in sorted(group - {node.attr}):
                yield ast.Attribute(node.value, other, node.ctx)


def _of_constant(node: ast.Constant) -> Nodes:
    value = node.value
    if isinstance(value, int | float) and not isinstance(value, bool):
        near = {value + 1, value - 1, 2 * value, value / 2, 1 / value if value else 0, value + 0.5, value - 0.5}
        usual = {0, 1, 2, 3, 4, 0.5, -1, -2}
        for other in [*sorted(near), *sorted(usual - near)]:
            if other != value:
                yield ast.Constant(int(other) if other == int(other) else other)
    elif isinstance(value, str) and "->" in value and len(value) < 24:  # of einsum
        for i, j in itertools.combinations(range(len(value)), 2):
            if value[i] != value[j] and value[i].isalpha() and value[j].isalpha():
                swapped = list(value)
                swapped[i], swapped[j] = value[j], value[i]
                yield ast.Constant("".join(swapped))
                yield ast.Constant(value[:i] + value[j] + value[i + 1 :])
                yield ast.Constant(value[:j] + value[i] + value[j + 1 :])


def _of_index(node: ast.Subscript) -> Nodes:
    """One further, one back; a slice without an end, or with one."""
    indices = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
    for i, index in enumerate(indices):
        for new in _moved(index):
            inside = [*indices[:i], new, *indices[i + 1 :]]
            yield ast.Subscript(
                node.value, inside[0] if len(inside) == 1 else ast.Tuple(inside, ast.Load()), node.ctx
            )


def _moved(index: ast.expr) -> Iterator[ast.expr]:
    one = ast.Constant(1)
    if isinstance(index, ast.Slice):
        for end in (None, one, ast.UnaryOp(ast.USub(), one)):
            yield ast.Slice(index.lower, end, index.step)
            yield ast.Slice(end, index.upper, index.step)
        if index.lower is None or index.upper is None:
            yield ast.Slice(index.upper, index.lower, index.step)
        for name in ("lower", "upper"):
            value = getattr(index, name)
            if value is not None:
                for op in (ast.Add(), ast.Sub()):
                    sides = {"lower": index.lower, "upper": index.upper} | {name: _binary(value, op, one)}
                    yield ast.Slice(sides["lower"], sides["upper"], index.step)
    elif not isinstance(index, ast.Constant | ast.UnaryOp):
        yield _binary(index, ast.Add(), one)
        yield _binary(index, ast.Sub(), one)


def _names(names: Sequence[ast.expr]) -> Callable[[Any], Nodes]:
    """Another name, attribute or entry in place of one, or of a number."""

    def make(node: Any) -> Nodes:
        number = isinstance(node, ast.Constant) and type(node.value) in {int, float}
        if number or (_loaded(node) and isinstance(node, ast.Name | ast.Attribute | ast.Subscript)):
            yield from (other for other in names if ast.dump(other) != ast.dump(node))

    return make


def _everywhere(names: Sequence[ast.expr]) -> Callable[[Any], Nodes]:
    """Another name in all of an expression, or what is left of 1."""

    def make(node: Any) -> Nodes:
        if not isinstance(node, ast.BinOp | ast.Call | ast.Tuple | ast.Dict) or not _loaded(node):
            return
        spoken = [n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)]
        for name in sorted(set(spoken)):
            own = ast.Name(name, ast.Load())
            yield _with(node, name, _filled("1 - {}", own))
            if spoken.count(name) > 1:
                for other in names:
                    if isinstance(other, ast.Name) and other.id != name:
                        yield _with(node, name, other)

    return make


def _with(node: ast.AST, name: str, other: ast.expr) -> ast.AST:
    class Rename(ast.NodeTransformer):
        def visit_Name(self, found: ast.Name) -> ast.AST:
            return other if found.id == name else found

    return Rename().visit(copy.deepcopy(node))  # type: ignore[no-any-return]


def _wrapped(node: Any) -> Nodes:
    yield from (_filled(form, node) for form in WRAPS)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult):  # the derivative of a softmax, a (1 - a) for it
        right = node.right
        if isinstance(right, ast.BinOp) and isinstance(right.op, ast.Sub) and isinstance(right.left, ast.Constant):
            for axis in ("-1", "0"):
                sum_ = _filled(f"{{}}.sum(axis={axis}, keepdims=True)", node.left)
                yield _binary(node.left, ast.Sub(), _binary(right.right, ast.Mult(), sum_))


def _times(factors: Sequence[ast.expr]) -> Callable[[Any], Nodes]:
    def make(node: Any) -> Nodes:
        for factor in factors:
            yield _binary(node, ast.Mult(), factor)
            yield _binary(node, ast.Div(), factor)

    return make


def _normalised(names: Sequence[ast.expr]) -> Callable[[Any], Nodes]:
    """Without its mean, and without what lies along one of the names: what a normalisation takes out."""

    def make(node: Any) -> Nodes:
        for axis in ("0", "-1"):
            less = _binary(node, ast.Sub(), _filled(f"{{}}.mean(axis={axis}, keepdims=True)", node))
            yield less
            for name in names:
                for how in ("mean", "sum"):
                    along = _filled(f"{{}}.{how}(axis={axis}, keepdims=True)", _binary(node, ast.Mult(), name))
                    part = _binary(name, ast.Mult(), along)
                    yield _binary(node, ast.Sub(), part)
                    if how == "mean":
                        yield _binary(less, ast.Sub(), part)

    return make


def _products(names: Sequence[ast.expr]) -> Iterator[ast.expr]:
    for one, other in itertools.combinations_with_replacement(names, 2):
        yield _binary(one, ast.Mult(), other)
    for one, other in itertools.permutations(names, 2):
        yield _binary(one, ast.MatMult(), other)
        yield _binary(one, ast.MatMult(), _filled("{}.T", other))
        yield _binary(_filled("{}.T", one), ast.MatMult(), other)


def _replaced(known: Sequence[ast.expr]) -> Callable[[Any], Nodes]:
    """What is said elsewhere in place of a small expression."""

    def make(node: Any) -> Nodes:
        small = sum(isinstance(n, ast.expr) for n in ast.walk(node)) <= SMALL
        if small and _loaded(node) and not isinstance(node, ast.Constant | ast.Slice | ast.Starred | ast.Lambda):
            yield from known

    return make
